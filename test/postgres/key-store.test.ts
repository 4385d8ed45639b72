import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/time/clock.ts';
import { createKeyDesk } from '../../src/guard/keys/key-desk.ts';
import { openKeyRing } from '../../src/guard/keys/key-ring.ts';
import { openPostgresStorage, type PostgresStorage } from '../../src/postgres/open-storage.ts';
import { describeKeyStore } from '../support/guard/describe-key-store.ts';
import { configOf, usePostgres } from '../support/postgres/use-postgres.ts';

const postgres = usePostgres();

const open = (url: string, more: Parameters<typeof configOf>[1] = {}): PostgresStorage => {
  const storage = openPostgresStorage(configOf(url, more), systemClock);
  onTestFinished(() => storage.close());
  return storage;
};

const deskOf = ({ keyStore, adminLog }: PostgresStorage) =>
  createKeyDesk({ store: keyStore, log: adminLog, now: () => Date.now(), by: 'cli:test' });

describeKeyStore('PostgreSQL', async () => {
  const url = await postgres.server.createDatabase();
  return () => open(url).keyStore;
});

describe('keys in PostgreSQL', () => {
  it('are changed with an entry of the admin log, or not at all', async () => {
    const url = await postgres.server.createDatabase();
    const storage = open(url);
    const desk = deskOf(storage);
    const { key } = await desk.create({ name: 'anna' });
    await expect(desk.create({ name: 'anna' })).rejects.toMatchObject({ code: 'key_exists' });
    await desk.revoke('anna');
    await desk.setPolicy({ name: 'small', models: ['gpt-5*'] });
    expect(await open(url).adminLog.latest(10)).toMatchObject([
      { action: 'policy.set', target: 'small' },
      { action: 'key.revoke', target: key.id, by: 'cli:test' },
      { action: 'key.create', target: key.id, to: { name: 'anna' } },
    ]);
    // The table of the log refuses: so does the change.
    await postgres.server.run(url, 'ALTER TABLE gomodel.admin_log ADD CHECK (false) NOT VALID');
    await expect(desk.create({ name: 'bert' })).rejects.toMatchObject({ code: 'keys_unreadable' });
    expect((await desk.list()).keys).toHaveLength(1);
  });

  it('are refused on every instance within a second of being revoked', async () => {
    const url = await postgres.server.createDatabase();
    const desk = deskOf(open(url));
    const { text } = await desk.create({ name: 'anna' });
    const rings = await Promise.all(
      [open(url), open(url), open(url)].map(({ keyStore }) => openKeyRing(keyStore, () => Date.now())),
    );
    for (const ring of rings) onTestFinished(() => ring.close());
    expect(rings.map((ring) => ring.check(text).kind)).toEqual(['active', 'active', 'active']);
    await desk.revoke('anna');
    await expect
      .poll(() => rings.map((ring) => ring.check(text).kind), { timeout: 1_000, interval: 20 })
      .toEqual(['revoked', 'revoked', 'revoked']);
  });

  it('are followed by looking where no notification arrives', async () => {
    const url = await postgres.server.createDatabase();
    const desk = deskOf(open(url));
    const { text } = await desk.create({ name: 'anna' });
    const ring = await openKeyRing(open(url).keyStore, () => Date.now());
    onTestFinished(() => ring.close());
    // As behind a pooler of connections: nobody hears anything.
    await postgres.server.run(
      url,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE $1',
      ['LISTEN%'],
    );
    await desk.revoke('anna');
    await expect.poll(() => ring.check(text).kind).toBe('revoked');
  });

  it('count as they were last read while the database is away, and are read again afterwards', async () => {
    const url = await postgres.server.createDatabase();
    const desk = deskOf(open(url));
    const { text } = await desk.create({ name: 'anna' });
    const storage = open(url);
    const told: (string | undefined)[] = [];
    storage.database.onTrouble((trouble) => told.push(trouble?.message));
    const ring = await openKeyRing(storage.keyStore, () => Date.now());
    onTestFinished(() => ring.close());
    await postgres.server.kill();
    await expect.poll(() => told.length).toBeGreaterThan(0);
    expect(ring.check(text).kind).toBe('active');
    expect(told[0]).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+\/test_\d+ cannot be used: /);
    expect(told.join()).not.toContain('secret');
    await postgres.server.start();
    await desk.revoke('anna').catch(() => desk.revoke('anna'));
    await expect.poll(() => ring.check(text).kind).toBe('revoked');
    expect(told.at(-1)).toBeUndefined();
  });

  it('guard a gateway that has never reached the database, and count once it does', async () => {
    const url = await postgres.server.createDatabase();
    const { text } = await deskOf(open(url)).create({ name: 'anna' });
    await postgres.server.kill();
    const ring = await openKeyRing(open(url).keyStore, () => Date.now());
    onTestFinished(() => ring.close());
    expect([ring.isGuarding, ring.check(text).kind]).toEqual([true, 'unreadable']);
    await postgres.server.start();
    await expect.poll(() => ring.check(text).kind).toBe('active');
  });
});
