import { type Holder, type Holders, rememberHolders } from '../providers/holders/holders.ts';
import type { Database } from './database.ts';

/** Of all gateways. */
const MAX_IDS = 200_000;
const TIDY_EVERY_MS = 3_600_000;
const FIND_WITHIN_MS = 2_000;

const NOTE = `INSERT INTO gomodel.holders AS h (id, provider, owner) SELECT unnest($1::text[]), $2, $3
  ON CONFLICT (id) DO UPDATE
    SET provider = excluded.provider, noted_at = excluded.noted_at`;
const FIND = `SELECT provider, owner FROM gomodel.holders WHERE id = ANY($1) ORDER BY array_position($1, id) LIMIT 1`;
const TIDY = `DELETE FROM gomodel.holders WHERE noted_at <=
  (SELECT noted_at FROM gomodel.holders ORDER BY noted_at DESC OFFSET $1 LIMIT 1)`;

/** Holders known to all gateways of a database; while it is away, those that this one has heard of. */
export const createPostgresHolders = (database: Pick<Database, 'query'>): Holders & { close(): void } => {
  const own = rememberHolders();
  const tidy = (): void => void database.query(TIDY, [MAX_IDS]).catch(() => {});
  const timer = setInterval(tidy, TIDY_EVERY_MS).unref();
  const look = async (ids: readonly string[]): Promise<Holder | undefined> => {
    const [row] = await database
      .query<{ provider: string; owner: string | null }>(FIND, [ids], { timeoutMs: FIND_WITHIN_MS })
      .catch(() => []);
    return row && { provider: row.provider, ...(row.owner !== null && { owner: row.owner }) };
  };
  return {
    note: (ids, holder) => {
      own.note(ids, holder);
      void database.query(NOTE, [ids, holder.provider, holder.owner ?? null]).catch(() => {});
    },
    // What is known here may have got an owner elsewhere: only the database knows.
    find: async (ids) => (await look(ids)) ?? own.find(ids),
    close: () => clearInterval(timer),
  };
};
