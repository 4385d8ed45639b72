import type { StorageState } from '../../http/health.ts';
import type { LogShipping } from '../../postgres/log/ship-log.ts';
import type { PostgresStorage } from '../../postgres/open-storage.ts';

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
