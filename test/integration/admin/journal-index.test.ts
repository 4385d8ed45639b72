import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eachFacts } from '../../../src/admin/answers/usage-sums.ts';
import type { JournalIndex } from '../../../src/log/files/index/index-part.ts';
import { openJournalIndex } from '../../../src/log/files/index/journal-index.ts';
import { openFileLog } from '../../../src/log/files/open-file-log.ts';
import { findExchanges, readFound } from '../../../src/log/files/select-exchanges.ts';
import { collect } from '../../support/log/collect.ts';
import { queryExchanges } from '../../support/log/query-exchanges.ts';
import { closeExchange, openExchange, recordExchange } from '../../support/log/record-exchange.ts';
import { createSettableClock } from '../../support/log/settable-clock.ts';
import { compileRecordingProgram, type RecordingProgram } from '../../support/log/start-recording-child.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

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

const idle = { flush: async () => {}, active: { size: 0, values: () => [] } };
const indexFiles = (): string[] => readdirSync(join(log.dataDir, 'index')).sort();

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
  const recorder = await log.startRecorder({ maxDiskBytes: 256 * 1024 });
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

it('makes its files in the background, and finds the same from them as from the journal', async () => {
  const recorder = await log.startRecorder({ maxDiskBytes: 256 * 1024 });
  const index = openJournalIndex({ dataDir: log.dataDir, recorder });
  for (let count = 0; count < 60; count++) {
    recordExchange(recorder, { rawHeaders: ['x-filler', 'x'.repeat(400)] });
    if (count % 5 === 0) await recorder.flush();
  }
  await recorder.flush();
  await index.upkeep();
  const segments = log.files('.jsonl');
  expect(segments.length).toBeGreaterThan(2);
  expect(
    indexFiles().map((file) => file.replace(/\.\w+\.index$/, '')),
    'all but the one being written',
  ).toEqual(segments.slice(0, -1));
  expect(await idsOf(index)).toEqual(await idsInLog());
  recordExchange(recorder);
  await recorder.close();
  await index.upkeep();
  expect(indexFiles()).toHaveLength(segments.length);
  const reopened = openJournalIndex({ dataDir: log.dataDir, recorder: idle });
  await reopened.upkeep();
  expect(await idsOf(reopened)).toEqual(await idsInLog());
});

it('takes files of another form away', async () => {
  const recorder = await log.startRecorder();
  recordExchange(recorder);
  await recorder.close();
  const [journal = ''] = log.files('.jsonl');
  const folder = join(log.dataDir, 'index');
  mkdirSync(folder, { recursive: true });
  for (const end of ['.index', '.00000000.index'])
    writeFileSync(join(folder, journal + end), 'of an older version');
  writeFileSync(join(folder, 'notes.txt'), 'not ours');
  expect(await idsOf(openJournalIndex({ dataDir: log.dataDir, recorder: idle }))).toEqual(await idsInLog());
  expect(indexFiles()).toEqual([expect.stringMatching(/\.[0-9a-f]{8}\.index$/), 'notes.txt']);
});

it('answers again once the log can be read again', async () => {
  writeFileSync(join(log.dataDir, 'audit'), 'in the way of the folder');
  const index = openJournalIndex({ dataDir: log.dataDir, recorder: idle });
  await expect(index.refresh()).rejects.toMatchObject({ code: 'command_failed' });
  rmSync(join(log.dataDir, 'audit'));
  const recorder = await log.startRecorder();
  recordExchange(recorder);
  await recorder.close();
  expect(await idsOf(index)).toEqual(await idsInLog());
});

it('gives every page of a selection, whichever segments it lies in, up to any exchange', async () => {
  const recorder = await log.startRecorder({ maxDiskBytes: 256 * 1024 });
  for (let count = 0; count < 90; count++) {
    const record = { model: count % 3 === 0 ? 'gpt-5.5' : 'gpt-5.6-luna' };
    recordExchange(recorder, { rawHeaders: ['x-filler', 'x'.repeat(300)], record });
    if (count % 10 === 0) await recorder.flush();
  }
  await recorder.close();
  const all = (await collect(queryExchanges(log.dataDir))).sort((one, other) => (one.id < other.id ? 1 : -1));
  const index = openJournalIndex({ dataDir: log.dataDir, recorder: idle });
  await index.refresh();
  for (const model of [undefined, 'gpt-5.5']) {
    for (const until of [undefined, all[0]?.id, all[31]?.id, all.at(-1)?.id]) {
      const wanted = all.filter(
        (record) => (!model || record.model === model) && (!until || record.id <= until),
      );
      for (const [offset, limit] of [
        [0, 1],
        [0, 25],
        [20, 25],
        [wanted.length - 1, 10],
        [500, 10],
      ] as const) {
        const filter = model ? { model } : {};
        const page = await findExchanges(index, { ...EVERYTHING, filter, until }, { offset, limit });
        expect(page.total).toBe(wanted.length);
        expect(page.found.map(({ id }) => id)).toEqual(
          wanted.slice(offset, offset + limit).map(({ id }) => id),
        );
      }
    }
  }
});

describe('of processes that were killed', () => {
  let program: RecordingProgram;
  beforeAll(() => {
    program = compileRecordingProgram();
  });
  afterAll(() => program.remove());

  it('shows an exchange once, whichever segment its end stands in (S2)', async () => {
    const primary = await log.startRecorder();
    recordExchange(primary);
    await primary.flush();
    // The exchanges begin in a later second than the segment in which they will end.
    await sleep(1_100);
    const script =
      'for (let i = 0; i < 10; i++) { const e = open(); e.commit(); print(e.id); } await sleep(1e6);';
    const child = program.start(log.dataDir, script);
    await child.untilPrinted(10);
    const index = openJournalIndex({ dataDir: log.dataDir, recorder: primary });
    expect(await idsOf(index)).toHaveLength(11);
    await child.kill();
    expect(await idsOf(index)).toHaveLength(11);
    await primary.recover();
    const shown = await idsOf(index);
    expect(shown).toHaveLength(11);
    expect(shown.filter((line) => line.endsWith('runs'))).toEqual([]);
    expect(shown).toEqual(await idsInLog());
    await primary.close();
    await index.upkeep();
    const reopened = openJournalIndex({ dataDir: log.dataDir, recorder: idle });
    expect(await idsOf(reopened), 'from its files').toEqual(shown);
  });

  it('counts them once where two gateways have found them (S2)', async () => {
    const script =
      'for (let i = 0; i < 12; i++) { const e = open(); e.commit(); print(e.id); } await sleep(1e6);';
    const child = program.start(log.dataDir, script);
    await child.untilPrinted(12);
    const gateways = [await log.startRecorder(), await log.startRecorder()];
    for (const gateway of gateways) {
      recordExchange(gateway);
      await gateway.flush();
    }
    await child.kill();
    await Promise.all(gateways.map((gateway) => gateway.recover()));
    const closes = log.lines().filter((line) => (line as { kind?: string }).kind === 'close');
    const index = openJournalIndex({ dataDir: log.dataDir, recorder: idle });
    expect(await idsOf(index)).toHaveLength(14);
    expect(closes.length).toBeGreaterThanOrEqual(14);
    for (const gateway of gateways) await gateway.close();
    expect(await idsOf(index)).toHaveLength(14);
  });
});

it('is made anew where any single bit of its file is flipped (S4)', async () => {
  const recorder = await log.startRecorder();
  for (let count = 0; count < 20; count++) {
    recordExchange(recorder, { record: { model: 'gpt-5.5', usage: { inputTokens: 1000 + count } } });
  }
  await recorder.close();
  const tokens = async (): Promise<number> => {
    const files = openFileLog({ dataDir: log.dataDir });
    let sum = 0;
    await eachFacts(files, EVERYTHING, ({ usage }) => {
      sum += usage?.inputTokens ?? 0;
    });
    return sum;
  };
  const wanted = await tokens();
  const [name = ''] = indexFiles();
  const path = join(log.dataDir, 'index', name);
  const whole = readFileSync(path);
  for (let bit = 3; bit < whole.length * 8; bit += 61) {
    const flipped = Buffer.from(whole);
    const byte = bit >> 3;
    flipped[byte] = (flipped[byte] as number) ^ (1 << (bit & 7));
    writeFileSync(path, flipped);
    expect(await tokens(), `bit ${bit}`).toBe(wanted);
    expect(readFileSync(path).equals(whole), `bit ${bit} written anew`).toBe(true);
  }
});

it('reads the columns of older segments only when a question needs them', async () => {
  const clock = createSettableClock('2026-06-01T12:00:00Z');
  const recorder = await log.startRecorder({ maxDiskBytes: 256 * 1024, retentionDays: 0, clock });
  for (let count = 0; count < 60; count++) {
    recordExchange(recorder, { rawHeaders: ['x-filler', 'x'.repeat(400)], record: { model: 'gpt-5.5' } });
    clock.advance(1_000);
    if (count % 5 === 0) await recorder.flush();
  }
  await recorder.close();
  const files = openFileLog({ dataDir: log.dataDir });
  // It writes the index, and keeps nothing of it in memory.
  await files.upkeep();
  const [oldest = '', ...others] = indexFiles();
  expect(others.length).toBeGreaterThan(1);
  const path = join(log.dataDir, 'index', oldest);
  const whole = readFileSync(path);
  const damaged = Buffer.from(whole);
  damaged.fill(0, damaged.length - 16);
  writeFileSync(path, damaged);
  const first = await files.page({}, { limit: 5 });
  expect([first.total, first.records.length]).toEqual([60, 5]);
  const until = first.records[0]?.id;
  expect((await files.page({ until }, { limit: 5, before: until })).total).toBe(60);
  const later = openFileLog({ dataDir: log.dataDir });
  expect((await later.page({}, { limit: 5 })).total).toBe(60);
  // Nobody has looked at them, or they would have been made anew.
  expect(readFileSync(path).equals(damaged)).toBe(true);
  expect((await files.page({ filter: { model: 'gpt-5.5' } }, { limit: 5 })).total).toBe(60);
  expect(readFileSync(path).equals(whole)).toBe(true);
});
