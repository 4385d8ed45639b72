import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecorder } from '../../../src/log/capture/recorder.ts';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import {
  createRetention,
  type RetentionPolicy,
} from '../../../src/log/journal/retention/enforce-retention.ts';
import { collect } from '../../support/log/collect.ts';
import { queryExchanges } from '../../support/log/query-exchanges.ts';
import { openExchange, recordExchange } from '../../support/log/record-exchange.ts';
import { createSettableClock } from '../../support/log/settable-clock.ts';
import { compileRecordingProgram, type RecordingProgram } from '../../support/log/start-recording-child.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

const log = useLogFolder();
const ids = async (): Promise<string[]> => (await collect(queryExchanges(log.dataDir))).map(({ id }) => id);
/** Retention may delete a file between the listing and the look at it. */
const diskBytes = (): number =>
  log
    .files('')
    .reduce((sum, file) => sum + (statSync(join(log.folder, file), { throwIfNoEntry: false })?.size ?? 0), 0);
const error = { origin: 'upstream', code: 'upstream_error', message: 'no' } as const;

/** One run of a gateway on one day: an exchange that went well, and one that failed. */
const runOn = async (iso: string): Promise<{ fine: string; failed: string }> => {
  const recorder = await log.startRecorder({ clock: createSettableClock(iso), retentionDays: 0 });
  const fine = recordExchange(recorder, { requestBody: 'fine?', responseBody: 'fine' });
  const failed = recordExchange(recorder, {
    requestBody: 'failed?',
    responseBody: 'failed',
    record: { status: 502, error },
  });
  await recorder.close();
  return { fine: fine.id, failed: failed.id };
};
const enforceRetention = (folder: string, policy: RetentionPolicy, nowMs: number): Promise<void> =>
  createRetention(folder, policy).tidy(() => nowMs);
const dayMs = (iso: string): number => Date.parse(iso);

describe('by age', () => {
  it('deletes what is older than the days that were asked for, and keeps failures twice as long', async () => {
    const old = await runOn('2026-01-01T12:00:00Z');
    const young = await runOn('2026-01-05T12:00:00Z');
    const policy = { retentionDays: 10, maxDiskBytes: 0 };

    await enforceRetention(log.folder, policy, dayMs('2026-01-11T23:59:59Z'));
    expect(await ids()).toHaveLength(4);
    await enforceRetention(log.folder, policy, dayMs('2026-01-12T00:00:00Z'));
    expect((await ids()).sort()).toEqual([old.failed, young.fine, young.failed].sort());
    await enforceRetention(log.folder, policy, dayMs('2026-01-16T00:00:00Z'));
    expect(await ids()).toEqual([young.failed, old.failed]);
    await enforceRetention(log.folder, policy, dayMs('2026-01-22T00:00:00Z'));
    expect(await ids()).toEqual([young.failed]);
    await enforceRetention(log.folder, policy, dayMs('2026-01-26T00:00:00Z'));
    expect(await ids()).toEqual([]);
    expect(log.files('')).toEqual([]);
  });

  it('keeps a failure whole: record, headers and bodies', async () => {
    const { failed } = await runOn('2026-01-01T12:00:00Z');
    const before = await readExchange(log.dataDir, failed);
    await enforceRetention(log.folder, { retentionDays: 10, maxDiskBytes: 0 }, dayMs('2026-01-15T00:00:00Z'));
    const after = await readExchange(log.dataDir, failed);
    expect(after).toEqual(before);
    expect(after?.requestBody?.bytes.toString()).toBe('failed?');
    expect(after?.responseBody?.bytes.toString()).toBe('failed');
    expect(log.files('').every((file) => file.includes('.errors.'))).toBe(true);
    for (const file of log.files('')) expect(statSync(join(log.folder, file)).mode & 0o777).toBe(0o600);
  });

  it('carries failures over once, also when it was killed between copying and deleting', async () => {
    const { failed } = await runOn('2026-01-01T12:00:00Z');
    const originals = log.files('').map((file) => [file, readFileSync(join(log.folder, file))] as const);
    const policy = { retentionDays: 10, maxDiskBytes: 0 };
    await enforceRetention(log.folder, policy, dayMs('2026-01-15T00:00:00Z'));
    for (const [file, bytes] of originals) writeFileSync(join(log.folder, file), bytes);
    expect((await ids()).filter((id) => id === failed)).toHaveLength(1);
    await enforceRetention(log.folder, policy, dayMs('2026-01-15T00:00:00Z'));
    expect(await ids()).toEqual([failed]);
    expect((await readExchange(log.dataDir, failed))?.requestBody?.bytes.toString()).toBe('failed?');
  });

  it('is kept up by a running gateway: at its start, and day by day', async () => {
    await runOn('2026-01-01T12:00:00Z');
    const young = await runOn('2026-02-28T12:00:00Z');
    const clock = createSettableClock('2026-03-01T12:00:00Z');
    const recorder = await log.startRecorder({ clock, retentionDays: 5 });
    expect((await ids()).sort()).toEqual([young.fine, young.failed].sort());
    recordExchange(recorder);
    await recorder.flush();
    clock.set('2026-03-20T12:00:00Z');
    const { id } = recordExchange(recorder);
    await recorder.flush();
    await expect.poll(ids).toEqual([id]);
  });

  it('after weeks away deletes what is old a day after work goes on', async () => {
    await runOn('2026-01-01T12:00:00Z');
    const back = await runOn('2026-03-01T12:00:00Z');
    await log.startRecorder({ clock: createSettableClock('2026-03-01T18:00:00Z'), retentionDays: 5 });
    expect(await ids()).toHaveLength(4);
    await log.startRecorder({ clock: createSettableClock('2026-03-02T18:00:00Z'), retentionDays: 5 });
    expect((await ids()).sort()).toEqual([back.fine, back.failed].sort());
  });

  it('keeps everything where no days are set', async () => {
    await runOn('2016-01-01T12:00:00Z');
    await enforceRetention(log.folder, { retentionDays: 0, maxDiskBytes: 0 }, dayMs('2026-01-15T00:00:00Z'));
    expect(await ids()).toHaveLength(2);
  });
});

describe('by size (LESSONS.md 26)', () => {
  const maxDiskBytes = 2 * 2 ** 20;

  it('holds the bound while one process writes much more than it, and keeps the newest', async () => {
    const recorder = await log.startRecorder({ maxDiskBytes, retentionDays: 0 });
    const written: string[] = [];
    let highest = 0;
    for (let round = 0; round < 60; round++) {
      for (let each = 0; each < 10; each++) {
        written.push(recordExchange(recorder, { responseBody: randomBytes(15_000) }).id);
      }
      await recorder.flush();
      highest = Math.max(highest, diskBytes());
    }
    expect(60 * 10 * 15_000).toBeGreaterThan(4 * maxDiskBytes);
    expect(highest).toBeLessThanOrEqual(maxDiskBytes);
    let kept: readonly string[] = [];
    // While an old segment is being deleted, a younger one may be gone already.
    const keepsTheNewest = async (): Promise<boolean> => {
      kept = await ids();
      const newest = new Set(written.slice(-kept.length));
      return kept.every((id) => newest.has(id));
    };
    await expect.poll(keepsTheNewest).toBe(true);
    expect(kept.length).toBeGreaterThan(30);
  });

  it('lets failures outlive what went well, until they take half of the bound', async () => {
    const recorder = await log.startRecorder({ maxDiskBytes, retentionDays: 0 });
    const failed: string[] = [];
    for (let round = 0; round < 60; round++) {
      const sample = { responseBody: randomBytes(7_500), record: { auth: 'none', status: 500 } } as const;
      failed.push(recordExchange(recorder, sample).id);
      for (let each = 0; each < 9; each++) recordExchange(recorder, { responseBody: randomBytes(15_000) });
      await recorder.flush();
    }
    const housekept = async (): Promise<boolean> => {
      const kept = new Set(await ids());
      return failed.every((id) => kept.has(id)) && diskBytes() <= maxDiskBytes;
    };
    await expect.poll(housekept).toBe(true);
    expect(log.files('.errors.jsonl').length).toBeGreaterThan(0);
    const [oldest = ''] = failed;
    expect((await readExchange(log.dataDir, oldest))?.responseBody?.bytes).toHaveLength(7_500);
  });

  it('does not let an outage drive out everything that went well', async () => {
    const recorder = await log.startRecorder({ maxDiskBytes, retentionDays: 0 });
    const fine: string[] = [];
    for (let round = 0; round < 80; round++) {
      for (let each = 0; each < 8; each++) {
        recordExchange(recorder, { responseBody: randomBytes(15_000), record: { status: 502, error } });
      }
      fine.push(recordExchange(recorder).id);
      await recorder.flush();
      expect(diskBytes()).toBeLessThanOrEqual(maxDiskBytes);
    }
    const kept = new Set(await ids());
    expect(fine.filter((id) => kept.has(id)).length).toBeGreaterThan(3);
  });
});

describe('beside other gateways', () => {
  let program: RecordingProgram;
  beforeAll(() => {
    program = compileRecordingProgram();
  });
  afterAll(() => program.remove());

  it('never deletes the segment that a living gateway writes, however old and large it is', async () => {
    const child = program.start(log.dataDir, 'const e = open(); e.commit(); print(e.id); await sleep(1e6);');
    await child.untilPrinted(1);
    const [segment = ''] = log.files('.jsonl');
    const policy = { retentionDays: 1, maxDiskBytes: 1 };
    await enforceRetention(log.folder, policy, Date.now() + 400 * 86_400_000);
    expect(existsSync(join(log.folder, segment))).toBe(true);
    await child.kill();
    await enforceRetention(log.folder, policy, Date.now() + 400 * 86_400_000);
    expect(log.files('')).toEqual([]);
  });

  it('loses no failure where two gateways make room and tidy at the same time', async () => {
    const failed: string[] = [];
    for (let run = 0; run < 30; run++) {
      const recorder = await log.startRecorder({ retentionDays: 0 });
      const sample = { responseBody: randomBytes(3_000), record: { status: 502, error } } as const;
      failed.push(recordExchange(recorder, sample).id);
      for (let each = 0; each < 4; each++) recordExchange(recorder, { responseBody: randomBytes(6_000) });
      await recorder.close();
    }
    const gateways = [0, 1].map(() =>
      createRetention(log.folder, { retentionDays: 5, maxDiskBytes: diskBytes() }),
    );
    const aWeekLater = (): number => Date.now() + 7 * 86_400_000;
    await Promise.all(gateways.flatMap((each) => [each.makeRoom(), each.tidy(aWeekLater)]));
    expect((await ids()).sort()).toEqual(failed.sort());
    for (const id of failed) {
      expect((await readExchange(log.dataDir, id))?.responseBody?.bytes).toHaveLength(3_000);
    }
    expect(log.files('.tmp')).toEqual([]);
  });

  it('leaves its own segment alone', async () => {
    const recorder = await log.startRecorder();
    const { id } = openExchange(recorder);
    await recorder.flush();
    await enforceRetention(log.folder, { retentionDays: 1, maxDiskBytes: 1 }, Date.now() + 400 * 86_400_000);
    expect(await ids()).toEqual([id]);
  });
});

it('deletes packs whose journal is lost, and leaves files that are not its own', async () => {
  await runOn('2026-01-01T12:00:00Z');
  const [pack = ''] = log.files('.bodies');
  writeFileSync(join(log.folder, pack.replace('-0001', '-0009')), 'orphan');
  writeFileSync(join(log.folder, 'notes.txt'), 'mine');
  await enforceRetention(log.folder, { retentionDays: 1, maxDiskBytes: 0 }, dayMs('2026-02-01T00:00:00Z'));
  expect(log.files('')).toEqual(['notes.txt']);
});

it('does not keep writing waiting for what is too old (S3)', async () => {
  const clock = createSettableClock('2026-01-01T12:00:00Z');
  for (let day = 0; day < 8; day++) {
    const recorder = await log.startRecorder({ clock, retentionDays: 0 });
    for (let each = 0; each < 150; each++) {
      recordExchange(recorder, { requestBody: randomBytes(20_000), record: { status: 500, error } });
    }
    await recorder.close();
    clock.advance(86_400_000);
  }
  clock.advance(40 * 86_400_000);
  const old = log.files('.jsonl');
  const recorder = await createRecorder({
    dataDir: log.dataDir,
    clock,
    logBodies: true,
    retentionDays: 30,
    maxDiskBytes: 2 ** 31,
    secrets: [],
  });
  try {
    const { id } = recordExchange(recorder);
    await recorder.flush();
    const left = log.files('.jsonl').filter((file) => old.includes(file));
    // It has written while the old segments were still being copied.
    expect(left.length).toBeGreaterThan(0);
    expect(await ids()).toContain(id);
  } finally {
    await recorder.close();
  }
});
