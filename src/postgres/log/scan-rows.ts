import type { Query } from '../database.ts';
import { allOf, type Clause, write } from './clauses.ts';
import { type DayCount, ofDays } from './days.ts';

/** Days that are read together have at most so many rows, where that is known. */
const MAX_TOGETHER = 4_096;

/** Consecutive days, put together where they have few rows. */
function* groupDays(days: readonly DayCount[]): Generator<readonly [from: string, to: string]> {
  let from: string | undefined;
  let to = '';
  let rows = 0;
  for (const { day, count = Number.POSITIVE_INFINITY } of days) {
    if (from !== undefined && rows + count > MAX_TOGETHER) {
      yield [from, to];
      from = undefined;
    }
    if (from === undefined) rows = 0;
    from ??= day;
    to = day;
    rows += count;
  }
  if (from !== undefined) yield [from, to];
}

/** Rows of a query by id, ascending, in batches that are read one after another. @param after an id: only later ones */
export async function* scanRows<Row extends { readonly id: string }>(
  query: Query,
  days: readonly DayCount[],
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
