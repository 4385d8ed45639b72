import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecorderTrouble } from '../../../src/log/trouble.ts';
import { collect } from '../../support/log/collect.ts';
import { queryExchanges } from '../../support/log/query-exchanges.ts';
import { openExchange, recordExchange } from '../../support/log/record-exchange.ts';
import {
  compileRecordingProgram,
  type RecordingChild,
  type RecordingProgram,
} from '../../support/log/start-recording-child.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

const log = useLogFolder();
const all = () => collect(queryExchanges(log.dataDir));

it('goes on where a file stands in the place of its folder, and writes everything once that is gone', async () => {
  writeFileSync(log.folder, 'in the way');
  const recorder = await log.startRecorder();
  expect(recorder.trouble?.message).toContain(log.folder);
  expect(recorder.trouble?.message).toContain('a file stands where the folder should be');
  const told: (RecorderTrouble | undefined)[] = [];
  recorder.subscribeTrouble((trouble) => told.push(trouble));
  const ids = [recordExchange(recorder, { responseBody: 'x' }).id, openExchange(recorder).id];
  await recorder.flush();
  expect(recorder.trouble).toBeDefined();

  rmSync(log.folder);
  await recorder.flush();
  expect(recorder.trouble).toBeUndefined();
  expect(told).toEqual([undefined]);
  expect((await all()).map(({ id }) => id).sort()).toEqual(ids.sort());
  expect(recorder.losses).toEqual({ lines: 0, bodies: 1 });
});

it('tries again by itself, without being asked', async () => {
  writeFileSync(log.folder, 'in the way');
  const recorder = await log.startRecorder();
  const { id } = recordExchange(recorder);
  rmSync(log.folder);
  await expect.poll(() => recorder.trouble).toBeUndefined();
  expect((await all()).map((record) => record.id)).toEqual([id]);
});

it('ends without hanging while the disk still fails', async () => {
  writeFileSync(log.folder, 'in the way');
  const recorder = await log.startRecorder();
  recordExchange(recorder);
  openExchange(recorder);
  await recorder.close();
  expect(recorder.trouble).toBeDefined();
});

it('is not stopped by a subscriber that throws while the disk fails', async () => {
  const recorder = await log.startRecorder();
  recorder.subscribeTrouble(() => {
    throw new Error('a broken tail');
  });
  rmSync(log.folder, { recursive: true });
  writeFileSync(log.folder, 'in the way');
  const { id } = recordExchange(recorder);
  await recorder.flush();
  expect(recorder.trouble).toBeDefined();
  rmSync(log.folder);
  await recorder.flush();
  expect((await all()).map((record) => record.id)).toEqual([id]);
});

it.runIf(process.getuid?.() !== 0)('says so where its folder is not writable', async () => {
  mkdirSync(log.dataDir, { recursive: true });
  chmodSync(log.dataDir, 0o500);
  const recorder = await log.startRecorder();
  expect(recorder.trouble?.message).toContain('the folder is not writable');
  chmodSync(log.dataDir, 0o700);
  await recorder.flush();
  expect(recorder.trouble).toBeUndefined();
});

const PRLIMIT = '/usr/bin/prlimit';

describe.runIf(existsSync(PRLIMIT))('where the system refuses', () => {
  let program: RecordingProgram;
  beforeAll(() => {
    program = compileRecordingProgram();
  });
  afterAll(() => program.remove());

  const limit = (child: RecordingChild, what: 'fsize' | 'nofile', value: string): void => {
    execFileSync(PRLIMIT, ['--pid', String(child.process.pid), `--${what}=${value}:`]);
  };
  const SCRIPT = `
    const record = () => { const e = open(); e.commit(); e.close(); return e.id; };
    const told = () => new Promise((resolve) => process.once('SIGUSR2', resolve));
    const trouble = () => 'trouble ' + (recorder.trouble?.message ?? 'none');
    process.on('SIGXFSZ', () => {});
    const alive = setInterval(() => {}, 1e6);
  `;

  it('loses no line when a write fails half-way, and no line swallows another one', async () => {
    const child = program.start(
      log.dataDir,
      `${SCRIPT}
      const ids = [record()];
      await recorder.flush();
      const limited = told();
      print('ready');
      await limited;
      for (let i = 0; i < 20; i++) ids.push(record());
      await recorder.flush();
      const unlimited = told();
      print(trouble());
      await unlimited;
      for (let i = 0; i < 5; i++) ids.push(record());
      while (recorder.trouble) await recorder.flush();
      await recorder.close();
      print('lost ' + recorder.losses.lines);
      print(ids.join());
      clearInterval(alive);`,
    );
    await child.untilPrinted(1);
    const [journal = ''] = log.files('.jsonl');
    limit(child, 'fsize', String(statSync(join(log.folder, journal)).size + 150));
    child.process.kill('SIGUSR2');
    await child.untilPrinted(2);
    limit(child, 'fsize', 'unlimited');
    child.process.kill('SIGUSR2');
    expect(await child.ended()).toBe(0);

    const [, trouble, lost, ids = ''] = child.printed();
    expect(trouble).toContain('EFBIG');
    expect(lost).toBe('lost 0');
    const found = await all();
    expect(found.map(({ id }) => id).sort()).toEqual(ids.split(',').sort());
    expect(found.every(({ durationMs }) => durationMs !== undefined)).toBe(true);
    expect(log.lines().filter((line) => typeof line === 'string')).toHaveLength(1);
    expect(log.lines()).toContainEqual(expect.objectContaining({ kind: 'resumed' }));
  });

  it('writes on in its segment when there is no file descriptor for the next one', async () => {
    const child = program.start(
      log.dataDir,
      `let day = 0;
      clock.now = () => Date.now() + day * 86_400_000;
      ${SCRIPT}
      record();
      await recorder.flush();
      const limited = told();
      print('ready');
      await limited;
      day = 1;
      record();
      await recorder.flush();
      const unlimited = told();
      print(trouble());
      await unlimited;
      record();
      await recorder.close();
      clearInterval(alive);`,
    );
    await child.untilPrinted(1);
    limit(child, 'nofile', '4');
    child.process.kill('SIGUSR2');
    await child.untilPrinted(2);
    limit(child, 'nofile', '1024');
    child.process.kill('SIGUSR2');
    expect(await child.ended()).toBe(0);
    expect(child.printed()).toContain('trouble none');
    expect(await all()).toHaveLength(3);
    expect(log.files('.jsonl')).toHaveLength(2);
  });
});
