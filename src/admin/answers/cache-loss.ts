import { parseJson } from '../../base/json-object.ts';
import { fieldsOf, stringOf } from '../../conversation/json-fields.ts';
import { type ByteRange, scanElements, scanMembers } from '../../json/scan-members.ts';
import type { ExchangeDetail, Facts, HeaderLines, LogReader } from '../../log/port.ts';
import { readStoredBody } from '../../log/port.ts';
import type { CacheLoss } from '../api-types/detail.ts';
import type { Pricing } from '../cost/create-pricing.ts';
import { lostTokens, priceLoss } from '../cost/lost-tokens.ts';

/** Below this share of the last context, the client has summed the conversation up. */
const COMPACTED_SHARE = 0.6;
/** Providers forget a prefix that was not used for five to ten minutes. */
const IDLE_MS = 300_000;
const SHOWN_BYTES = 60;

/** The last request before this one that had a context. */
const previousOf = (thread: readonly Facts[], place: number): Facts | undefined =>
  thread.slice(0, place).findLast(({ usage }) => (usage?.inputTokens ?? 0) > 0);

interface ReadRequest {
  readonly bytes: Buffer;
  readonly members: ReadonlyMap<string, ByteRange>;
  readonly headers: HeaderLines;
}

const readRequest = async ({
  requestBody,
  requestHeaders,
}: ExchangeDetail): Promise<ReadRequest | undefined> => {
  const read = requestBody && (await readStoredBody(requestBody, 'request'));
  if (!read || !('bytes' in read)) return undefined;
  const members = scanMembers(read.bytes);
  return members && { bytes: read.bytes, members, headers: requestHeaders };
};

type Explanation = Omit<CacheLoss, 'tokens' | 'costUsd'>;

const sliceOf = ({ bytes }: ReadRequest, range: ByteRange | undefined): Buffer =>
  range ? bytes.subarray(range.start, range.end) : Buffer.alloc(0);

/** Where two texts part. @returns undefined where one begins with the other */
const firstDifference = (one: Buffer, other: Buffer): number | undefined => {
  const length = Math.min(one.length, other.length);
  let low = 0;
  let high = length;
  if (one.subarray(0, length).equals(other.subarray(0, length))) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (one.subarray(low, middle).equals(other.subarray(low, middle))) low = middle;
    else high = middle;
  }
  return low;
};

const around = (bytes: Buffer, at: number): string =>
  new TextDecoder().decode(bytes.subarray(Math.max(0, at - SHOWN_BYTES), at + SHOWN_BYTES));

/** What of two ranges differs, told from the first byte on. */
const partAt = (
  [last, lastRange]: readonly [ReadRequest, ByteRange | undefined],
  [now, range]: readonly [ReadRequest, ByteRange | undefined],
): Pick<CacheLoss, 'byteOffset' | 'before' | 'after'> => {
  const one = sliceOf(last, lastRange);
  const other = sliceOf(now, range);
  const at = firstDifference(one, other) ?? Math.min(one.length, other.length);
  return {
    ...(range ? { byteOffset: range.start + at } : {}),
    before: lastRange ? around(last.bytes, lastRange.start + at) : '',
    after: range ? around(now.bytes, range.start + at) : '',
  };
};

const kindOf = (item: Buffer): string => {
  const fields = fieldsOf(parseJson(item.toString()));
  return stringOf(fields.name) ?? stringOf(fields.type) ?? stringOf(fields.role) ?? 'item';
};

/** The first element of the last request's list that this one's has not, or has otherwise. */
const compareLists = (name: string, cause: 'tools' | 'item', last: ReadRequest, now: ReadRequest) => {
  const lastRange = last.members.get(name);
  const range = now.members.get(name);
  if (!lastRange) return undefined;
  const before = scanElements(last.bytes, lastRange) ?? [];
  const after = range ? (scanElements(now.bytes, range) ?? []) : [];
  const place = before.findIndex((element, index) => {
    const other = after[index];
    return !other || !sliceOf(last, element).equals(sliceOf(now, other));
  });
  if (place < 0) return undefined;
  const changed = sliceOf(last, before[place]);
  return {
    cause,
    where: `${name}[${place}] (${kindOf(changed)})`,
    ...partAt([last, before[place]], [now, after[place]]),
  } satisfies Explanation;
};

const compareMember = (
  name: string,
  cause: CacheLoss['cause'],
  last: ReadRequest,
  now: ReadRequest,
): Explanation | undefined => {
  const lastRange = last.members.get(name);
  const range = now.members.get(name);
  if (sliceOf(last, lastRange).equals(sliceOf(now, range))) return undefined;
  return { cause, where: name, ...partAt([last, lastRange], [now, range]) };
};

/** By these the provider finds the machine that holds the cache. */
const ROUTING_HEADER = /^(?:session[_-]id|conversation[_-]id|openai-(?:organization|project))$/i;

const compareHeaders = (last: HeaderLines, now: HeaderLines): Explanation | undefined => {
  const read = (lines: HeaderLines) =>
    new Map(
      lines
        .filter(([name]) => ROUTING_HEADER.test(name))
        .map(([name, value]) => [name.toLowerCase(), value] as const),
    );
  const before = read(last);
  const after = read(now);
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    if (before.get(name) === after.get(name)) continue;
    return {
      cause: 'header',
      where: `header ${name}`,
      before: before.get(name) ?? '(none)',
      after: after.get(name) ?? '(none)',
    };
  }
  return undefined;
};

/** In the order in which a provider lays a prompt out: what comes first takes all that follows along. */
const compareRequests = (
  last: ReadRequest,
  now: ReadRequest,
  isContinued: boolean,
): Explanation | undefined =>
  compareMember('model', 'model', last, now) ??
  compareMember('prompt_cache_key', 'cache_key', last, now) ??
  compareHeaders(last.headers, now.headers) ??
  compareLists('tools', 'tools', last, now) ??
  compareMember('instructions', 'instructions', last, now) ??
  // A request that goes on from a response id holds its new items alone.
  (isContinued
    ? undefined
    : (compareLists('input', 'item', last, now) ?? compareLists('messages', 'item', last, now)));

/**
 * Why a request paid for tokens again that the last one of its thread had in its context: the first byte
 * at which their prefixes differ, and in what.
 * @param thread its exchanges, oldest first
 * @param place of the request in it
 * @returns undefined where nothing was lost
 */
export const explainLoss = async (
  log: Pick<LogReader, 'get'>,
  thread: readonly Facts[],
  place: number,
  detail: ExchangeDetail,
  pricing: Pricing,
): Promise<CacheLoss | undefined> => {
  const own = thread[place];
  const before = previousOf(thread, place);
  const tokens = own ? lostTokens(before?.usage?.inputTokens, own.usage) : 0;
  if (!own || !before || tokens === 0) return undefined;
  const ended = before.startedAtMs + (Number.isNaN(before.durationMs) ? 0 : before.durationMs);
  const idleMs = Math.max(0, Math.round(own.startedAtMs - ended));
  const lastDetail = await log.get(before.id);
  const [last, now] = await Promise.all([lastDetail && readRequest(lastDetail), readRequest(detail)]);
  const { previousResponseId } = detail.record;
  const isContinued =
    previousResponseId !== undefined && previousResponseId === lastDetail?.record.responseId;
  const found = last && now ? compareRequests(last, now, isContinued) : undefined;
  const { usd } = priceLoss(pricing, own, own.usage, tokens);
  const lost = { tokens, idleMs, ...(usd !== undefined && { costUsd: usd }) };
  if (found?.cause === 'item' && isCompacted(before, own)) return { ...lost, ...found, cause: 'compaction' };
  if (found) return { ...lost, ...found };
  return { ...lost, cause: idleMs >= IDLE_MS ? 'idle' : 'unknown' };
};

/** Where two requests part, whether or not that cost anything. */
export const explainDifference = async (
  earlier: ExchangeDetail,
  later: ExchangeDetail,
): Promise<Explanation | undefined> => {
  const [last, now] = await Promise.all([readRequest(earlier), readRequest(later)]);
  const { previousResponseId } = later.record;
  const isContinued = previousResponseId !== undefined && previousResponseId === earlier.record.responseId;
  return last && now ? compareRequests(last, now, isContinued) : undefined;
};

const isCompacted = (before: Facts, own: Facts): boolean =>
  (own.usage?.inputTokens ?? 0) < (before.usage?.inputTokens ?? 0) * COMPACTED_SHARE;
