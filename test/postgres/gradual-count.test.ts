import { expect, it } from 'vitest';
import type { LogQuery } from '../../src/log/port.ts';
import { createPostgresReader } from '../../src/postgres/log/reader.ts';
import { fillLog } from '../support/postgres/fill-log.ts';
import { loggedExchange as exchange, NO_BLOCKS, openLog } from '../support/postgres/open-log.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';

const postgres = usePostgres();
const DAY_MS = 86_400_000;

it('counts what only rows can tell a part at a time, and all of it where it is asked again', async () => {
  const { database, changes, findBlock, createSink } = await openLog(postgres.server);
  await fillLog(database, { exchanges: 25_000, days: 5, people: 3 });
  // Each look at the clock takes a second: no time is ever left.
  let clock = 0;
  const reader = createPostgresReader({ database, changes, findBlock, now: () => (clock += 1_000) });
  const readWhole = async (query: LogQuery, limit: number) => {
    const totals: number[] = [];
    for (;;) {
      const page = await reader.page(query, { limit });
      totals.push(page.total);
      if (!page.isTotalLeast) return { page, totals };
    }
  };
  for (const [filter, isFound] of [
    [{ search: 'nowhere-to-be-found' }, false],
    [{ search: '"had an error"' }, true],
    [{ tool: 'apply_*', key: 'key_1' }, true],
  ] as const) {
    const { page, totals } = await readWhole({ filter }, 5);
    expect(totals.length).toBeGreaterThan(1);
    expect(totals).toEqual([...totals].sort((one, other) => one - other));
    let count = 0;
    for await (const batch of reader.list({ filter })) count += batch.length;
    expect(page.total).toBe(count);
    expect(count > 0).toBe(isFound);
    expect(page.records.map(({ id }) => id)).toEqual(
      page.records
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
  }
  // What comes meanwhile is counted at the next time.
  const error = { origin: 'upstream', code: 'server_error', message: 'It had an error' } as const;
  const failed = { filter: { search: '"had an error"' } };
  const { page: before } = await readWhole(failed, 1);
  const fresh = exchange(Date.now(), { error });
  await createSink().put([fresh], NO_BLOCKS);
  const { page: after } = await readWhole(failed, 1);
  expect([after.total, after.records[0]?.id]).toEqual([before.total + 1, fresh.record.id]);
  // Bodies that hold the words count as well, in days that are not looked at yet.
  const [old] = (await reader.page({ span: { fromMs: 0, toMs: Date.now() - 4 * DAY_MS } }, { limit: 1 }))
    .records;
  const inBodies = new Set([old?.id ?? '']);
  const { page: found } = await readWhole({ filter: { search: 'said-in-a-body' }, inBodies }, 5);
  expect([found.total, found.records.map(({ id }) => id)]).toEqual([1, [...inBodies]]);
}, 180_000);
