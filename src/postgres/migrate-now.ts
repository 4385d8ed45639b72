import type { PostgresConfig } from '../config/read-storage.ts';
import { openDatabase } from './database.ts';
import { findPending, migrate } from './migrate.ts';
import type { Migration } from './migrations/list-migrations.ts';

/**
 * Migrates a database, or finds out what that would do.
 * @returns what was, or would be, applied; and where
 * @throws GatewayError storage_unavailable
 */
export const migrateNow = async (
  { url }: Pick<PostgresConfig, 'url'>,
  isDryRun: boolean,
): Promise<{ readonly place: string; readonly migrations: readonly Migration[] }> => {
  const database = openDatabase({ url, maxConnections: 1 });
  try {
    const migrations = isDryRun ? await findPending(database) : await migrate(database);
    return { place: database.place, migrations };
  } finally {
    await database.close();
  }
};
