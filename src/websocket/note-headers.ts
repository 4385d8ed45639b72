import { readQuota } from '../forward/relay/read-quota.ts';
import type { UpstreamAnswer } from '../forward/relay/upstream-answer.ts';
import type { Exchange } from '../log/exchange.ts';

/** Copies what the headers of an upstream's answer say into the record; the answer may be a 101. */
export const noteHeaders = (
  exchange: Exchange,
  { headers, rawHeaders }: Pick<UpstreamAnswer, 'headers' | 'rawHeaders'>,
  nowMs: number,
): void => {
  const { record } = exchange;
  exchange.keepResponseHeaders(rawHeaders);
  const upstreamRequestId = headers['x-request-id'];
  if (typeof upstreamRequestId === 'string') record.upstreamRequestId = upstreamRequestId;
  const quota = readQuota(headers, nowMs);
  if (quota) record.quota = quota;
};
