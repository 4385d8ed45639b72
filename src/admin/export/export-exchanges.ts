import { pipeline } from 'node:stream/promises';
import { GatewayError } from '../../base/errors.ts';
import { errorCodeOf } from '../../base/system-error.ts';
import type { ExchangeDetail, ExchangeRecord } from '../../log/port.ts';
import { readBodyText } from '../answers/body-text.ts';
import { requireExchange } from '../answers/detail.ts';
import { type LogDeps, readSelection, resolveMeasures } from '../answers/log.ts';
import { answerTurn } from '../answers/turn.ts';
import type { WorkDeps } from '../answers/turns/answer-work.ts';
import { requireSession } from '../answers/turns/read-turns.ts';
import type { Call } from '../api/call.ts';
import type { AuditEntry } from '../api-types/entry.ts';
import type { AuditExportQuery } from '../api-types/queries.ts';
import { type Pricing, priceEntry } from '../cost/create-pricing.ts';
import { readChoice, readText } from '../select/read-query.ts';
import { mapToHarEntry } from './har-entry.ts';
import { HTML_END, htmlHead, renderExchange } from './html-page.ts';
import { eachStoryText } from './story-page.ts';

export interface ExportDeps extends LogDeps, WorkDeps {
  readonly version: string;
}

type Format = AuditExportQuery['format'];
const FORMATS: readonly Format[] = ['jsonl', 'har', 'html'];

const TYPES: Readonly<Record<Format, string>> = {
  jsonl: 'application/x-ndjson',
  har: 'application/json',
  html: 'text/html; charset=utf-8',
};

const MAX_CHARACTERS = 64 * 2 ** 20;

/** What is exported, and how many there are; the entries are read as they are asked for. */
interface Selected {
  readonly name: string;
  readonly count: number;
  readonly records: () => AsyncIterable<readonly ExchangeRecord[]>;
  readonly details: () => AsyncIterable<ExchangeDetail>;
}

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}

const select = async (deps: ExportDeps, query: URLSearchParams): Promise<Selected> => {
  const id = readText(query, 'id');
  if (id !== undefined) {
    const detail = await requireExchange(deps, id);
    const { record } = detail;
    return { name: record.id, count: 1, records: () => only([record]), details: () => only(detail) };
  }
  const { log } = deps;
  const selection = await resolveMeasures(deps, await readSelection(deps, query));
  const { total } = await log.page(selection, { limit: 0 });
  return {
    name: 'gomodel-ts-audit',
    count: total,
    records: () => log.list(selection),
    details: () => log.details(selection),
  };
};

const harEntry = async (entry: AuditEntry, detail: ExchangeDetail, baseUrl: string): Promise<string> => {
  const [request, response] = await Promise.all([
    readBodyText(detail.requestBody, 'request', MAX_CHARACTERS),
    readBodyText(detail.responseBody, 'answer', MAX_CHARACTERS),
  ]);
  return JSON.stringify(mapToHarEntry(entry, detail, { request, response }, baseUrl));
};

async function* eachText(
  deps: ExportDeps,
  prices: Pricing,
  format: Format,
  selected: Selected,
): AsyncGenerator<string> {
  if (format === 'jsonl') {
    for await (const records of selected.records()) {
      yield records.map((record) => `${JSON.stringify(priceEntry(prices, record))}\n`).join('');
    }
    return;
  }
  const { count } = selected;
  const creator = JSON.stringify({ name: 'gomodel-ts', version: deps.version });
  yield format === 'har'
    ? `{"log":{"version":"1.2","creator":${creator},"entries":[`
    : htmlHead(`gomodel-ts: ${count} ${count === 1 ? 'exchange' : 'exchanges'}`);
  let separator = '';
  for await (const detail of selected.details()) {
    const entry = priceEntry(prices, detail.record);
    if (format === 'har') yield separator + (await harEntry(entry, detail, deps.baseUrl()));
    else yield renderExchange(entry, await answerTurn(deps.log, detail, false));
    separator = ',\n';
  }
  yield format === 'har' ? ']}}\n' : HTML_END;
}

/** A session and nothing else, as a page: then it is told as the dashboard tells it. */
const isStory = (format: Format, query: URLSearchParams): boolean =>
  format === 'html' &&
  [...query].every(([name, value]) => value === '' || ['format', 'session', 'timezone'].includes(name)) &&
  readText(query, 'session') !== undefined;

/** What leaves, and the name of its file. */
const textsOf = async (
  deps: ExportDeps,
  query: URLSearchParams,
  format: Format,
): Promise<{ readonly name: string; readonly texts: AsyncIterable<string> }> => {
  // Before the head leaves: what fails here is still told by a status.
  const prices = await deps.pricing();
  if (isStory(format, query)) {
    const { id, facts } = await requireSession(deps, query);
    const name = `session-${id.replace(/[^\w-]/g, '').slice(0, 40)}`;
    return { name, texts: eachStoryText(deps, prices, id, facts) };
  }
  const selected = await select(deps, query);
  return { name: selected.name, texts: eachText(deps, prices, format, selected) };
};

/** `GET audit/export`: written as it is read, so that the size of the log does not matter. */
export const sendExport = async (deps: ExportDeps, { query, request, response }: Call): Promise<void> => {
  const format = readChoice(query, 'format', FORMATS);
  if (!format) {
    throw new GatewayError('invalid_request', `format must be one of ${FORMATS.join(', ')}.`, {
      param: 'format',
    });
  }
  const { name, texts } = await textsOf(deps, query, format);
  response.writeHead(200, {
    'content-type': TYPES[format],
    'content-disposition': `attachment; filename="${name}.${format}"`,
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await pipeline(texts, response).catch((error: unknown) => {
    // The client has left.
    if (errorCodeOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
};
