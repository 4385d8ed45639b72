import { idTimeMs } from '../../../base/ids.ts';
import type { TimeSpan } from '../../../log/port.ts';

/** Sums are kept by the half hour: days and hours begin at one in all time zones but three. */
export const HALF_HOUR_MS = 1_800_000;
export const HALF_HOURS_OF_A_DAY = 48;
const HALF_HOURS_OF_32_DAYS = 32 * HALF_HOURS_OF_A_DAY;
/** A whole number of all that sums are kept by, beyond all times. */
const FOREVER = 1_000_000 * HALF_HOURS_OF_32_DAYS;

const ALWAYS: TimeSpan = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
/** An id's time and the time that its record tells may differ by so much. */
const SLACK_MS = 1;

/** Half hours since 1970, the second one excluded. */
export interface HalfHours {
  readonly from: number;
  readonly to: number;
}

/** A span as whole half hours, whose sums are known, and what is left at its ends. */
export interface DividedSpan {
  /** Infinite where the span is. */
  readonly inner: HalfHours;
  /** Of these, rows tell. */
  readonly edges: readonly TimeSpan[];
}

/**
 * @param until an id: only that exchange and earlier ones
 * @param step half hours: what is whole consists of so many at a time
 */
export const divideSpan = (span: TimeSpan = ALWAYS, until?: string, step = 1): DividedSpan => {
  const { fromMs, toMs } = span;
  const untilMs = (until === undefined ? undefined : idTimeMs(until)) ?? Number.POSITIVE_INFINITY;
  const from = Math.ceil(fromMs / HALF_HOUR_MS / step) * step;
  const to = Math.floor(Math.min(toMs, untilMs - SLACK_MS) / HALF_HOUR_MS / step) * step;
  const isWhole = until === undefined;
  if (to <= from) return { inner: { from, to: from }, edges: [span] };
  const edges: TimeSpan[] = [];
  if (fromMs < from * HALF_HOUR_MS) edges.push({ fromMs, toMs: from * HALF_HOUR_MS });
  if (to * HALF_HOUR_MS < toMs || !isWhole) edges.push({ fromMs: to * HALF_HOUR_MS, toMs });
  return { inner: { from, to }, edges };
};

export const isHalfHour = (ms: number): boolean => ms % HALF_HOUR_MS === 0;

/** As `usage_sums.grain` has them, and how many half hours each has: the longest first. */
const GRAINS = {
  kind: [
    [3, HALF_HOURS_OF_32_DAYS],
    [2, HALF_HOURS_OF_A_DAY],
    [1, 1],
  ],
  model: [
    [5, HALF_HOURS_OF_A_DAY],
    [4, 1],
  ],
} as const satisfies Record<string, readonly (readonly [grain: number, halfHours: number])[]>;

/** Consecutive sums of one grain. */
export interface Stretch {
  readonly grain: number;
  /** In what the grain counts, the second one excluded. */
  readonly from: number;
  readonly to: number;
  /** How many splits lie before it. */
  readonly part: number;
}

const cover = (
  { from, to }: HalfHours,
  grains: readonly (readonly [grain: number, halfHours: number])[],
  part: number,
): Stretch[] => {
  const [longest, ...shorter] = grains;
  if (!longest || from >= to) return [];
  const [grain, halfHours] = longest;
  const [first, end] = [Math.ceil(from / halfHours), Math.floor(to / halfHours)];
  if (end <= first) return cover({ from, to }, shorter, part);
  return [
    ...cover({ from, to: first * halfHours }, shorter, part),
    { grain, from: first, to: end, part },
    ...cover({ from: end * halfHours, to }, shorter, part),
  ];
};

/**
 * Covers a stretch of half hours with as few sums as possible.
 * @param splits half hours, ascending; no sum reaches across one
 */
export const coverHalfHours = (
  { from, to }: HalfHours,
  by: keyof typeof GRAINS,
  splits: readonly number[] = [],
): readonly Stretch[] => {
  const start = Math.max(from, 0);
  const end = Math.min(to, FOREVER);
  const bounds = [start, ...splits.map((split) => Math.min(Math.max(split, start), end)), end];
  return bounds
    .slice(1)
    .flatMap((next, part) => cover({ from: bounds[part] ?? end, to: next }, GRAINS[by], part));
};
