import { hash } from 'node:crypto';
import { ENDS_KEPT_MS, type EndStore, MAX_ENDS, readEnds } from '../guard/people/end-store.ts';
import type { Ended } from '../guard/people/people.ts';
import type { Changes } from './changes.ts';
import type { Database } from './database.ts';
import { markChanged } from './shared-list.ts';
import { type Versioned, watchShared } from './watch-shared.ts';

const READ = `SELECT (SELECT revision FROM gomodel.revisions WHERE topic = 'ends') AS revision,
  (SELECT coalesce(json_agg(entry), '[]') FROM (
    SELECT entry FROM gomodel.sign_ins WHERE kind = 'end' AND expires_at_ms > $1
    ORDER BY expires_at_ms DESC LIMIT ${MAX_ENDS}) AS newest) AS ends`;

const ADD = `INSERT INTO gomodel.sign_ins (kind, key, entry, expires_at_ms)
  SELECT 'end', * FROM unnest($1::text[], $2::jsonb[], $3::bigint[])
  ON CONFLICT (kind, key) DO UPDATE SET entry = excluded.entry, expires_at_ms = excluded.expires_at_ms
    WHERE excluded.expires_at_ms > gomodel.sign_ins.expires_at_ms`;

const keyOf = ({ kind, id }: Ended): string => hash('sha256', `${kind} ${id}`, 'hex');

export interface PostgresEndStoreDeps {
  readonly database: Pick<Database, 'query' | 'transact'>;
  readonly changes: Changes;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds, monotonic. */
  readonly monotonic: () => number;
}

/** Keeps what has ended for all gateways of a database, beside their sign-ins. */
export const createPostgresEndStore = ({
  database,
  changes,
  now,
  monotonic,
}: PostgresEndStoreDeps): EndStore => {
  const load = async (): Promise<Versioned<readonly Ended[]>> => {
    const [row] = await database.query<{ revision: number; ends: unknown }>(READ, [now()]);
    return { revision: row?.revision ?? 0, content: readEnds(row?.ends) };
  };
  return {
    add: async (ended) => {
      const unique = [...new Map(ended.map((one) => [keyOf(one), one])).entries()];
      if (unique.length === 0) return;
      await database.transact(async (query) => {
        await query(ADD, [
          unique.map(([key]) => key),
          unique.map(([, one]) => JSON.stringify(one)),
          unique.map(([, { atMs }]) => atMs + ENDS_KEPT_MS),
        ]);
        await markChanged(query, 'ends');
      });
    },
    load: async () => (await load()).content,
    watch: (onEnds) =>
      watchShared<readonly Ended[]>(
        // While the database is away, whoever is known to have ended stays so.
        { changes, topic: 'ends', load, trustedForMs: Number.POSITIVE_INFINITY, now: monotonic },
        (found) => {
          if (found.kind === 'content') onEnds(found.content);
        },
      ),
  };
};
