import { MIN_SESSION_PREFIX } from '../../log/match-filter.ts';
import type { LogQuery } from '../../log/port.ts';
import type { Query } from '../database.ts';
import { allOf, type Clause, write } from './clauses.ts';
import { type CompiledQuery, ofKinds, rowClauses } from './compile-query.ts';
import { divideSpan, HALF_HOURS_OF_A_DAY } from './half-hours.ts';

/** A day, `YYYY-MM-DD`, and how many exchanges of a query it has; undefined where rows alone can tell. */
export interface DayCount {
  readonly day: string;
  readonly count: number | undefined;
}

const DAY_MS = 86_400_000;
const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
/** Behind every text that begins so. */
const BEHIND = '\u{10ffff}';

const OF_DAY = `to_char('1970-01-01'::date + half_hour / ${HALF_HOURS_OF_A_DAY}, 'YYYY-MM-DD')`;
const TABLES = `pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'gomodel.exchanges'::regclass`;

export const withinHalfHours = ({ inner }: ReturnType<typeof divideSpan>): readonly Clause[] => [
  ...(Number.isFinite(inner.from)
    ? ([(bind) => `half_hour >= ${bind(inner.from)}::integer`] satisfies Clause[])
    : []),
  ...(Number.isFinite(inner.to)
    ? ([(bind) => `half_hour < ${bind(inner.to)}::integer`] satisfies Clause[])
    : []),
];

/** How many exchanges of a query each day has, by the sums. */
const countBySums = async (query: Query, compiled: CompiledQuery, cells: readonly Clause[]) => {
  const divided = divideSpan(compiled.span, compiled.until);
  const counts = new Map<string, number>();
  const add = (rows: readonly { readonly day: string; readonly count: number }[]): void => {
    for (const { day, count } of rows) counts.set(day, (counts.get(day) ?? 0) + count);
  };
  const ofCells = write(
    (
      bind,
    ) => `SELECT half_hour / ${HALF_HOURS_OF_A_DAY} AS day, sum(requests) AS count FROM gomodel.usage_cells, gomodel.log_state
      WHERE half_hour >= (dropped_before - '1970-01-01'::date) * ${HALF_HOURS_OF_A_DAY}
        AND ${allOf([...withinHalfHours(divided), ...cells, ...ofKinds(compiled)], bind)}
      GROUP BY 1 HAVING sum(requests) > 0`,
  );
  const sums = await query<{ day: number; count: number }>(ofCells.text, ofCells.values);
  add(sums.map(({ day, count }) => ({ day: dayAt(day * DAY_MS), count })));
  // What came after its day was dropped is in no sum.
  const [late] = await query<{ before: string }>(
    `SELECT to_char(dropped_before, 'YYYY-MM-DD') AS before FROM gomodel.log_state
      WHERE EXISTS (SELECT FROM ${TABLES} AND right(relname, 8) < to_char(dropped_before, 'YYYYMMDD'))`,
  );
  const before = late?.before ?? '1970-01-01';
  for (const span of divided.edges) {
    const clauses = rowClauses({ ...compiled, span });
    add(await countByRows(query, [...clauses, (bind) => `day >= ${bind(before)}::date`]));
  }
  for (const stray of compiled.strays) {
    add(await countByRows(query, [...rowClauses(compiled), stray, (bind) => `day >= ${bind(before)}::date`]));
  }
  if (late) add(await countByRows(query, [...rowClauses(compiled), (bind) => `day < ${bind(before)}::date`]));
  return counts;
};

const countByRows = (query: Query, clauses: readonly Clause[]) => {
  const { text, values } = write(
    (bind) =>
      `SELECT to_char(day, 'YYYY-MM-DD') AS day, count(*) AS count FROM gomodel.exchanges
        WHERE ${allOf(clauses, bind)} GROUP BY 1`,
  );
  return query<{ day: string; count: number }>(text, values);
};

/** The days on which sessions were used, or one that begins so, or something runs, or came late. */
export const daysOfSessions = async (
  query: Query,
  { sessions, filter = {} }: Pick<LogQuery, 'sessions' | 'filter'>,
): Promise<ReadonlySet<string> | undefined> => {
  const { session } = filter;
  if (!sessions && !session) return undefined;
  const named: Clause = (bind) => {
    if (!session) return `session_id = ANY(${bind([...(sessions ?? [])])})`;
    if (session.length < MIN_SESSION_PREFIX) return `session_id = ${bind(session)}`;
    return `session_id >= ${bind(session)} AND session_id < ${bind(session + BEHIND)}`;
  };
  const { text, values } = write(
    (bind) => `SELECT to_char(day, 'YYYY-MM-DD') AS day FROM gomodel.session_days WHERE ${named(bind)}
      UNION SELECT ${OF_DAY} FROM gomodel.usage_cells WHERE band = -2 AND requests > 0
      UNION SELECT to_char(to_date(right(relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') FROM ${TABLES}
        AND right(relname, 8) < (SELECT to_char(dropped_before, 'YYYYMMDD') FROM gomodel.log_state)`,
  );
  return new Set((await query<{ day: string }>(text, values)).map(({ day }) => day));
};

/** The days that may have exchanges of a query, the oldest first, so that no other tables are looked at. */
export const findDays = async (
  query: Query,
  selected: LogQuery,
  compiled: CompiledQuery,
): Promise<readonly DayCount[]> => {
  const byDay = (one: DayCount, other: DayCount): number => (one.day < other.day ? -1 : 1);
  if (compiled.cells) {
    const counts = await countBySums(query, compiled, compiled.cells);
    return [...counts].map(([day, count]) => ({ day, count })).sort(byDay);
  }
  const ofSessions = await daysOfSessions(query, selected);
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = selected.span ?? {};
  const from = Number.isFinite(fromMs) ? dayAt(fromMs - DAY_MS) : '';
  const to = Number.isFinite(toMs) ? dayAt(toMs + DAY_MS) : '9999';
  const tables = await query<{ day: string }>(
    `SELECT to_char(to_date(right(relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') AS day FROM ${TABLES}`,
  );
  return tables
    .filter(({ day }) => day >= from && day <= to && (!ofSessions || ofSessions.has(day)))
    .map(({ day }) => ({ day, count: undefined }))
    .sort(byDay);
};

/** Rows of some days. */
export const ofDays =
  (from: string, to: string): Clause =>
  (bind) =>
    `day >= ${bind(from)}::date AND day <= ${bind(to)}::date`;
