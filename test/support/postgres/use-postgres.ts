import { afterAll, beforeAll } from 'vitest';
import type { PostgresConfig } from '../../../src/config/read-storage.ts';
import { type PostgresServer, startPostgres } from './start-postgres.ts';

/** A server for one test file. */
export const usePostgres = (): { readonly server: PostgresServer } => {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.remove());
  return {
    get server() {
      if (!server) throw new Error('the server has not started');
      return server;
    },
  };
};

export const configOf = (url: string, more: Partial<PostgresConfig> = {}): PostgresConfig => ({
  kind: 'postgresql',
  url,
  maxConnections: 4,
  fallback: 'open',
  ...more,
});
