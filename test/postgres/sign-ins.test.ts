import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/time/clock.ts';
import { createPostgresEntryStore } from '../../src/postgres/entry-store.ts';
import { openPostgresStorage } from '../../src/postgres/open-storage.ts';
import { composeGateway } from '../support/gateway/compose-gateway.ts';
import { describeEntryStore } from '../support/identity/describe-entry-store.ts';
import { askModel, refresh, signIn, startSignInGateway } from '../support/identity/start-sign-in-gateway.ts';
import { configOf, usePostgres } from '../support/postgres/use-postgres.ts';

const postgres = usePostgres();

describeEntryStore('PostgreSQL', async () => {
  const url = await postgres.server.createDatabase();
  return (now) => {
    const storage = openPostgresStorage(configOf(url), systemClock);
    onTestFinished(() => storage.close());
    return createPostgresEntryStore(storage.database, now);
  };
});

it('whoever has signed in at one gateway goes on at another one of its database', async () => {
  const url = await postgres.server.createDatabase();
  const env = { STORAGE_TYPE: 'postgresql', POSTGRES_URL: url };
  const one = await startSignInGateway({ env });
  const tokens = await signIn(one.base);
  const other = await composeGateway(one.upstream.url, {
    env: { ...one.provider.env, ...env, PUBLIC_URL: one.base },
    dataDir: join(mkdtempSync(join(tmpdir(), 'gomodel-other-')), 'data'),
  });
  // Both sign with one key: that of the database.
  expect((await askModel(other.v1, tokens.access_token)).status).toBe(200);
  const { status, body } = await refresh(other.url, tokens.refresh_token);
  expect(status).toBe(200);
  expect((await askModel(one.gateway.v1, body.access_token)).status).toBe(200);
  expect((await refresh(one.base, body.refresh_token)).status).toBe(200);
});
