import { isObject, parseJson } from '../../base/json-object.ts';
import type { Cursor, FollowedEvent } from '../../log/port.ts';
import type { Changes } from '../changes.ts';
import type { Database } from '../database.ts';
import { DETAIL_COLUMNS, type DetailRow, decodeDetail } from './detail.ts';

export interface FollowDeps {
  readonly database: Pick<Database, 'query'>;
  readonly changes: Changes;
}

interface Place {
  /** A transaction, as text: they have 64 bits. */
  readonly tx: string;
  readonly id: string;
}

interface Row extends DetailRow, Place {
  readonly id: string;
  readonly isEnded: boolean;
}

const BATCH = 500;
/** Where no notification arrives. */
const LOOK_EVERY_MS = 1_000;
/** Ends that are remembered, so that one that is told twice is passed on once. */
const REMEMBERED_ENDS = 10_000;

const parsePlace = (cursor: Cursor): Place | undefined => {
  const value = parseJson(cursor);
  if (!isObject(value) || typeof value.tx !== 'string' || !/^\d{1,20}$/.test(value.tx)) return undefined;
  return { tx: value.tx, id: typeof value.id === 'string' ? value.id : '' };
};

/**
 * What is written to the database from a moment on, by all gateways. Transactions end in another order than they
 * begin in: what belongs to one that is younger than any that still runs waits for the next look.
 */
export const followDatabase = (
  { database, changes }: FollowDeps,
  from: 'now' | Cursor,
  signal: AbortSignal,
): AsyncIterable<FollowedEvent> => {
  const now = async (): Promise<Place> => {
    const [row] = await database.query<{ tx: string }>(
      'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS tx',
    );
    return { tx: row?.tx ?? '0', id: '' };
  };
  const known = from === 'now' ? undefined : parsePlace(from);
  // The moment is that of the call.
  const first = known ? Promise.resolve(known) : now();
  first.catch(() => {});

  let wake = (): void => {};
  const waitForChange = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function* follow(): AsyncGenerator<FollowedEvent> {
    const stop = changes.watch('log', () => wake());
    const onAbort = (): void => wake();
    signal.addEventListener('abort', onAbort);
    const ended = new Set<string>();
    try {
      let place = await first;
      while (!signal.aborted) {
        const change = waitForChange();
        // While the database is away, nothing is told.
        const rows = await read(database, place).catch(() => []);
        for (const row of rows) {
          const { tx, id, isEnded } = row;
          place = { tx, id };
          if (ended.has(id)) continue;
          if (isEnded) ended.add(id);
          const { record } = decodeDetail(row);
          yield { type: isEnded ? 'close' : 'open', record, cursor: JSON.stringify(place) };
          if (signal.aborted) return;
        }
        for (const id of ended) {
          if (ended.size <= REMEMBERED_ENDS) break;
          ended.delete(id);
        }
        if (rows.length < BATCH) await change;
        wake();
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      wake();
      stop();
    }
  }
  return { [Symbol.asyncIterator]: follow };
};

const read = (database: Pick<Database, 'query'>, { tx, id }: Place): Promise<readonly Row[]> =>
  database.query<Row>(
    `SELECT tx::text, ${DETAIL_COLUMNS}, duration_ms IS NOT NULL AS "isEnded" FROM gomodel.exchanges
      WHERE tx >= $1::xid8 AND (tx, id) > ($1::xid8, $2) AND tx < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY tx, id LIMIT ${BATCH}`,
    [tx, id],
  );
