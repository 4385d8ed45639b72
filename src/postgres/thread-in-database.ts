import { factsOfRecord } from '../log/facts.ts';
import type { Facts, ThreadOf } from '../log/port.ts';
import type { Query } from './database.ts';
import { FACTS_COLUMNS, type FactsRow } from './log-columns.ts';
import { factsOfRow } from './log-facts.ts';

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
const findChain = async (query: Query, start: Facts): Promise<Facts[]> => {
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
    const rows = await query<FactsRow>(
      `SELECT ${FACTS_COLUMNS} FROM gomodel.exchanges
        WHERE response_id = ANY($1) OR previous_response_id = ANY($2)`,
      [previous, next],
    );
    last = rows.map(factsOfRow).filter(({ id }) => !links.has(id));
    for (const facts of last) links.set(facts.id, facts);
  }
  return [...links.values()];
};

/** The exchanges of a thread, oldest first. */
export const findThreadInDatabase = async (query: Query, of: ThreadOf): Promise<readonly Facts[]> => {
  if (!('sessionId' in of)) return (await findChain(query, factsOfRecord(of.exchange))).sort(byId);
  const rows = await query<FactsRow>(
    `SELECT ${FACTS_COLUMNS} FROM gomodel.exchanges WHERE session_id = $1 OR thread_id = $1 ORDER BY day, id`,
    [of.sessionId],
  );
  return rows.map(factsOfRow);
};
