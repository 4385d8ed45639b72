import type { Database, Query } from './database.ts';
import { MIGRATIONS, type Migration } from './migrations/list-migrations.ts';

/** Any number that nothing else in the database uses for its advisory locks. */
const LOCK = 7_466_310_241;
/** Another gateway may be at work on large tables. */
const MIGRATE_WITHIN_MS = 600_000;

const START = `
CREATE SCHEMA IF NOT EXISTS gomodel;
CREATE TABLE IF NOT EXISTS gomodel.migrations (
  id integer PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
`;

const readApplied = async (query: Query): Promise<ReadonlySet<number>> =>
  new Set((await query<{ id: number }>('SELECT id FROM gomodel.migrations')).map(({ id }) => id));

type Raw = Pick<Database, 'query' | 'transact'>;

/** The migrations that a database lacks, in their order. @throws GatewayError storage_unavailable */
export const findPending = async ({ query }: Pick<Raw, 'query'>): Promise<readonly Migration[]> => {
  const [table] = await query<{ isThere: boolean }>(
    `SELECT to_regclass('gomodel.migrations') IS NOT NULL AS "isThere"`,
  );
  const applied = table?.isThere ? await readApplied(query) : new Set<number>();
  return MIGRATIONS.filter(({ id }) => !applied.has(id));
};

/**
 * Brings a database to where this version expects it: all pending migrations in one transaction, one gateway
 * at a time. What a newer version has added is left alone.
 * @returns what was applied
 * @throws GatewayError storage_unavailable
 */
export const migrate = async (raw: Raw): Promise<readonly Migration[]> => {
  if ((await findPending(raw)).length === 0) return [];
  return raw.transact(async (query) => {
    await query('SELECT pg_advisory_xact_lock($1)', [LOCK], { timeoutMs: MIGRATE_WITHIN_MS });
    await query(START);
    const applied = await readApplied(query);
    // Another gateway may have been quicker.
    const pending = MIGRATIONS.filter(({ id }) => !applied.has(id));
    for (const { id, name, sql } of pending) {
      await query(sql, [], { timeoutMs: MIGRATE_WITHIN_MS });
      await query('INSERT INTO gomodel.migrations (id, name) VALUES ($1, $2)', [id, name]);
    }
    return pending;
  });
};
