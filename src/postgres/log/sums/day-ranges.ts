import type { Clause } from '../clauses.ts';

/** Consecutive days, `YYYY-MM-DD`, both included. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
  /** How many exchanges of a query they have; undefined where rows alone can tell. */
  readonly count: number | undefined;
}

export const DAY_MS = 86_400_000;
export const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** One for each day that has rows. */
export const TABLES = `pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'gomodel.exchanges'::regclass`;

/** Rows of some days. */
export const ofDays =
  (from: string, to: string): Clause =>
  (bind) =>
    `day >= ${bind(from)}::date AND day <= ${bind(to)}::date`;

const later = (one: string, other: string): string => (one < other ? other : one);

/** Oldest first; ranges that overlap are one. */
export const joinRanges = (ranges: readonly DayRange[]): readonly DayRange[] => {
  const joined: DayRange[] = [];
  for (const range of [...ranges].sort((one, other) => (one.from < other.from ? -1 : 1))) {
    const last = joined.at(-1);
    if (!last || last.to < range.from) {
      joined.push(range);
      continue;
    }
    joined[joined.length - 1] = {
      from: last.from,
      to: later(last.to, range.to),
      count: (last.count ?? 0) + (range.count ?? 0),
    };
  }
  return joined;
};
