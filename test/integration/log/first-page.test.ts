import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openFileLog } from '../../../src/log/files/open-file-log.ts';
import { writeLargeLog } from '../../support/log/write-large-log.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const EXCHANGES = 12_000;

it('shows the newest exchanges of a long log before it has an index, and says that it has not counted all', async () => {
  const dataDir = createTemporaryFolder('first-page');
  // A segment for each day.
  writeLargeLog({ dataDir, exchanges: EXCHANGES, days: 12 });
  const log = openFileLog({ dataDir });
  const first = await log.page({}, { limit: 30 });
  expect(first.records).toHaveLength(30);
  expect(first).toMatchObject({ isTotalLeast: true });
  expect(first.total).toBeLessThan(EXCHANGES);
  let whole = first;
  while (whole.isTotalLeast) {
    await pause(1);
    whole = await log.page({}, { limit: 30 });
  }
  expect(whole.total).toBe(EXCHANGES);
  expect(whole.records).toEqual(first.records);
  await log.close();
  // Another reader finds the index that the first one has left.
  const later = openFileLog({ dataDir });
  expect(await later.page({}, { limit: 1 })).toMatchObject({ total: EXCHANGES });
  await later.close();
});

it('pages through a long log without an index as with one', async () => {
  const dataDir = createTemporaryFolder('first-page');
  writeLargeLog({ dataDir, exchanges: 10_000, days: 12 });
  const pages = async (log: ReturnType<typeof openFileLog>): Promise<string[]> => {
    const ids: string[] = [];
    for (const wish of [{ limit: 20 }, { limit: 20, offset: 50 }]) {
      ids.push(...(await log.page({ filter: { model: 'gpt-5.5' } }, wish)).records.map(({ id }) => id));
    }
    ids.push(...(await log.page({}, { limit: 5, before: ids.at(-1) })).records.map(({ id }) => id));
    return ids;
  };
  const without = openFileLog({ dataDir });
  const found = await pages(without);
  await without.upkeep();
  expect(await pages(without)).toEqual(found);
  expect(found).toHaveLength(45);
  await without.close();
});
