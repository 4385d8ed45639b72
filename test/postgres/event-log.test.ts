import { expect, it, onTestFinished } from 'vitest';
import { createPostgresEvents } from '../../src/postgres/event-log.ts';
import { clientEvent, describeEventLog } from '../support/log/describe-event-log.ts';
import { openMigrated } from '../support/postgres/open-log.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';

const postgres = usePostgres();

describeEventLog('events in PostgreSQL', async () => {
  const database = await openMigrated(postgres.server);
  let laterMs = 0;
  const now = () => performance.now() + laterMs;
  return {
    open: () => createPostgresEvents({ query: database.query, retentionDays: 1, now }),
    age: async (days) => {
      for (const table of ['client_events', 'client_event_days'])
        await database.query(`UPDATE gomodel.${table} SET day = day - $1::integer`, [days]);
    },
    later: (ms) => {
      laterMs += ms;
    },
    remove: () => database.close(),
  };
});

const open = async () => {
  const database = await openMigrated(postgres.server);
  const openLog = () =>
    createPostgresEvents({ query: database.query, retentionDays: 30, now: () => performance.now() });
  const log = openLog();
  onTestFinished(async () => {
    await log.close();
    await database.close();
  });
  return { database, log, openLog };
};

it('keeps what is sent again once, from whichever gateway', async () => {
  const { log, openLog } = await open();
  const other = openLog();
  for (const one of [log, other, log]) {
    one.add([clientEvent('a'), clientEvent('a')]);
    await one.flush();
  }
  expect(await other.of(['a'])).toEqual([clientEvent('a')]);
  await other.close();
});

it('waits while the database is away, and writes what has waited', async () => {
  const { log } = await open();
  log.add([clientEvent('a')]);
  await log.flush();
  await postgres.server.kill();
  onTestFinished(() => postgres.server.start());
  log.add([clientEvent('a', '2026-11-30T12:00:00.000Z')]);
  await expect(log.of(['a'])).rejects.toMatchObject({ code: 'storage_unavailable' });
  await postgres.server.start();
  await expect.poll(async () => (await log.of(['a'])).length).toBe(2);
});

it('goes with the days that the log has dropped', async () => {
  const { database, log, openLog } = await open();
  log.add([clientEvent('a')]);
  await log.flush();
  await database.query(`SELECT gomodel.drop_days((now() AT TIME ZONE 'UTC')::date + 1)`);
  const other = openLog();
  other.add([clientEvent('b')]);
  await expect.poll(() => other.of(['a', 'b'])).toEqual([]);
  await other.close();
});

it('has room for so much a day, and deletes the oldest days where all are too much', async () => {
  const { database, log, openLog } = await open();
  const day = `(now() AT TIME ZONE 'UTC')::date`;
  await database.query(
    `INSERT INTO gomodel.client_event_days VALUES (${day}, 300000000), (${day} - 1, 600000000), (${day} - 2, 600000000)`,
  );
  log.add([clientEvent('a')]);
  await log.flush();
  expect(await openLog().of(['a'])).toEqual([]);
  const days = () =>
    database.query<{ bytes: number }>('SELECT bytes FROM gomodel.client_event_days ORDER BY day');
  await expect.poll(days).toEqual([{ bytes: 600_000_000 }, { bytes: 300_000_000 }]);
});
