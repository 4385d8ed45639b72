import type { LogQuery } from '../../../log/port.ts';
import type { Query } from '../../database.ts';
import { compileQuery, rowClauses } from '../compile-query.ts';
import { holdsWords } from '../search-clauses.ts';
import { countByRows, countBySums } from './count-days.ts';
import { type DayRange, joinRanges, ofDays } from './day-ranges.ts';

export interface CountDeps {
  readonly query: Query;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

export interface CountedSoFar {
  /** The newest days, with how many exchanges of the query each has. */
  readonly days: readonly DayRange[];
  /** False where older days are not counted yet; asked again, it goes on from there. */
  readonly isWhole: boolean;
}

interface Progress {
  /** By day. */
  readonly counts: Map<string, number>;
  /** The newest day when it began: more may come for it. */
  readonly newest: string;
  atMs: number;
}

/** Nobody waits longer for an answer. */
const BUDGET_MS = 500;
/** So many rows are looked at however long it takes: most logs are counted at once. */
const MIN_ROWS = 20_000;
/** Pages of one search must agree with each other. */
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 16;
/** Spans that end with now move on as one search is asked again. */
const STEP_MS = 60_000;

const keyOf = ({ span, inBodies: _, ids, sessions, ...rest }: LogQuery): string =>
  JSON.stringify([
    { ...rest, filter: rest.filter },
    span && [Math.floor(span.fromMs / STEP_MS), Math.floor(span.toMs / STEP_MS)],
    ids && [...ids],
    sessions && [...sessions],
  ]);

/** Counts what only rows can tell, from the newest day to the oldest, a part each time that it is asked. */
export const createGradualCount = ({ query, now }: CountDeps) => {
  const known = new Map<string, Progress>();

  const recall = (key: string, days: readonly DayRange[]): Progress => {
    const remembered = known.get(key);
    if (remembered && now() - remembered.atMs < REMEMBERED_MS) return remembered;
    if (known.size >= MAX_REMEMBERED) known.delete(known.keys().next().value ?? '');
    const progress: Progress = { counts: new Map(), newest: days.at(-1)?.to ?? '', atMs: now() };
    known.set(key, progress);
    return progress;
  };

  /** How many rows each day has, whatever they are. */
  const readSizes = async ({ span }: LogQuery): Promise<(day: string) => number> => {
    const sizes = (await countBySums(query, compileQuery({ span }))) ?? [];
    const byDay = new Map<string, number>();
    for (const { from, count = 0 } of sizes) byDay.set(from, (byDay.get(from) ?? 0) + count);
    return (day) => byDay.get(day) ?? 0;
  };

  /** Exchanges that only their bodies say the words of. */
  const countInBodies = async (selected: LogQuery): Promise<readonly DayRange[]> => {
    const { inBodies, filter: { search = '', ...filter } = {}, ids } = selected;
    if (!inBodies || inBodies.size === 0) return [];
    const found = ids ? new Set([...inBodies].filter((id) => ids.has(id))) : inBodies;
    const clauses = rowClauses(compileQuery({ ...selected, inBodies: undefined, filter, ids: found }));
    return countByRows(query, [...clauses, (bind) => `NOT ${holdsWords(search)(bind)}`]);
  };

  return async (selected: LogQuery, days: readonly DayRange[]): Promise<CountedSoFar> => {
    const startedAt = now();
    const progress = recall(keyOf(selected), days);
    const { counts, newest } = progress;
    const clauses = rowClauses(compileQuery({ ...selected, inBodies: undefined }));
    const left = days.filter(({ from }) => from >= newest || !counts.has(from)).reverse();
    // What is counted again does not lie beside what is counted next: one range of both would have all between them.
    const again = left.filter(({ from }) => counts.has(from)).length;
    const sizeOf = left.length > 1 ? await readSizes(selected) : () => 0;
    let rows = 0;
    let place = 0;
    while (place < left.length) {
      const spentMs = Math.max(now() - startedAt, 1);
      const room = rows < MIN_ROWS ? MIN_ROWS - rows : (rows / spentMs) * (BUDGET_MS - spentMs);
      const first = place;
      let taken = 0;
      const end = first < again ? again : left.length;
      while (place < end && (place === first || taken + sizeOf(left[place]?.from ?? '') <= room)) {
        taken += sizeOf(left[place]?.from ?? '');
        place++;
      }
      if (rows >= MIN_ROWS && taken > room) {
        place = first;
        break;
      }
      const chunk = left.slice(first, place);
      const found = await countByRows(query, [
        ofDays(chunk.at(-1)?.from ?? '', chunk[0]?.to ?? ''),
        ...clauses,
      ]);
      for (const { from } of chunk) counts.set(from, 0);
      for (const { from, count = 0 } of found) counts.set(from, count);
      rows += taken;
    }
    progress.atMs = now();
    const counted = [...counts]
      .filter(([, count]) => count > 0)
      .map(([day, count]) => ({ from: day, to: day, count }));
    const inBodies = await countInBodies(selected);
    return { days: joinRanges([...counted, ...inBodies]), isWhole: place === left.length };
  };
};
