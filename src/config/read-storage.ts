import { GatewayError } from '../base/errors.ts';
import { admitSources } from './admit-sources.ts';
import { type BodiesConfig, readBodies } from './read-bodies.ts';
import { type ConfigSources, readSetting } from './read-setting.ts';
import type { StorageFallback } from './settings/storage-settings.ts';

/** A database that several gateways share. */
export interface PostgresConfig {
  readonly kind: 'postgresql';
  /** With its password. */
  readonly url: string;
  /** Of each process. */
  readonly maxConnections: number;
  readonly fallback: StorageFallback;
  /** Absent: bodies are in a table. */
  readonly bodies?: BodiesConfig;
}

/** Where keys, budgets, limits and the log are kept. */
export type StorageConfig = { readonly kind: 'files' } | PostgresConfig;

/**
 * The storage settings alone, for commands that need nothing else of the configuration.
 * @throws GatewayError invalid_config where PostgreSQL is asked for and not named, or bodies cannot go where they should
 */
export const readStorage = (given: ConfigSources): StorageConfig => {
  const { sources } = admitSources(given);
  if (readSetting('storageType', sources)?.value !== 'postgresql') return { kind: 'files' };
  const url = readSetting('postgresUrl', sources)?.value;
  if (url === undefined) {
    throw new GatewayError(
      'invalid_config',
      'STORAGE_TYPE is postgresql, and no POSTGRES_URL says where that is. Set POSTGRES_URL to an address such as postgres://user:password@host:5432/gomodel.',
    );
  }
  const bodies = readBodies(sources);
  return {
    kind: 'postgresql',
    url,
    maxConnections: readSetting('postgresMaxConns', sources)?.value ?? 10,
    fallback: readSetting('postgresFallback', sources)?.value ?? 'open',
    ...(bodies && { bodies }),
  };
};
