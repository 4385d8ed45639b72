import type { Query } from '../../database.ts';
import { allOf, type Clause, write } from '../clauses.ts';
import { type CompiledQuery, ofKinds, rowClauses } from '../compile-query.ts';
import { DAY_MS, type DayRange, dayAt, ofDays, TABLES } from './day-ranges.ts';
import {
  coverHalfHours,
  type DividedSpan,
  divideSpan,
  HALF_HOUR_MS,
  HALF_HOURS_OF_A_DAY,
  type HalfHours,
} from './half-hours.ts';
import { joinStretches, runningWithin } from './read-cells.ts';

interface Counted {
  /** Since 1970, both included. */
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** Days of a sum: of 32 days, of one, or of a half hour's. */
const FIRST_DAY = `CASE s.grain WHEN 3 THEN s.start * 32 WHEN 2 THEN s.start WHEN 5 THEN s.start
  ELSE s.start / ${HALF_HOURS_OF_A_DAY} END`;

/** By the sums of all that it is asked for by: of each day where they are few, else of 32 days. */
const countCells = (
  query: Query,
  compiled: CompiledQuery,
  divided: DividedSpan,
  cells: readonly Clause[],
): Promise<readonly Counted[]> => {
  const stretches = coverHalfHours(divided.inner, compiled.isOfModels ? 'model' : 'kind');
  const all = [...cells, ...ofKinds(compiled)];
  const { text, values } = write(
    (bind) => `SELECT first, first + days - 1 AS last, sum(requests) AS count FROM (
        SELECT ${FIRST_DAY} AS first, CASE s.grain WHEN 3 THEN 32 ELSE 1 END AS days, requests
          FROM ${joinStretches(stretches, bind)} WHERE ${allOf(all, bind)}
        UNION ALL SELECT start / ${HALF_HOURS_OF_A_DAY}, 1, requests FROM gomodel.usage_sums
          WHERE ${allOf([...runningWithin(divided), ...all], bind)}) AS found
      GROUP BY first, days HAVING sum(requests) > 0`,
  );
  return query(text, values);
};

/** How many of each day called a tool. */
const countTools = (
  query: Query,
  compiled: CompiledQuery,
  { inner }: DividedSpan,
  tools: Clause,
): Promise<readonly Counted[]> => {
  const day = (halfHours: number): string => dayAt(halfHours * HALF_HOUR_MS);
  const conditions: readonly Clause[] = [
    ...(Number.isFinite(inner.from)
      ? [((bind) => `day >= ${bind(day(inner.from))}::date`) satisfies Clause]
      : []),
    ...(Number.isFinite(inner.to) ? [((bind) => `day < ${bind(day(inner.to))}::date`) satisfies Clause] : []),
    tools,
    ...ofKinds(compiled),
  ];
  const { text, values } = write(
    (
      bind,
    ) => `SELECT day - '1970-01-01'::date AS first, day - '1970-01-01'::date AS last, sum(requests) AS count
      FROM gomodel.tool_uses WHERE ${allOf(conditions, bind)} GROUP BY 1`,
  );
  return query(text, values);
};

/** How many rows of a query each day has. */
export const countByRows = async (query: Query, clauses: readonly Clause[]): Promise<readonly DayRange[]> => {
  const { text, values } = write(
    (bind) =>
      `SELECT to_char(day, 'YYYY-MM-DD') AS day, count(*) AS count FROM gomodel.exchanges
        WHERE ${allOf(clauses, bind)} GROUP BY day`,
  );
  const rows = await query<{ day: string; count: number }>(text, values);
  return rows.map(({ day, count }) => ({ from: day, to: day, count }));
};

/** Sums outlive the rows of their days: of those from a day on. */
const since = ({ inner, edges }: DividedSpan, day: number): DividedSpan => {
  const kept: HalfHours = { from: Math.max(inner.from, day * HALF_HOURS_OF_A_DAY), to: inner.to };
  return { inner: kept.from > kept.to ? { from: kept.to, to: kept.to } : kept, edges };
};

/** How many exchanges of a query some days have, by the sums; undefined where they cannot tell. */
export const countBySums = async (
  query: Query,
  compiled: CompiledQuery,
): Promise<readonly DayRange[] | undefined> => {
  const { cells, tools } = compiled;
  if (!cells && !tools) return undefined;
  // What came after its day was dropped is in no sum.
  const [state] = await query<{ before: number; hasLate: boolean }>(
    `SELECT dropped_before - '1970-01-01'::date AS before,
        EXISTS (SELECT FROM ${TABLES} AND right(relname, 8) < to_char(dropped_before, 'YYYYMMDD')) AS "hasLate"
      FROM gomodel.log_state`,
  );
  const { before = 0, hasLate = false } = state ?? {};
  const beforeDay = dayAt(before * DAY_MS);
  const divided = divideSpan(compiled.span, compiled.until, cells ? 1 : HALF_HOURS_OF_A_DAY);
  const kept = since(divided, before);
  const sums = cells
    ? await countCells(query, compiled, kept, cells)
    : tools && (await countTools(query, compiled, kept, tools));
  const found: DayRange[] = (sums ?? []).map(({ first, last, count }) => ({
    from: dayAt(first * DAY_MS),
    to: dayAt(last * DAY_MS),
    count,
  }));
  const isKept: Clause = (bind) => `day >= ${bind(beforeDay)}::date`;
  for (const span of divided.edges) {
    found.push(...(await countByRows(query, [...rowClauses({ ...compiled, span }), isKept])));
  }
  for (const { row, kinds } of compiled.strays) {
    const days = await countCells(query, { ...compiled, kinds, isOfModels: false }, kept, []);
    for (const { first, last } of days) {
      const clauses = [
        ofDays(dayAt(first * DAY_MS), dayAt(last * DAY_MS)),
        ...rowClauses(compiled),
        row,
        isKept,
      ];
      found.push(...(await countByRows(query, clauses)));
    }
  }
  if (hasLate) {
    const isLate: Clause = (bind) => `day < ${bind(beforeDay)}::date`;
    found.push(...(await countByRows(query, [...rowClauses(compiled), isLate])));
  }
  return found;
};
