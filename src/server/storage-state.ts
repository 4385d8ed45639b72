import type { StorageState } from '../http/health.ts';
import type { PostgresStorage } from '../postgres/open-storage.ts';
import type { LogShipping } from '../postgres/ship-log.ts';

/** For `/readyz`; undefined where there is no database. */
export const storageStateOf =
  (postgres: PostgresStorage | undefined, shipping: LogShipping | undefined) =>
  (): StorageState | undefined => {
    if (!postgres) return undefined;
    const { trouble } = postgres.database;
    return {
      postgresql: trouble ? `${trouble.message} (since ${trouble.since})` : 'ok',
      ...(shipping && { log: shipping.lag }),
    };
  };
