import { isObject, type JsonObject } from '../base/json-object.ts';
import type { EntryStore } from '../guard/people/entry-store.ts';
import type { Database, Query } from './database.ts';

const SELECT = 'SELECT entry FROM gomodel.sign_ins WHERE kind = $1 AND key = $2 AND expires_at_ms > $3';
const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`;
const UPSERT = `INSERT INTO gomodel.sign_ins (kind, key, entry, expires_at_ms) VALUES ($1, $2, $3, $4)
  ON CONFLICT (kind, key) DO UPDATE SET entry = excluded.entry, expires_at_ms = excluded.expires_at_ms`;
const LIST = `SELECT key, entry FROM gomodel.sign_ins WHERE kind = $1 AND expires_at_ms > $2
  ORDER BY expires_at_ms DESC, key LIMIT $3`;
const DELETE = 'DELETE FROM gomodel.sign_ins WHERE kind = $1 AND key = $2';

/**
 * Keeps sign-ins for all gateways of a database. All of it rejects with storage_unavailable.
 * @param now milliseconds since the epoch
 */
export const createPostgresEntryStore = (
  database: Pick<Database, 'query' | 'transact'>,
  now: () => number,
): EntryStore => {
  const load = async (query: Query, kind: string, key: string): Promise<JsonObject | undefined> => {
    const [row] = await query<{ entry: unknown }>(SELECT, [kind, key, now()]);
    return isObject(row?.entry) ? row.entry : undefined;
  };
  return {
    read: (kind, key) => load(database.query, kind, key),
    change: (kind, key, change) =>
      database.transact(async (query) => {
        // Also where there is no row yet that could be locked.
        await query(LOCK, [`${kind} ${key}`]);
        const { keep, result } = change(await load(query, kind, key));
        if (keep) await query(UPSERT, [kind, key, JSON.stringify(keep), keep.expiresAtMs]);
        else await query(DELETE, [kind, key]);
        return result;
      }),
    list: async (kind, limit) => {
      const rows = await database.query<{ key: string; entry: unknown }>(LIST, [kind, now(), limit]);
      return new Map(rows.flatMap(({ key, entry }) => (isObject(entry) ? [[key, entry] as const] : [])));
    },
    count: async (kind) => {
      const [row] = await database.query<{ count: number }>(
        'SELECT count(*)::integer AS count FROM gomodel.sign_ins WHERE kind = $1',
        [kind],
      );
      return row?.count ?? 0;
    },
    sweep: async () => {
      await database.query('DELETE FROM gomodel.sign_ins WHERE expires_at_ms <= $1', [now()]);
    },
  };
};
