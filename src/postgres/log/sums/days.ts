import { MIN_SESSION_PREFIX } from '../../../log/match-filter.ts';
import type { LogQuery } from '../../../log/port.ts';
import type { Query } from '../../database.ts';
import { type Clause, write } from '../clauses.ts';
import type { CompiledQuery } from '../compile-query.ts';
import { countBySums } from './count-days.ts';
import { DAY_MS, type DayRange, dayAt, joinRanges, TABLES } from './day-ranges.ts';
import { HALF_HOURS_OF_A_DAY } from './half-hours.ts';

/** Behind every text that begins so. */
const BEHIND = '\u{10ffff}';

/** The day of such a table. */
const OF_TABLE = `to_char(to_date(right(relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD')`;

/** The days on which sessions were used, or one that begins so, or something runs, or came late. */
export const daysOfSessions = async (
  query: Query,
  { sessions, filter = {} }: Pick<LogQuery, 'sessions' | 'filter'>,
): Promise<ReadonlySet<string> | undefined> => {
  const { session } = filter;
  if (!sessions && !session) return undefined;
  const named: Clause = (bind) => {
    if (!session) return `name = ANY(${bind([...(sessions ?? [])])})`;
    if (session.length < MIN_SESSION_PREFIX) return `name = ${bind(session)}`;
    return `name >= ${bind(session)} AND name < ${bind(session + BEHIND)}`;
  };
  const { text, values } = write(
    (bind) => `SELECT to_char(day, 'YYYY-MM-DD') AS day FROM gomodel.session_uses
        WHERE session IN (SELECT id FROM gomodel.sessions WHERE ${named(bind)})
      UNION SELECT to_char('1970-01-01'::date + start / ${HALF_HOURS_OF_A_DAY}, 'YYYY-MM-DD') FROM gomodel.usage_sums
        WHERE grain = 1 AND band = -2 AND requests > 0
      UNION SELECT ${OF_TABLE} FROM ${TABLES}
        AND right(relname, 8) < (SELECT to_char(dropped_before, 'YYYYMMDD') FROM gomodel.log_state)`,
  );
  return new Set((await query<{ day: string }>(text, values)).map(({ day }) => day));
};

/** The days that may have exchanges of a query, the oldest first, so that no other tables are looked at. */
export const findDays = async (
  query: Query,
  selected: LogQuery,
  compiled: CompiledQuery,
): Promise<readonly DayRange[]> => {
  const counted = await countBySums(query, compiled);
  if (counted) return joinRanges(counted);
  const ofSessions = await daysOfSessions(query, selected);
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = selected.span ?? {};
  const from = Number.isFinite(fromMs) ? dayAt(fromMs - DAY_MS) : '';
  const to = Number.isFinite(toMs) ? dayAt(toMs + DAY_MS) : '9999';
  const tables = await query<{ day: string }>(`SELECT ${OF_TABLE} AS day FROM ${TABLES}`);
  return tables
    .filter(({ day }) => day >= from && day <= to && (!ofSessions || ofSessions.has(day)))
    .map(({ day }) => ({ from: day, to: day, count: undefined }))
    .sort((one, other) => (one.from < other.from ? -1 : 1));
};
