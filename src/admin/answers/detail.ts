import { GatewayError } from '../../base/errors.ts';
import type { ExchangeWatch } from '../../log/capture/recorder.ts';
import type { AnswerSoFar } from '../../log/exchange.ts';
import type { JournalIndex } from '../../log/files/journal-index.ts';
import { readExchange } from '../../log/files/read-exchange.ts';
import type { ExchangeDetail } from '../../log/record.ts';
import type { AuditDetailAnswer, RelatedExchange } from '../api-types.ts';
import { billOf, type Pricing, priceEntry } from '../cost/create-pricing.ts';
import type { Facts } from '../select/facts.ts';
import { readCount } from '../select/read-query.ts';
import { findThread, type Link, sameThread } from '../select/thread.ts';
import { readBodyText } from './body-text.ts';
import { explainLoss } from './cache-loss.ts';
import { createCurl } from './curl.ts';

export interface DetailDeps {
  readonly dataDir: string;
  readonly index: JournalIndex;
  readonly pricing: () => Promise<Pricing>;
  readonly recorder: Pick<ExchangeWatch, 'active' | 'answerSoFar' | 'flush'>;
  /** Of the gateway, without a path. */
  readonly baseUrl: () => string;
}

const DEFAULT_BODY_LIMIT = 65_536;
const MAX_BODY_LIMIT = 4_194_304;
/** An id is `req_` and 26 characters; a beginning of one may stand for it. */
const ID = /^(?:req_)?[0-9a-z]{4,26}$/i;

/** With what has come until now of one that runs. */
const withAnswerSoFar = (detail: ExchangeDetail, { headers, body }: AnswerSoFar): ExchangeDetail => ({
  ...detail,
  responseHeaders: headers,
  ...(body ? { responseBody: body } : {}),
});

/** @throws GatewayError unknown_exchange */
export const requireExchange = async (
  { dataDir, recorder }: Pick<DetailDeps, 'dataDir' | 'recorder'>,
  id: string,
): Promise<ExchangeDetail> => {
  // One that has just ended is asked for by who saw it end.
  await recorder.flush();
  const detail = ID.test(id) ? await readExchange(dataDir, id).catch(noteAmbiguous) : undefined;
  if (!detail) {
    throw new GatewayError('unknown_exchange', `the log holds no exchange ${id.slice(0, 60)}.`, {
      param: 'id',
    });
  }
  const { id: whole } = detail.record;
  const live = recorder.active.values().find(({ record }) => record.id === whole);
  if (!live) return detail;
  const answerSoFar = await recorder.answerSoFar(whole);
  const current = { ...detail, record: live.record };
  return answerSoFar ? withAnswerSoFar(current, answerSoFar) : current;
};

const noteAmbiguous = (error: unknown): never => {
  if (!(error instanceof GatewayError) || error.code !== 'invalid_usage') throw error;
  throw new GatewayError('invalid_request', error.message, { param: 'id' });
};

const relate = ({ id, startedAtMs, status, finish, isFailure }: Facts): RelatedExchange => ({
  id,
  startedAt: new Date(startedAtMs).toISOString(),
  ...(status === undefined ? {} : { status }),
  ...(finish === undefined ? {} : { finish }),
  failed: isFailure,
});

const hasFailed = ({ isFailure, finish }: Facts): boolean => isFailure || finish === 'aborted';

/** The same request again: of the same turn, to the same place. */
const repeats = (one: Facts, other: Facts): boolean =>
  one.turnId !== undefined &&
  one.turnId === other.turnId &&
  one.method === other.method &&
  one.path === other.path;

/** What the client did after a failure: each try up to the one that did not fail. */
const findRetries = (after: readonly Link[], failed: Facts): Facts[] => {
  const retries: Facts[] = [];
  let last = failed;
  for (const { facts } of after) {
    if (!hasFailed(last) || !repeats(facts, failed)) break;
    retries.push(facts);
    last = facts;
  }
  return retries;
};

/** `GET audit/log/:id` */
export const answerDetail = async (
  deps: DetailDeps,
  id: string,
  query: URLSearchParams,
): Promise<AuditDetailAnswer> => {
  const { index, pricing, baseUrl } = deps;
  const limit = readCount(query, 'body_limit', DEFAULT_BODY_LIMIT, MAX_BODY_LIMIT);
  await index.refresh();
  const [detail, prices] = await Promise.all([requireExchange(deps, id), pricing()]);
  const { record, requestHeaders, responseHeaders } = detail;
  const links = sameThread(await findThread(index, record), record);
  const place = links.findIndex(({ facts }) => facts.id === record.id);
  const own = links[place]?.facts;
  const previous = links[place - 1]?.facts;
  const next = links[place + 1]?.facts;
  const full = await readBodyText(detail.requestBody, 'request', MAX_BODY_LIMIT);
  const [request, response] = await Promise.all([
    readBodyText(detail.requestBody, 'request', limit),
    readBodyText(detail.responseBody, 'answer', limit),
  ]);
  const cacheLoss = own && (await explainLoss(deps.dataDir, links, place, detail));
  const { cost } = billOf(prices, record);
  return {
    entry: priceEntry(prices, record),
    requestHeaders,
    responseHeaders,
    ...(request ? { request } : {}),
    ...(response ? { response } : {}),
    retries: own ? findRetries(links.slice(place + 1), own).map(relate) : [],
    ...(own && previous && hasFailed(previous) && repeats(previous, own)
      ? { retryOf: relate(previous) }
      : {}),
    ...(previous ? { previous: relate(previous) } : {}),
    ...(next ? { next: relate(next) } : {}),
    ...(cacheLoss ? { cacheLoss } : {}),
    ...(cost ? { cost } : {}),
    curl: createCurl(detail, baseUrl(), full),
  };
};
