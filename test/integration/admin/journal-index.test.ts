import { appendFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findExchanges, readFound } from '../../../src/admin/select/select-exchanges.ts';
import { type JournalIndex, openJournalIndex } from '../../../src/audit/journal-index.ts';
import { queryExchanges } from '../../../src/audit/query-exchanges.ts';
import { collect } from '../../support/audit/collect.ts';
import { closeExchange, openExchange, recordExchange } from '../../support/audit/record-exchange.ts';
import { useLogFolder } from '../../support/audit/use-log-folder.ts';

const log = useLogFolder();
const EVERYTHING = {
  span: { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY },
  filter: {},
};

const idsOf = async (index: JournalIndex): Promise<string[]> => {
  await index.refresh();
  const { found, total } = await findExchanges(index, EVERYTHING, { offset: 0, limit: 1_000 });
  const records = await readFound(index, found);
  expect(total).toBe(records.length);
  return records.map(({ id, durationMs }) => `${id} ${durationMs === undefined ? 'runs' : 'ended'}`);
};

const idsInLog = async (): Promise<string[]> =>
  (await collect(queryExchanges(log.dataDir)))
    .sort((one, other) => (one.id < other.id ? 1 : -1))
    .map(({ id, durationMs }) => `${id} ${durationMs === undefined ? 'runs' : 'ended'}`);

const idle = { flush: async () => {}, active: new Map() };

it('follows what is written, exchanges that run included, and agrees with the log', async () => {
  const recorder = await log.startRecorder();
  const index = openJournalIndex({ dataDir: log.dataDir, recorder });
  expect(await idsOf(index)).toEqual([]);
  const slow = openExchange(recorder);
  for (let count = 0; count < 20; count++) recordExchange(recorder);
  expect(await idsOf(index)).toEqual(await idsInLog());
  closeExchange(slow);
  recordExchange(recorder);
  expect(await idsOf(index)).toEqual(await idsInLog());
  expect(await idsOf(index)).toHaveLength(22);
});

it('shows an exchange once that ends in another segment than it began in', async () => {
  const recorder = await log.startRecorder({ maxDiskBytes: 64 * 1024 });
  const index = openJournalIndex({ dataDir: log.dataDir, recorder });
  const slow = openExchange(recorder);
  for (let count = 0; count < 30; count++) {
    recordExchange(recorder, { rawHeaders: ['x-filler', 'x'.repeat(400)] });
    await recorder.flush();
  }
  expect(log.files('.jsonl').length).toBeGreaterThan(1);
  expect((await idsOf(index)).filter((line) => line.endsWith('runs'))).toEqual([`${slow.id} runs`]);
  closeExchange(slow);
  await recorder.flush();
  expect(await idsOf(index)).toEqual(await idsInLog());
});

it('is made anew where its files are missing, damaged, or tell of more than the journal holds', async () => {
  const recorder = await log.startRecorder();
  for (let count = 0; count < 50; count++) recordExchange(recorder);
  await recorder.close();
  const reopen = () => idsOf(openJournalIndex({ dataDir: log.dataDir, recorder: idle }));
  const wanted = await idsInLog();
  const folder = join(log.dataDir, 'index');
  const path = (): string => join(folder, readdirSync(folder).find((file) => file.endsWith('.index')) ?? '');
  expect(await reopen()).toEqual(wanted);
  expect(await reopen(), 'from its file').toEqual(wanted);
  rmSync(path());
  expect(await reopen(), 'missing').toEqual(wanted);
  truncateSync(path(), 40);
  expect(await reopen(), 'damaged').toEqual(wanted);
  writeFileSync(path(), 'nothing of the kind');
  expect(await reopen(), 'something else').toEqual(wanted);
  const [journal = ''] = log.files('.jsonl');
  truncateSync(join(log.folder, journal), 4_000);
  expect(await reopen(), 'longer than the journal').toEqual(await idsInLog());
});

it('forgets a segment that retention has deleted, with its file', async () => {
  const recorder = await log.startRecorder();
  recordExchange(recorder);
  await recorder.close();
  const index = openJournalIndex({ dataDir: log.dataDir, recorder: idle });
  expect(await idsOf(index)).toHaveLength(1);
  for (const file of readdirSync(log.folder)) rmSync(join(log.folder, file));
  expect(await idsOf(index)).toEqual([]);
  expect(readdirSync(join(log.dataDir, 'index'))).toEqual([]);
});

it('passes over lines that a crash left torn, and finds those behind them', async () => {
  const recorder = await log.startRecorder();
  recordExchange(recorder);
  await recorder.flush();
  const [journal = ''] = log.files('.jsonl');
  appendFileSync(join(log.folder, journal), '{"kind":"close","at":1,"record":{"schemaVersion":1,"id":"req_0');
  recordExchange(recorder);
  await recorder.flush();
  const index = openJournalIndex({ dataDir: log.dataDir, recorder });
  expect(await idsOf(index)).toEqual(await idsInLog());
});
