import type { ExchangeRecord } from '../record.ts';

type Trace = NonNullable<ExchangeRecord['trace']>;

/** Later versions may go on behind what the first one has. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/;

/** @returns undefined if there is no such header field, or it is malformed @see https://www.w3.org/TR/trace-context/ */
export const readTraceparent = (header: string | undefined): Trace | undefined => {
  const [, traceId, parentId, flags] = TRACEPARENT.exec(header?.trim().slice(0, 100) ?? '') ?? [];
  if (traceId === undefined || parentId === undefined || flags === undefined) return undefined;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
};
