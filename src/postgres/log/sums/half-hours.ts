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
  client: [
    [7, HALF_HOURS_OF_A_DAY],
    [6, 1],
  ],
  team: [
    [9, HALF_HOURS_OF_A_DAY],
    [8, 1],
  ],
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

/** What sums are kept by: kinds, or the fewer that tell of some of their columns alone. */
export type SumsBy = keyof typeof GRAINS;

/** Consecutive sums of one grain. */
export interface Stretch {
  readonly grain: number;
  /** In what the grain counts, the second one excluded. */
  readonly from: number;
  readonly to: number;
  /** How many splits lie before it. */
  readonly part: number;
  /** -1: to be taken away again from a longer sum that reaches beyond its part. */
  readonly sign: 1 | -1;
}

type Grains = readonly (readonly [grain: number, halfHours: number])[];

const cover = (
  { from, to }: HalfHours,
  grains: Grains,
  part: number,
  sign: Stretch['sign'] = 1,
): Stretch[] => {
  const [longest, ...shorter] = grains;
  if (!longest || from >= to) return [];
  const [grain, halfHours] = longest;
  const [first, end] = [Math.ceil(from / halfHours), Math.floor(to / halfHours)];
  if (end <= first) return cover({ from, to }, shorter, part, sign);
  return [
    ...cover({ from, to: first * halfHours }, shorter, part, sign),
    { grain, from: first, to: end, part, sign },
    ...cover({ from: end * halfHours, to }, shorter, part, sign),
  ];
};

/** Covers a part by the longest sums that end nearest to its bounds, and takes away what lies beyond. */
const coverNearest = ({ from, to }: HalfHours, grains: Grains, part: number): Stretch[] => {
  const [longest, ...shorter] = grains;
  if (!longest || from >= to) return [];
  const [grain, halfHours] = longest;
  const [first, end] = [Math.round(from / halfHours), Math.round(to / halfHours)];
  if (end <= first) return cover({ from, to }, grains, part);
  const bound = (inner: number, outer: number): Stretch[] =>
    inner < outer
      ? cover({ from: inner, to: outer }, shorter, part)
      : cover({ from: outer, to: inner }, shorter, part, -1);
  return [
    ...bound(from, first * halfHours),
    { grain, from: first, to: end, part, sign: 1 },
    ...bound(end * halfHours, to),
  ];
};

export interface CoverWish {
  /** Half hours, ascending; no sum reaches across one. Default: none. */
  readonly splits?: readonly number[];
  /** True where some sums may reach across one, if others are taken away from them: where days do not begin with UTC's. */
  readonly isSigned?: boolean;
}

/** The bounds of the parts that splits make of a stretch of half hours. */
export const boundsOf = ({ from, to }: HalfHours, splits: readonly number[]): readonly number[] => {
  const start = Math.max(from, 0);
  const end = Math.min(to, FOREVER);
  return [start, ...splits.map((split) => Math.min(Math.max(split, start), end)), end];
};

/** Covers a stretch of half hours with as few sums as possible. */
export const coverHalfHours = (
  halfHours: HalfHours,
  by: SumsBy,
  { splits = [], isSigned = false }: CoverWish = {},
): readonly Stretch[] => {
  const bounds = boundsOf(halfHours, splits);
  const coverPart = isSigned ? coverNearest : cover;
  return bounds.slice(1).flatMap((to, part) => coverPart({ from: bounds[part] ?? to, to }, GRAINS[by], part));
};
