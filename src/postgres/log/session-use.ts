import type { Facts, LogQuery, LogReader, SessionUse, TimeSpan } from '../../log/port.ts';
import type { Query } from '../database.ts';
import { allOf, type Clause, write } from './clauses.ts';
import { type CompiledQuery, isNoProbe, ofKinds } from './compile-query.ts';
import type { FactsReader } from './facts-reader.ts';

export interface SessionUseDeps {
  readonly query: Query;
  readonly facts: LogReader['facts'];
  readonly factsReader: FactsReader;
}

interface Row {
  readonly sessionId: string;
  readonly oldestMs: number;
  readonly newestMs: number;
  /** Their ids, with commas between them. */
  readonly kinds: string;
}

const DAY_MS = 86_400_000;
const ALWAYS: TimeSpan = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Sessions of whose day all lies within a span. */
const within = ({ fromMs, toMs }: TimeSpan): readonly Clause[] => [
  ...(Number.isFinite(fromMs)
    ? ([
        (bind) => `day >= ${bind(dayAt(fromMs))}::date AND oldest_ms >= ${bind(Math.ceil(fromMs))}::bigint`,
      ] satisfies Clause[])
    : []),
  ...(Number.isFinite(toMs)
    ? ([
        (bind) => `day <= ${bind(dayAt(toMs))}::date AND newest_ms < ${bind(Math.ceil(toMs))}::bigint`,
      ] satisfies Clause[])
    : []),
];

/** Of those that were used on both sides of an end of the span, rows tell. */
const findAtEnds = async (
  { query, facts }: SessionUseDeps,
  selected: LogQuery,
  { fromMs, toMs }: TimeSpan,
): Promise<readonly Facts[]> => {
  const found: Facts[] = [];
  for (const endMs of [fromMs, toMs]) {
    if (!Number.isFinite(endMs)) continue;
    const names = await query<{ id: string }>(
      `SELECT DISTINCT session_id AS id FROM gomodel.session_days
        WHERE NOT is_thread AND day = $1::date AND oldest_ms < $2::bigint AND newest_ms >= $2::bigint`,
      [dayAt(endMs), Math.ceil(endMs)],
    );
    if (names.length === 0) continue;
    const startOfDayMs = Math.floor(endMs / DAY_MS) * DAY_MS;
    const span = {
      fromMs: Math.max(fromMs, startOfDayMs),
      toMs: Math.min(toMs, startOfDayMs + DAY_MS),
    };
    const sessions = new Set(names.map(({ id }) => id));
    for await (const batch of facts({ ...selected, span, sessions })) found.push(...batch);
  }
  return found;
};

/** The sessions of a query; those of what runs are told again. */
export const findSessions = async (
  deps: SessionUseDeps,
  selected: LogQuery,
  compiled: CompiledQuery,
): Promise<readonly SessionUse[]> => {
  const { query, facts, factsReader } = deps;
  const span = compiled.span ?? ALWAYS;
  const clauses: readonly Clause[] = [
    () => 'NOT is_thread',
    isNoProbe,
    ...within(span),
    ...ofKinds(compiled),
  ];
  const { text, values } = write(
    (bind) => `SELECT session_id AS "sessionId", min(oldest_ms) AS "oldestMs", max(newest_ms) AS "newestMs",
        string_agg(kind_id::text, ',') AS kinds
      FROM gomodel.session_days WHERE ${allOf(clauses, bind)}
      GROUP BY session_id`,
  );
  const rows = await query<Row>(text, values);
  const kindsOf = ({ kinds }: Row): readonly number[] => [...new Set(kinds.split(','))].map(Number);
  const kindOf = await factsReader.kinds(new Set(rows.flatMap(kindsOf)));
  const sessions: SessionUse[] = rows.map((row) => ({
    sessionId: row.sessionId,
    oldestMs: row.oldestMs,
    newestMs: row.newestMs,
    by: kindsOf(row).map(kindOf),
  }));
  const add = (each: Facts): void => {
    const sessionId = each.sessionId ?? each.threadId;
    if (sessionId === undefined || each.isProbe) return;
    const { startedAtMs } = each;
    sessions.push({ sessionId, oldestMs: startedAtMs, newestMs: startedAtMs, by: [each] });
  };
  for (const each of await findAtEnds(deps, selected, span)) add(each);
  const running = { ...selected, filter: { ...selected.filter, status_code: 'running' } };
  for await (const batch of facts(running)) {
    for (const each of batch) add(each);
  }
  return sessions;
};
