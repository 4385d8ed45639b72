import type { PageWish } from '../../log/port.ts';
import type { Query } from '../database.ts';
import { allOf, type Clause, write } from './clauses.ts';
import { dayOfId } from './columns.ts';
import { type DayRange, ofDays } from './sums/day-ranges.ts';

/** Tables that are looked through at once where nobody knows how many rows they have. */
const FIRST_DAYS = 2;
const MORE_AT_ONCE = 4;

/** Takes the newest days that have at least so many, by what is known of them; the oldest first. */
const takeNewest = (days: readonly DayRange[], wanted: number, blind: number): readonly DayRange[] => {
  let count = 0;
  let from = days.length;
  while (from > 0 && count < wanted) {
    from--;
    // The first days may begin behind the cursor: their rows may all be newer.
    if (from < days.length - 1 || days[from]?.count === undefined) {
      count += days[from]?.count ?? wanted / blind;
    }
  }
  return days.slice(from);
};

/** Rows of a query, the newest first, out of no more tables than needed. */
export const findNewest = async <Row>(
  query: Query,
  days: readonly DayRange[],
  clauses: readonly Clause[],
  columns: string,
  { limit, offset = 0, before }: PageWish,
): Promise<readonly Row[]> => {
  if (limit === 0) return [];
  const rows: Row[] = [];
  let left = before === undefined ? days : days.filter(({ from }) => from <= dayOfId(before));
  let skip = offset;
  let blind = FIRST_DAYS;
  while (left.length > 0 && rows.length < limit) {
    const taken = takeNewest(left, skip + limit - rows.length, blind);
    const [oldest, newest] = [taken[0]?.from ?? '', taken.at(-1)?.to ?? ''];
    const { text, values } = write(
      (bind) => `SELECT ${columns} FROM gomodel.exchanges
        WHERE ${allOf([ofDays(oldest, newest), ...clauses], bind)}
        ${before === undefined ? '' : `AND id < ${bind(before)}`}
        ORDER BY day DESC, id DESC LIMIT ${bind(limit - rows.length + skip)}`,
    );
    const found = await query<Row>(text, values);
    rows.push(...found.slice(skip));
    skip = Math.max(0, skip - found.length);
    left = left.slice(0, left.length - taken.length);
    blind *= MORE_AT_ONCE;
  }
  return rows;
};
