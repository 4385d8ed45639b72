import { idTimeMs } from '../../base/ids.ts';
import type { TimeSpan } from '../../log/port.ts';

/** Sums are kept by the half hour: days and hours begin at one in all time zones but three. */
export const HALF_HOUR_MS = 1_800_000;
export const HALF_HOURS_OF_A_DAY = 48;

const ALWAYS: TimeSpan = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
/** An id's time and the time that its record tells may differ by so much. */
const SLACK_MS = 1;

/** A span as whole half hours, whose sums are known, and what is left at its ends. */
export interface DividedSpan {
  /** Half hours since 1970, the second one excluded; infinite where the span is. */
  readonly inner: { readonly from: number; readonly to: number };
  /** Of these, rows tell. */
  readonly edges: readonly TimeSpan[];
}

/** @param until an id: only that exchange and earlier ones */
export const divideSpan = (span: TimeSpan = ALWAYS, until?: string): DividedSpan => {
  const { fromMs, toMs } = span;
  const untilMs = (until === undefined ? undefined : idTimeMs(until)) ?? Number.POSITIVE_INFINITY;
  const from = Math.ceil(fromMs / HALF_HOUR_MS);
  const to = Math.floor(Math.min(toMs, untilMs - SLACK_MS) / HALF_HOUR_MS);
  const isWhole = until === undefined;
  if (to <= from) return { inner: { from, to: from }, edges: [span] };
  const edges: TimeSpan[] = [];
  if (fromMs < from * HALF_HOUR_MS) edges.push({ fromMs, toMs: from * HALF_HOUR_MS });
  if (to * HALF_HOUR_MS < toMs || !isWhole) edges.push({ fromMs: to * HALF_HOUR_MS, toMs });
  return { inner: { from, to }, edges };
};

export const isHalfHour = (ms: number): boolean => ms % HALF_HOUR_MS === 0;
