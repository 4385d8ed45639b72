import { expect, it } from 'vitest';
import type { LoggedExchange } from '../../src/log/port.ts';
import { MIN_SIGHTINGS } from '../../src/postgres/log/sink.ts';
import { asBegun, loggedExchange as exchange, NO_BLOCKS, openLog } from '../support/postgres/open-log.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';

const postgres = usePostgres();
const DAY_MS = 86_400_000;
const open = () => openLog(postgres.server);

it('drops the tables of days that are too old, and takes in such a day again', async () => {
  const { database, createSink, reader } = await open();
  const [one, other] = [createSink(), createSink()];
  const days = [40, 31, 29, 0].map((age) => exchange(Date.now() - age * DAY_MS));
  await one.put(days, NO_BLOCKS);
  const tables = async (): Promise<number> =>
    (await database.query(`SELECT FROM pg_inherits WHERE inhparent = 'gomodel.exchanges'::regclass`)).length;
  expect(await tables()).toBe(4);
  await other.enforce({ retentionDays: 30 });
  expect([await tables(), (await reader.page({}, { limit: 9 })).total]).toEqual([2, 2]);
  // The first one believes that the table is still there: at the second try it knows better.
  const late = [exchange(Date.now() - 40 * DAY_MS)];
  await one.put(late, NO_BLOCKS).catch(() => one.put(late, NO_BLOCKS));
  expect((await reader.page({}, { limit: 9 })).total).toBe(3);
  await one.enforce({ retentionDays: 0 });
  expect(await tables()).toBe(3);
});

it('takes in what a stranger has sent: zeros, half characters, figures that are no whole numbers', async () => {
  const { createSink, reader, unstorable } = await open();
  const odd = { model: 'a\0b\ud800c', usage: { inputTokens: 1.5, totalTokens: 2 }, labels: ['x\0'] };
  const batch = [exchange(Date.now(), odd), exchange(Date.now())];
  await createSink().put(batch, NO_BLOCKS);
  expect(unstorable).toEqual([]);
  const detail = await reader.get(batch[0]?.record.id ?? '');
  expect(detail?.record).toMatchObject({ model: 'a\0b\ud800c', usage: { inputTokens: 1.5 } });
});

it('leaves out what the database does not take, and nothing beside it', async () => {
  const { createSink, reader, unstorable } = await open();
  // An index takes no text of so many bytes.
  const huge = Array.from({ length: 20_000 }, (_, place) =>
    String.fromCharCode(0x4e00 + ((place * 7919) % 20_000)),
  );
  const bad = exchange(Date.now(), { responseId: huge.join('') });
  const good = [exchange(Date.now()), exchange(Date.now())];
  await createSink().put([good[0], bad, good[1]] as LoggedExchange[], NO_BLOCKS);
  expect(unstorable).toEqual([bad.record.id]);
  expect((await reader.page({}, { limit: 9 })).total).toBe(2);
});

it('keeps one row for an exchange that is told again and again, and its end', async () => {
  const { createSink, reader } = await open();
  const ended = exchange(Date.now());
  const running = asBegun(ended);
  for (const one of [running, running, ended, running, ended]) await createSink().put([one], NO_BLOCKS);
  const { records, total } = await reader.page({}, { limit: 9 });
  expect([total, records[0]?.durationMs]).toEqual([1, 5]);
});

it('ends what a dead gateway left open, and nothing of those that live', async () => {
  const { database, createSink, reader } = await open();
  const [dead, living, other] = [createSink('dead'), createSink('living'), createSink('other')];
  const usage = { inputTokens: 3, totalTokens: 3 };
  const ended = [0, 1].map(() =>
    exchange(Date.now() - 200_000, { usage, client: { sessionId: 'session-1' } }),
  );
  await dead.put([asBegun(ended[0] as LoggedExchange)], NO_BLOCKS);
  await living.put([asBegun(ended[1] as LoggedExchange)], NO_BLOCKS);
  for (let time = 1; time < MIN_SIGHTINGS; time++) await other.tend?.();
  const running = () => reader.page({ filter: { status_code: 'running' } }, { limit: 9 });
  expect((await running()).total).toBe(2);
  await database.query(
    `UPDATE gomodel.instances SET seen_at = seen_at - interval '11 minutes' WHERE name = 'dead'`,
  );
  await living.tend?.();
  expect((await running()).total).toBe(2);
  await other.tend?.();
  expect((await running()).records.map(({ id }) => id)).toEqual([ended[1]?.record.id]);
  const [interrupted] = (await reader.page({ filter: { error_type: 'interrupted' } }, { limit: 9 })).records;
  expect(interrupted).toMatchObject({ id: ended[0]?.record.id, response: { finish: 'interrupted' } });
  // Its own next run tells the same; what is there stays.
  await dead.put(ended, NO_BLOCKS);
  const { total, records } = await reader.page({}, { limit: 9 });
  expect([total, records.filter(({ response }) => response.finish === 'interrupted').length]).toEqual([2, 1]);
  expect(await reader.sums({}, [], 'UTC')).toMatchObject([{ requests: 2, failedRequests: 1 }]);
});

it('makes the table of a day while somebody reads, and lets them read on', async () => {
  const { database, createSink } = await open();
  const sink = createSink();
  await sink.put([exchange(Date.now())], NO_BLOCKS);
  await database.transact(async (reading) => {
    const count = () =>
      reading<{ count: number }>('SELECT count(*)::integer AS count FROM gomodel.exchanges');
    expect(await count()).toEqual([{ count: 1 }]);
    // A table that is created in its place waits for whoever reads any day, and everybody else behind it.
    await database.query('SELECT gomodel.make_days($1::date[])', [['2026-01-01']], { timeoutMs: 5_000 });
    expect(await count()).toEqual([{ count: 1 }]);
  });
  const tables = await database.query(
    `SELECT FROM pg_inherits WHERE inhparent = 'gomodel.exchanges'::regclass`,
  );
  expect(tables).toHaveLength(2);
});
