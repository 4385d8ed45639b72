import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/time/clock.ts';
import { createRecorder, type Recorder } from '../../../src/log/capture/recorder.ts';
import { openFileLog } from '../../../src/log/files/open-file-log.ts';
import type { LogReader } from '../../../src/log/port.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { recordExchange } from '../../support/log/record-exchange.ts';
import { compileRecordingProgram, type RecordingProgram } from '../../support/log/start-recording-child.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';
import { writeLargeLog } from '../../support/log/write-large-log.ts';

const log = useLogFolder();
let program: RecordingProgram;
beforeAll(() => {
  program = compileRecordingProgram();
});
afterAll(() => program.remove());

/** Exchanges of the sixty days before; one in fifty has failed. */
const OLD = 6_000;
const DAYS = 60;
/** What the recorders delete with their thirty days; of the days about that, it depends on the hour. */
const isOld = (file: string): boolean => file < new Date(Date.now() - 33 * 86_400_000).toISOString();
const oldSegments = (): string[] =>
  log.files('.jsonl').filter((file) => isOld(file) && !file.includes('.errors.'));

/** Without waiting for what it finds and deletes at its start. */
const startAtOnce = async (): Promise<Recorder> => {
  const limits = { logBodies: true, retentionDays: 30, maxDiskBytes: 2 ** 31, secrets: [] };
  return createRecorder({ dataDir: log.dataDir, clock: systemClock, ...limits });
};

const listAll = async (reader: LogReader, query = {}): Promise<ExchangeRecord[]> => {
  const all: ExchangeRecord[] = [];
  for await (const batch of reader.list(query)) all.push(...batch);
  return all;
};

const writeSixtyDays = async (): Promise<{ failed: string[] }> => {
  writeLargeLog({ dataDir: log.dataDir, exchanges: OLD, days: DAYS });
  const reader = openFileLog({ dataDir: log.dataDir });
  const failed = (await listAll(reader, { filter: { error_type: 'any' } })).map(({ id }) => id);
  await reader.close();
  expect(oldSegments().length).toBeGreaterThan(20);
  expect(failed.length).toBeGreaterThan(OLD / 100);
  return { failed };
};

/** Each exchange that was written is in the log once, with its end, and so is all that failed in the sixty days. */
const expectAll = async (written: readonly string[], failed: readonly string[]): Promise<void> => {
  const reader = openFileLog({ dataDir: log.dataDir });
  const all = await listAll(reader);
  const byId = new Map(all.map((record) => [record.id, record]));
  expect(byId.size).toBe(all.length);
  expect(written.filter((id) => byId.get(id)?.durationMs === undefined)).toEqual([]);
  expect(failed.filter((id) => byId.get(id)?.error === undefined)).toEqual([]);
  expect((await reader.page({}, { limit: 0 })).total).toBe(all.length);
  await reader.close();
};

it('loses no line while retention works through sixty days, and its readers do not fail', async () => {
  const { failed } = await writeSixtyDays();
  const before = oldSegments().length;
  const recorder = await startAtOnce();
  const reader = openFileLog({ dataDir: log.dataDir, recorder });
  const written: string[] = [];
  const leftAfterRound: number[] = [];
  do {
    for (let each = 0; each < 100; each++) {
      written.push(recordExchange(recorder, { requestBody: 'ask', responseBody: `answer ${each}` }).id);
    }
    await recorder.flush();
    leftAfterRound.push(oldSegments().length);
    const { records } = await reader.page({}, { limit: 100 });
    expect(records.map(({ id }) => id)).toEqual(written.slice(-100).sort().reverse());
  } while (oldSegments().length > 0);
  expect(recorder.losses).toEqual({ lines: 0, bodies: 0 });
  expect(before).toBeGreaterThan(20);
  // What was written did not wait for what was deleted.
  expect(leftAfterRound[0]).toBeGreaterThan(0);
  await reader.close();
  await recorder.close();
  await expectAll(written, failed);
  const last = openFileLog({ dataDir: log.dataDir });
  expect((await last.body(written[0] as string, 'response'))?.bytes.toString()).toBe('answer 0');
  await last.close();
});

/** Prints an id when its exchange is committed. */
const TRAFFIC = `
for (;;) {
  for (let each = 0; each < 20; each++) {
    const exchange = open();
    exchange.keepRequestBody(Buffer.from('ask'), 'identity');
    exchange.commit();
    print(exchange.id);
    exchange.record.status = 200;
    exchange.close();
  }
  await recorder.flush();
}`;

it('loses nothing where gateways are killed while they tidy, wherever they are', async () => {
  const { failed } = await writeSixtyDays();
  const written: string[] = [];
  let left = oldSegments().length;
  for (let round = 0; round < 8 && left > 0; round++) {
    const known = new Set(log.files('.tmp'));
    // Two on one folder, of which each finds the other's work half done.
    const children = [program.start(log.dataDir, TRAFFIC), program.start(log.dataDir, TRAFFIC)];
    await Promise.all(children.map((child) => child.untilPrinted(1)));
    // At different points of the work on one segment.
    const drafts = (): boolean => log.files('.tmp').some((file) => !known.has(file));
    await expect.poll(() => drafts() || oldSegments().length < left, { interval: 1 }).toBe(true);
    await Promise.all(children.map((child) => child.kill()));
    for (const child of children) written.push(...child.printed());
    left = oldSegments().length;
  }
  const recorder = await log.startRecorder();
  await expect.poll(() => oldSegments()).toEqual([]);
  await recorder.close();
  await expectAll(written, failed);
});

it('counts right while its index is deleted, made by two readers, and retention works', async () => {
  const { failed } = await writeSixtyDays();
  const recorder = await startAtOnce();
  const readers = [openFileLog({ dataDir: log.dataDir, recorder }), openFileLog({ dataDir: log.dataDir })];
  const written: string[] = [];
  do {
    written.push(recordExchange(recorder).id);
    await recorder.flush();
    rmSync(join(log.dataDir, 'index'), { recursive: true, force: true });
    const pages = await Promise.all(readers.map((reader) => reader.page({}, { limit: 1 })));
    for (const { records } of pages) expect(records.map(({ id }) => id)).toEqual([written.at(-1)]);
  } while (oldSegments().length > 0);
  for (const reader of readers) await reader.close();
  await recorder.close();
  await expectAll(written, failed);
});

it('takes away what gateways that were killed have left half-written', async () => {
  const recorder = await log.startRecorder();
  recordExchange(recorder);
  await recorder.close();
  const [segment = ''] = log.files('.jsonl');
  const reader = openFileLog({ dataDir: log.dataDir });
  await reader.page({}, { limit: 1 });
  const index = join(log.dataDir, 'index');
  const [file = ''] = readdirSync(index);
  const hourAgo = Date.now() / 1000 - 3_700;
  const drafts = {
    stale: join(index, `${file}.0123456789ab.tmp`),
    fresh: join(index, `${file}.ba9876543210.tmp`),
    carried: join(log.folder, segment.replace('.jsonl', '.errors.jsonl.123456.tmp')),
  };
  for (const path of Object.values(drafts)) writeFileSync(path, 'half');
  utimesSync(drafts.stale, hourAgo, hourAgo);
  utimesSync(drafts.carried, hourAgo, hourAgo);
  await reader.page({}, { limit: 1 });
  await reader.close();
  await log.startRecorder();
  expect(readdirSync(index).sort()).toEqual([file, `${file}.ba9876543210.tmp`].sort());
  expect(log.files('.tmp')).toEqual([]);
});
