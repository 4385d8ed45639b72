import type { Query } from '../database.ts';
import { allOf, type Clause, write } from './clauses.ts';
import { DAY_MS, type DayRange, dayAt, ofDays } from './sums/day-ranges.ts';

/** Days that are read together have at most so many rows, where that is known. */
const MAX_TOGETHER = 4_096;

/** The days of a range one by one: what has many rows is not read together. */
const daysOf = ({ from, to, count }: DayRange): readonly DayRange[] => {
  if (from === to || (count !== undefined && count <= MAX_TOGETHER)) return [{ from, to, count }];
  const days: DayRange[] = [];
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += DAY_MS) {
    const day = dayAt(ms);
    days.push({ from: day, to: day, count: undefined });
  }
  return days;
};

/** Consecutive days, put together where they have few rows. */
function* groupDays(days: readonly DayRange[]): Generator<readonly [from: string, to: string]> {
  let first: string | undefined;
  let last = '';
  let rows = 0;
  for (const { from, to, count = Number.POSITIVE_INFINITY } of days.flatMap(daysOf)) {
    if (first !== undefined && rows + count > MAX_TOGETHER) {
      yield [first, last];
      first = undefined;
    }
    if (first === undefined) rows = 0;
    first ??= from;
    last = to;
    rows += count;
  }
  if (first !== undefined) yield [first, last];
}

/** Rows of a query by id, ascending, in batches that are read one after another. @param after an id: only later ones */
export async function* scanRows<Row extends { readonly id: string }>(
  query: Query,
  days: readonly DayRange[],
  clauses: readonly Clause[],
  { columns, limit, after = '' }: { columns: string; limit: number; after?: string },
): AsyncGenerator<readonly Row[]> {
  let last = after;
  for (const [from, to] of groupDays(days)) {
    for (;;) {
      const { text, values } = write(
        (bind) => `SELECT ${columns} FROM gomodel.exchanges
          WHERE ${allOf([ofDays(from, to), ...clauses], bind)} AND id > ${bind(last)}
          ORDER BY day, id LIMIT ${bind(limit)}`,
      );
      const rows = await query<Row>(text, values);
      if (rows.length > 0) yield rows;
      last = rows.at(-1)?.id ?? last;
      if (rows.length < limit) break;
    }
  }
}
