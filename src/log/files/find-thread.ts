import { type Facts, factsOfRecord, keepFacts } from '../facts.ts';
import type { ThreadOf } from '../port.ts';
import type { TextColumn } from './index/index-columns.ts';
import { ALWAYS, type IndexPart, type JournalIndex } from './index/index-part.ts';
import { factsOfRow } from './row-facts.ts';

const byId = (one: Facts, other: Facts): number => (one.id < other.id ? -1 : 1);

/** Which texts a column is searched for. */
type Wanted = ReadonlyMap<TextColumn & keyof Facts, ReadonlySet<string>>;

const has = (facts: Facts, wanted: Wanted): boolean =>
  [...wanted].some(([column, texts]) => texts.has(String(facts[column])));

/** Facts of all exchanges that have one of the texts in its column. */
const findAll = async (index: JournalIndex, wanted: Wanted): Promise<Facts[]> => {
  const found: Facts[] = [];
  for await (const part of index.parts(ALWAYS)) {
    for (const row of rowsWith(part, wanted)) found.push(keepFacts(factsOfRow(part.rows, row)));
    found.push(...part.loose.map(factsOfRecord).filter((facts) => has(facts, wanted)));
  }
  return found;
};

const rowsWith = ({ rows, order }: IndexPart, wanted: Wanted): Uint32Array => {
  const lists: { list: Uint32Array; places: ReadonlySet<number> }[] = [];
  for (const [column, texts] of wanted) {
    const places = new Set([...texts].map((text) => rows.pool.find(text)).filter((place) => place > 0));
    if (places.size > 0) lists.push({ list: rows.columns.texts[column], places });
  }
  return lists.length === 0
    ? new Uint32Array()
    : order.filter((row) => lists.some(({ list, places }) => places.has(list[row] as number)));
};

/** A chain that loops, or is longer, is no conversation. */
const MAX_STEPS = 20;

/**
 * What hangs together by `previous_response_id`, of clients that name no session. Only a previous id names a
 * response: two equal response ids mean nothing, since some servers soon give one out again.
 */
const findChain = async (index: JournalIndex, start: Facts): Promise<Facts[]> => {
  const links = new Map<string, Facts>([[start.id, start]]);
  const asked = { before: new Set<string>(), after: new Set<string>() };
  let last: readonly Facts[] = [start];
  const fresh = (ids: readonly (string | undefined)[], known: Set<string>): Set<string> => {
    const found = new Set<string>();
    for (const id of ids) if (id !== undefined && !known.has(id)) found.add(id);
    for (const id of found) known.add(id);
    return found;
  };
  for (let step = 0; step < MAX_STEPS && last.length > 0; step++) {
    const before = fresh(
      last.map(({ previousResponseId }) => previousResponseId),
      asked.before,
    );
    const after = fresh(
      last.map(({ responseId }) => responseId),
      asked.after,
    );
    if (before.size + after.size === 0) break;
    const wanted: Wanted = new Map([
      ['responseId', before],
      ['previousResponseId', after],
    ]);
    const found = await findAll(index, wanted);
    last = found.filter(({ id }) => !links.has(id));
    for (const facts of last) links.set(facts.id, facts);
  }
  return [...links.values()];
};

/** The exchanges of a thread, oldest first; the one that was asked for is among them where the log has it. */
export const findThread = async (index: JournalIndex, of: ThreadOf): Promise<Facts[]> => {
  if ('sessionId' in of) {
    const ids = new Set([of.sessionId]);
    const wanted: Wanted = new Map([
      ['sessionId', ids],
      ['threadId', ids],
    ]);
    return (await findAll(index, wanted)).sort(byId);
  }
  return (await findChain(index, factsOfRecord(of.exchange))).sort(byId);
};
