import type { Facts, LogQuery, LogReader, SessionUse, SummedSessions, TimeSpan } from '../../../log/port.ts';
import type { Query } from '../../database.ts';
import { allOf, type Bind, type Clause, write } from '../clauses.ts';
import { type CompiledQuery, compileQuery, isNoProbe, isSummed, ofKinds } from '../compile-query.ts';
import type { FactsReader } from '../facts-reader.ts';
import { containing } from '../search-clauses.ts';

export interface SessionUseDeps {
  readonly query: Query;
  readonly facts: LogReader['facts'];
  readonly factsReader: FactsReader;
}

interface Row extends SessionUse {
  readonly total: number;
}

/** What no sum of a session has: an exchange that runs, or lies on a day that is not all within the span. */
type Loose = Facts & { readonly name: string };

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
    const names = await query<{ name: string }>(
      `SELECT DISTINCT name FROM gomodel.session_uses JOIN gomodel.sessions ON id = session
        WHERE NOT is_thread AND day = $1::date AND oldest_ms < $2::bigint AND newest_ms >= $2::bigint`,
      [dayAt(endMs), Math.ceil(endMs)],
    );
    if (names.length === 0) continue;
    const startOfDayMs = Math.floor(endMs / DAY_MS) * DAY_MS;
    const span = {
      fromMs: Math.max(fromMs, startOfDayMs),
      toMs: Math.min(toMs, startOfDayMs + DAY_MS),
    };
    const sessions = new Set(names.map(({ name }) => name));
    for await (const batch of facts({ ...selected, span, sessions })) found.push(...batch);
  }
  return found;
};

const findLoose = async (
  deps: SessionUseDeps,
  selected: LogQuery,
  { span = ALWAYS }: CompiledQuery,
): Promise<readonly Loose[]> => {
  const found = [...(await findAtEnds(deps, selected, span))];
  if (!selected.filter?.status_code) {
    const running = { ...selected, filter: { ...selected.filter, status_code: 'running' } };
    for await (const batch of deps.facts(running)) found.push(...batch);
  }
  return found.flatMap((each) => {
    const name = each.sessionId ?? each.threadId;
    return name === undefined || each.isProbe ? [] : [{ ...each, name }];
  });
};

/** The names that a session is found by, beside its own. */
const namesOf = ({ model, requestedModel, sentModel, clientName, clientVersion }: Facts): string[] =>
  [model, requestedModel, sentModel, clientName && `${clientName}/${clientVersion ?? ''}`].filter(
    (name) => name !== undefined,
  );
const NAMES_OF_KIND = `lower(concat_ws(E'\\n', model, requested_model, sent_model, client_name || '/' || coalesce(client_version, '')))`;

/** What a query says of sessions, as `LogReader.summedSessions` has it. */
export const findSessionUses = async (
  deps: SessionUseDeps,
  selected: LogQuery,
): Promise<SummedSessions | undefined> => {
  const compiled = compileQuery(selected);
  if (!isSummed(compiled)) return undefined;
  const { query, factsReader } = deps;
  const loose = await findLoose(deps, selected, compiled);
  const withinSpan: readonly Clause[] = [() => 'NOT is_thread', ...within(compiled.span ?? ALWAYS)];
  const usesOf = (bind: Bind): string => allOf([...withinSpan, isNoProbe, ...ofKinds(compiled)], bind);
  return {
    sessions: async ({ limit, offset, search }) => {
      const isFound = ({ name, ...facts }: Loose): boolean =>
        search === undefined ||
        [name, ...namesOf({ ...facts })].some((text) => text.toLowerCase().includes(search.toLowerCase()));
      const { text, values } = write((bind) => {
        const like = search === undefined ? undefined : bind(containing(search));
        const isNamed =
          like === undefined
            ? 'true'
            : `bool_or(kind_id IN (SELECT id FROM gomodel.kinds WHERE ${NAMES_OF_KIND} LIKE ${like}))`;
        return `WITH kept AS (
            SELECT session, min(oldest_ms) AS oldest_ms, max(newest_ms) AS newest_ms, ${isNamed} AS is_named,
              NULL::text AS name
            FROM gomodel.session_uses WHERE ${usesOf(bind)} GROUP BY session),
          used AS (SELECT * FROM kept UNION ALL SELECT hashtextextended(name, 0), ms, ms, is_named, name
              FROM unnest(${bind(loose.map(({ name }) => name))}::text[],
                ${bind(loose.map(({ startedAtMs }) => startedAtMs))}::bigint[],
                ${bind(loose.map(isFound))}::boolean[]) AS l (name, ms, is_named)),
          found AS (${
            loose.length === 0
              ? 'SELECT * FROM kept'
              : `SELECT session, min(oldest_ms) AS oldest_ms, max(newest_ms) AS newest_ms,
                bool_or(is_named) AS is_named, min(name) AS name FROM used GROUP BY session`
          }),
          ${
            like === undefined
              ? 'wanted AS MATERIALIZED (SELECT * FROM found)'
              : `wanted AS MATERIALIZED (SELECT found.* FROM found LEFT JOIN gomodel.sessions s ON s.id = session
              WHERE is_named OR lower(s.name) LIKE ${like})`
          },
          shown AS (SELECT * FROM wanted ORDER BY newest_ms DESC, session LIMIT ${bind(limit)} OFFSET ${bind(offset)})
          SELECT coalesce(s.name, shown.name) AS "sessionId", oldest_ms AS "oldestMs", newest_ms AS "newestMs",
            (SELECT count(*) FROM wanted) AS total
          FROM (SELECT 1) AS one LEFT JOIN shown ON true LEFT JOIN gomodel.sessions s ON s.id = session
          ORDER BY newest_ms DESC, session`;
      });
      const rows = await query<Row>(text, values);
      return {
        sessions: rows
          .filter(({ sessionId }) => sessionId !== null)
          .map(({ sessionId, oldestMs, newestMs }) => ({ sessionId, oldestMs, newestMs })),
        total: rows[0]?.total ?? 0,
      };
    },
    countSessions: async (groupsOf) => {
      const ofKind = write(
        (bind) => `SELECT id FROM gomodel.kinds WHERE NOT is_probe AND ${allOf(compiled.kinds, bind)}`,
      );
      const ids = (await query<{ id: number }>(ofKind.text, ofKind.values)).map(({ id }) => id);
      const kindOf = await factsReader.kinds(ids);
      const groups = new Map<string, number>();
      const placeOf = (group: string): number => {
        const place = groups.get(group) ?? groups.size;
        groups.set(group, place);
        return place;
      };
      const pairs = ids.flatMap((id) => groupsOf(kindOf(id)).map((group) => [id, placeOf(group)] as const));
      const looser = loose.flatMap((each) =>
        groupsOf(each).map((group) => [each.name, placeOf(group)] as const),
      );
      const { text, values } = write(
        (bind) => `WITH kept AS (
            SELECT place, session FROM gomodel.session_uses
              -- Of the table's ids it is known how few uses have one in common.
              JOIN gomodel.kinds ON kinds.id = kind_id
              JOIN unnest(${bind(pairs.map(([id]) => id))}::bigint[], ${bind(pairs.map(([, place]) => place))}::integer[])
                AS places (id, place) ON places.id = kinds.id
              WHERE ${allOf(withinSpan, bind)} GROUP BY place, session),
          used AS (SELECT * FROM kept UNION SELECT place, hashtextextended(name, 0)
            FROM unnest(${bind(looser.map(([name]) => name))}::text[], ${bind(looser.map(([, place]) => place))}::integer[])
              AS l (name, place))
          SELECT place, count(*) AS sessions FROM ${looser.length === 0 ? 'kept' : 'used'} GROUP BY place`,
      );
      const counted = await query<{ place: number; sessions: number }>(text, values);
      const names = [...groups.keys()];
      return new Map(counted.map(({ place, sessions }) => [names[place] ?? '', sessions]));
    },
  };
};
