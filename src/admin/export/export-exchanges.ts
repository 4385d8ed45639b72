import { pipeline } from 'node:stream/promises';
import { GatewayError } from '../../base/errors.ts';
import { errorCodeOf } from '../../base/system-error.ts';
import { readExchange } from '../../log/files/read-exchange.ts';
import type { ExchangeDetail } from '../../log/record.ts';
import { readBodyText } from '../answers/body-text.ts';
import { type DetailDeps, requireExchange } from '../answers/detail.ts';
import { type LogDeps, readSelection } from '../answers/log.ts';
import { answerTurn } from '../answers/turn.ts';
import type { Call } from '../api/call.ts';
import type { AuditEntry, AuditExportQuery } from '../api-types.ts';
import { type Pricing, priceEntry } from '../cost/create-pricing.ts';
import { readChoice, readText } from '../select/read-query.ts';
import { type Found, findExchanges, readFound } from '../select/select-exchanges.ts';
import { mapToHarEntry } from './har-entry.ts';
import { HTML_END, htmlHead, renderExchange } from './html-page.ts';

export interface ExportDeps extends LogDeps, DetailDeps {
  readonly version: string;
}

type Format = AuditExportQuery['format'];
const FORMATS: readonly Format[] = ['jsonl', 'har', 'html'];

const TYPES: Readonly<Record<Format, string>> = {
  jsonl: 'application/x-ndjson',
  har: 'application/json',
  html: 'text/html; charset=utf-8',
};

/** How many records are read at a time. */
const BATCH = 100;
const MAX_CHARACTERS = 64 * 2 ** 20;

/** What is exported, oldest first. */
const selectFound = async (deps: ExportDeps, query: URLSearchParams): Promise<Found[]> => {
  await deps.index.refresh();
  const id = readText(query, 'id');
  if (id !== undefined) {
    const { record } = await requireExchange(deps, id);
    return [{ id: record.id, record }];
  }
  const selection = await readSelection(deps, query);
  const { found } = await findExchanges(deps.index, selection, {
    offset: 0,
    limit: Number.POSITIVE_INFINITY,
  });
  return found.reverse();
};

async function* eachEntry(
  deps: ExportDeps,
  found: readonly Found[],
  prices: Pricing,
): AsyncGenerator<AuditEntry> {
  for (let start = 0; start < found.length; start += BATCH) {
    const records = await readFound(deps.index, found.slice(start, start + BATCH));
    for (const record of records) yield priceEntry(prices, record);
  }
}

const harEntry = async (entry: AuditEntry, detail: ExchangeDetail, baseUrl: string): Promise<string> => {
  const [request, response] = await Promise.all([
    readBodyText(detail.requestBody, 'request', MAX_CHARACTERS),
    readBodyText(detail.responseBody, 'answer', MAX_CHARACTERS),
  ]);
  return JSON.stringify(mapToHarEntry(entry, detail, { request, response }, baseUrl));
};

async function* eachText(deps: ExportDeps, format: Format, found: readonly Found[]): AsyncGenerator<string> {
  const prices = await deps.pricing();
  const entries = eachEntry(deps, found, prices);
  if (format === 'jsonl') {
    for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
    return;
  }
  const creator = JSON.stringify({ name: 'gomodel-ts', version: deps.version });
  yield format === 'har'
    ? `{"log":{"version":"1.2","creator":${creator},"entries":[`
    : htmlHead(`gomodel-ts: ${found.length} ${found.length === 1 ? 'exchange' : 'exchanges'}`);
  let separator = '';
  for await (const entry of entries) {
    const detail = await readExchange(deps.dataDir, entry.id);
    if (!detail) continue;
    if (format === 'har') yield separator + (await harEntry(entry, detail, deps.baseUrl()));
    else yield renderExchange(entry, await answerTurn(detail, false));
    separator = ',\n';
  }
  yield format === 'har' ? ']}}\n' : HTML_END;
}

/** `GET audit/export`: written as it is read, so that the size of the log does not matter. */
export const sendExport = async (deps: ExportDeps, { query, request, response }: Call): Promise<void> => {
  const format = readChoice(query, 'format', FORMATS);
  if (!format) {
    throw new GatewayError('invalid_request', `format must be one of ${FORMATS.join(', ')}.`, {
      param: 'format',
    });
  }
  const found = await selectFound(deps, query);
  const name = readText(query, 'id') === undefined ? 'gomodel-ts-audit' : (found[0]?.id ?? '');
  response.writeHead(200, {
    'content-type': TYPES[format],
    'content-disposition': `attachment; filename="${name}.${format}"`,
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await pipeline(eachText(deps, format, found), response).catch((error: unknown) => {
    // The client has left.
    if (errorCodeOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
};
