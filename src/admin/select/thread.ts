import type { IndexPart, JournalIndex, TimeSpan } from '../../log/files/journal-index.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import { type Facts, factsOfRecord, factsOfRow, keepFacts } from './facts.ts';
import type { Found } from './select-exchanges.ts';
import { placeOf } from './select-exchanges.ts';

/** An exchange of a thread: what the index knows, and where its record stands. */
export interface Link {
  readonly facts: Facts;
  readonly found: Found;
}

const ALWAYS: TimeSpan = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

const byId = (one: Link, other: Link): number => (one.facts.id < other.facts.id ? -1 : 1);

/** Rows whose text in one of the columns is one of these. */
const rowsWith = (
  { rows, order }: IndexPart,
  columns: readonly ('sessionId' | 'threadId' | 'responseId' | 'previousResponseId')[],
  wanted: ReadonlySet<string>,
): Uint32Array => {
  const places = new Set([...wanted].map((text) => rows.pool.find(text)).filter((place) => place > 0));
  const lists = columns.map((column) => rows.columns.texts[column]);
  return places.size === 0
    ? new Uint32Array()
    : order.filter((row) => lists.some((list) => places.has(list[row] as number)));
};

const linkOfRow = (part: IndexPart, row: number): Link => ({
  facts: keepFacts(factsOfRow(part.rows, row)),
  found: placeOf(part, row),
});
const linkOfRecord = (record: ExchangeRecord): Link => ({
  facts: factsOfRecord(record),
  found: { id: record.id, record },
});

/** All exchanges of a session, oldest first. */
export const findSession = async (index: JournalIndex, sessionId: string): Promise<Link[]> => {
  const links: Link[] = [];
  const wanted = new Set([sessionId]);
  await index.visit(ALWAYS, (part) => {
    for (const row of rowsWith(part, ['sessionId', 'threadId'], wanted)) links.push(linkOfRow(part, row));
    for (const record of part.loose) {
      const { sessionId: session, threadId: thread } = record.client;
      if (session === sessionId || thread === sessionId) links.push(linkOfRecord(record));
    }
  });
  return links.sort(byId);
};

/** A chain that loops, or is longer, is no conversation. */
const MAX_STEPS = 20;

/** What hangs together by `previous_response_id`, of clients that name no session. Oldest first. */
const findChain = async (index: JournalIndex, start: ExchangeRecord): Promise<Link[]> => {
  const links = new Map<string, Link>([[start.id, linkOfRecord(start)]]);
  let ids = new Set([start.responseId, start.previousResponseId].filter((id) => id !== undefined));
  const asked = new Set<string>();
  for (let step = 0; step < MAX_STEPS && ids.size > 0; step++) {
    const next = new Set<string>();
    for (const id of ids) asked.add(id);
    await index.visit(ALWAYS, (part) => {
      for (const row of rowsWith(part, ['responseId', 'previousResponseId'], ids)) {
        links.set(part.rows.id(row), linkOfRow(part, row));
        for (const column of ['responseId', 'previousResponseId'] as const) {
          const id = part.rows.text(column, row);
          if (id !== undefined && !asked.has(id)) next.add(id);
        }
      }
    });
    ids = next;
  }
  return [...links.values()].sort(byId);
};

/** The thread that an exchange belongs to: by session and thread id, or by `previous_response_id`. */
export const findThread = async (index: JournalIndex, record: ExchangeRecord): Promise<Link[]> => {
  const id = record.client.sessionId ?? record.client.threadId;
  return id === undefined ? findChain(index, record) : findSession(index, id);
};

/** Of a session's exchanges those of one thread: a session may run several agents side by side. */
export const sameThread = (links: readonly Link[], { client }: ExchangeRecord): Link[] =>
  client.threadId === undefined
    ? [...links]
    : links.filter(({ facts }) => facts.threadId === undefined || facts.threadId === client.threadId);
