import { expect, it } from 'vitest';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import { collect } from '../../support/log/collect.ts';
import { queryExchanges } from '../../support/log/query-exchanges.ts';
import { closeExchange, openExchange, recordExchange } from '../../support/log/record-exchange.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';
import { createWrongClock } from '../../support/log/wrong-clock.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const log = useLogFolder();
const ids = async (): Promise<string[]> =>
  (await collect(queryExchanges(log.dataDir))).map(({ id }) => id).sort();

it.each([400, 31, 100_000])(
  'keeps the log while the clock is %i days ahead for a while (S1)',
  async (days) => {
    const clock = createWrongClock('2026-06-01T08:00:00Z');
    const recorder = await log.startRecorder({ clock, retentionDays: 30 });
    const kept: string[] = [];
    for (let day = 0; day < 9; day++) {
      kept.push(recordExchange(recorder).id);
      await recorder.flush();
      clock.advance(DAY_MS);
    }
    clock.jump(days * DAY_MS);
    for (let hour = 0; hour < 5; hour++) {
      kept.push(recordExchange(recorder).id);
      await recorder.flush();
      await recorder.makeRoom();
      await recorder.recover();
      clock.advance(HOUR_MS);
    }
    expect(await ids()).toEqual(kept.sort());
  },
);

it('keeps the log where the gateway starts with a clock that is ahead (S1)', async () => {
  const before = await log.startRecorder({ clock: createWrongClock('2026-06-01T08:00:00Z') });
  const { id } = recordExchange(before);
  await before.close();
  const clock = createWrongClock('2027-12-01T08:00:00Z');
  const recorder = await log.startRecorder({ clock, retentionDays: 30 });
  const ahead = recordExchange(recorder).id;
  await recorder.flush();
  await recorder.recover();
  expect(await ids()).toEqual([id, ahead].sort());
});

it('believes a clock that has run on for a day (S1)', async () => {
  const before = await log.startRecorder({ clock: createWrongClock('2026-06-01T08:00:00Z') });
  recordExchange(before);
  await before.close();
  const clock = createWrongClock('2026-09-01T08:00:00Z');
  const recorder = await log.startRecorder({ clock, retentionDays: 30 });
  clock.advance(DAY_MS + HOUR_MS);
  await recorder.recover();
  expect(await ids()).toEqual([]);
});

it('writes on under the right time once the clock is set back (S1)', async () => {
  const clock = createWrongClock('2026-06-01T08:00:00Z');
  const recorder = await log.startRecorder({ clock });
  recordExchange(recorder);
  await recorder.flush();
  clock.jump(400 * DAY_MS);
  const spanning = openExchange(recorder, { requestBody: 'asked in the future' });
  await recorder.flush();
  clock.jump(-400 * DAY_MS);
  clock.advance(60_000);
  const { id } = recordExchange(recorder);
  closeExchange(spanning);
  await recorder.flush();
  const last =
    log
      .files('.jsonl')
      .filter((file) => file.startsWith('2026-06-01'))
      .at(-1) ?? '';
  expect(last).toMatch(/^2026-06-01T0801/);
  const lines = log.lines() as { kind: string; at: number; record?: { id: string } }[];
  const line = lines.find(({ kind, record }) => kind === 'close' && record?.id === id);
  expect(new Date(line?.at ?? 0).toISOString()).toBe('2026-06-01T08:01:00.000Z');
  const found = await readExchange(log.dataDir, spanning.id);
  expect(found?.record.status).toBe(200);
  const listed = (await collect(queryExchanges(log.dataDir))).filter((each) => each.id === spanning.id);
  expect(listed).toMatchObject([{ status: 200 }]);
});
