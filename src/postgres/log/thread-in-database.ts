import { factsOfRecord } from '../../log/facts.ts';
import type { Facts, ThreadOf } from '../../log/port.ts';
import type { Query } from '../database.ts';
import { FACTS_COLUMNS } from './columns.ts';
import type { Row } from './facts.ts';
import type { FactsReader } from './facts-reader.ts';
import { daysOfSessions } from './sums/days.ts';

export interface ThreadDeps {
  readonly query: Query;
  readonly factsReader: FactsReader;
}

/** A chain that loops, or is longer, is no conversation. */
const MAX_STEPS = 20;

const byId = (one: Facts, other: Facts): number => (one.id < other.id ? -1 : 1);

/** The ids that were not asked for before. */
const fresh = (ids: readonly (string | undefined)[], asked: Set<string>): readonly string[] => {
  const found = [...new Set(ids)].filter((id) => id !== undefined && !asked.has(id)) as string[];
  for (const id of found) asked.add(id);
  return found;
};

/** What hangs together by `previous_response_id`: as in the files, only a previous id names a response. */
const findChain = async ({ query, factsReader }: ThreadDeps, start: Facts): Promise<Facts[]> => {
  const links = new Map<string, Facts>([[start.id, start]]);
  const [before, after] = [new Set<string>(), new Set<string>()];
  let last: readonly Facts[] = [start];
  for (let step = 0; step < MAX_STEPS && last.length > 0; step++) {
    const previous = fresh(
      last.map(({ previousResponseId }) => previousResponseId),
      before,
    );
    const next = fresh(
      last.map(({ responseId }) => responseId),
      after,
    );
    if (previous.length + next.length === 0) break;
    const rows = await query<Row>(
      `SELECT ${FACTS_COLUMNS} FROM gomodel.exchanges
        WHERE response_id = ANY($1) OR previous_response_id = ANY($2)`,
      [previous, next],
    );
    last = (await factsReader.read(rows)).filter(({ id }) => !links.has(id));
    for (const facts of last) links.set(facts.id, facts);
  }
  return [...links.values()];
};

/** The exchanges of a thread, oldest first. */
export const findThreadInDatabase = async (deps: ThreadDeps, of: ThreadOf): Promise<readonly Facts[]> => {
  if (!('sessionId' in of)) return (await findChain(deps, factsOfRecord(of.exchange))).sort(byId);
  const { query, factsReader } = deps;
  const sessions = new Set([of.sessionId]);
  const days = await daysOfSessions(query, { sessions });
  const rows = await query<Row>(
    `SELECT ${FACTS_COLUMNS} FROM gomodel.exchanges
      WHERE day = ANY($1::date[]) AND (session_id = $2 OR thread_id = $2) ORDER BY day, id`,
    [[...(days ?? [])], of.sessionId],
  );
  return factsReader.read(rows);
};
