import type { StorageState } from '../../http/health.ts';
import type { LogCopies, PostgresStorage } from '../../postgres/open-storage.ts';

/** For `/readyz`; undefined where there is no database. */
export const storageStateOf =
  (postgres: PostgresStorage | undefined, copies: LogCopies | undefined) => (): StorageState | undefined => {
    if (!postgres) return undefined;
    const { trouble } = postgres.database;
    return {
      postgresql: trouble ? `${trouble.message} (since ${trouble.since})` : 'ok',
      ...(copies && { log: copies.ofRows.lag }),
      ...(copies?.ofBodies && { bodies: { store: copies.trouble() ?? 'ok', ...copies.ofBodies.lag } }),
    };
  };
