import { GatewayError } from '../../base/errors.ts';
import type { AnswerSoFar, ExchangeDetail, ExchangeWatch, Facts, LogReader } from '../../log/port.ts';
import type { AuditDetailAnswer, RelatedExchange } from '../api-types/detail.ts';
import { billOf, type Pricing, priceEntry } from '../cost/create-pricing.ts';
import { readCount } from '../select/read-query.ts';
import { findThread, sameThread } from '../select/thread.ts';
import { readBodyText } from './body-text.ts';
import { explainLoss } from './cache-loss.ts';
import { createCurl } from './curl.ts';

export interface DetailDeps {
  readonly log: LogReader;
  readonly pricing: () => Promise<Pricing>;
  readonly recorder: Pick<ExchangeWatch, 'active' | 'answerSoFar'>;
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
  { log, recorder }: Pick<DetailDeps, 'log' | 'recorder'>,
  id: string,
): Promise<ExchangeDetail> => {
  const detail = ID.test(id) ? await log.get(id).catch(noteAmbiguous) : undefined;
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
const findRetries = (after: readonly Facts[], failed: Facts): Facts[] => {
  const retries: Facts[] = [];
  let last = failed;
  for (const facts of after) {
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
  const { log, pricing, baseUrl } = deps;
  const limit = readCount(query, 'body_limit', DEFAULT_BODY_LIMIT, MAX_BODY_LIMIT);
  const [detail, prices] = await Promise.all([requireExchange(deps, id), pricing()]);
  const { record, requestHeaders, responseHeaders } = detail;
  const thread = sameThread(await findThread(log, record), record);
  const place = thread.findIndex((facts) => facts.id === record.id);
  const own = thread[place];
  const previous = thread[place - 1];
  const next = thread[place + 1];
  const full = await readBodyText(detail.requestBody, 'request', MAX_BODY_LIMIT);
  const [request, response] = await Promise.all([
    readBodyText(detail.requestBody, 'request', limit),
    readBodyText(detail.responseBody, 'answer', limit),
  ]);
  const cacheLoss = own && (await explainLoss(log, thread, place, detail, prices));
  const { cost } = billOf(prices, record);
  return {
    entry: priceEntry(prices, record),
    requestHeaders,
    responseHeaders,
    ...(request ? { request } : {}),
    ...(response ? { response } : {}),
    retries: own ? findRetries(thread.slice(place + 1), own).map(relate) : [],
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
