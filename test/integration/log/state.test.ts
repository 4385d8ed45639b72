import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openState } from '../../../src/state/state.ts';
import { compileRecordingProgram, type RecordingProgram } from '../../support/log/start-recording-child.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

interface Edit {
  readonly id: string;
  readonly file: string;
}

/** Elsewhere two processes with one id cannot be told apart. */
const knowsStarts = process.platform === 'linux';

const log = useLogFolder();
const open = (options?: Parameters<typeof openState>[1]) => openState<Edit>(log.dataDir, options);
const path = (): string => join(log.dataDir, 'state.json');
const instance = { url: 'http://localhost:8080', version: '0.1.0', startedAt: '2026-11-22T12:00:00.000Z' };

describe('edits', () => {
  it('are found by whoever opens the state next', async () => {
    const { edits } = await open();
    expect(await edits.list()).toEqual([]);
    await edits.add({ id: 'a', file: 'one' });
    await edits.add({ id: 'b', file: 'two' });
    await edits.add({ id: 'a', file: 'three' });
    await edits.remove('nothing');
    const later = await open();
    expect(await later.edits.list()).toEqual([
      { id: 'b', file: 'two' },
      { id: 'a', file: 'three' },
    ]);
    await later.edits.remove('b');
    expect(await edits.list()).toEqual([{ id: 'a', file: 'three' }]);
  });

  it('are not lost when many are added at once', async () => {
    const states = await Promise.all(Array.from({ length: 4 }, () => open()));
    const ids = Array.from({ length: 20 }, (_, index) => `edit-${index}`);
    await Promise.all(ids.map((id, index) => states[index % 4]?.edits.add({ id, file: 'x' })));
    const { edits } = await open();
    expect((await edits.list()).map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it('leave fields of a newer version as they are', async () => {
    writeFileSync(path(), JSON.stringify({ schemaVersion: 2, instances: [], edits: [], keys: [1] }));
    const { edits } = await open();
    await edits.add({ id: 'a', file: 'x' });
    expect(JSON.parse(readFileSync(path(), 'utf8'))).toMatchObject({ schemaVersion: 2, keys: [1] });
  });
});

it('is written for its owner alone, and leaves nothing beside it', async () => {
  const umask = process.umask(0);
  try {
    const { edits } = await open();
    await edits.add({ id: 'a', file: 'x' });
    await edits.add({ id: 'b', file: 'x' });
  } finally {
    process.umask(umask);
  }
  expect(readdirSync(log.dataDir)).toEqual(['state.json']);
  expect(statSync(path()).mode & 0o777).toBe(0o600);
});

it('writes nothing when it is only asked', async () => {
  rmSync(log.dataDir, { recursive: true });
  const state = await open();
  expect(await state.edits.list()).toEqual([]);
  expect(await state.findRunningUrl()).toBeUndefined();
  expect(() => statSync(log.dataDir)).toThrow('ENOENT');
});

it.each(['', '{"instances":[', '[]', '{"instances":{},"edits":[]}', '\u0000\u0000'])(
  'sets a damaged file (%j) aside, says so, and begins anew',
  async (text) => {
    writeFileSync(path(), text);
    const notices: string[] = [];
    const { edits } = await open({ onNotice: (message) => notices.push(message) });
    expect(await edits.list()).toEqual([]);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(path());
    await edits.add({ id: 'a', file: 'x' });
    expect(await edits.list()).toHaveLength(1);
    const [aside = ''] = readdirSync(log.dataDir).filter((file) => file.includes('damaged'));
    expect(readFileSync(join(log.dataDir, aside), 'utf8')).toBe(text);
  },
);

describe('running gateways', () => {
  let program: RecordingProgram;
  beforeAll(() => {
    program = compileRecordingProgram();
  });
  afterAll(() => program.remove());
  const startGateway = (port: number) =>
    program.start(
      log.dataDir,
      `const { openState } = await import('./state/state.js');
       const state = await openState(options.dataDir);
       await state.announce({ url: 'http://localhost:${port}', version: '0.1.0', startedAt: new Date().toISOString() });
       print('announced');
       await sleep(1e6);`,
    );

  it('are listed while they are announced', async () => {
    const state = await open();
    const leave = await state.announce(instance);
    expect(await state.instances()).toEqual([{ ...instance, pid: process.pid }]);
    expect(await state.findRunningUrl()).toBe(instance.url);
    await leave();
    expect(await state.instances()).toEqual([]);
  });

  it('are found by other processes, the newest first, and no longer when they were killed', async () => {
    const first = startGateway(1111);
    await first.untilPrinted(1);
    const second = startGateway(2222);
    await second.untilPrinted(1);
    const state = await open();
    expect((await state.instances()).map(({ pid }) => pid)).toEqual([second.process.pid, first.process.pid]);
    expect(await state.findRunningUrl()).toBe('http://localhost:2222');
    await second.kill();
    expect(await state.findRunningUrl()).toBe('http://localhost:1111');
    await first.kill();
    expect(await state.findRunningUrl()).toBeUndefined();
  });

  it.runIf(knowsStarts)('are not taken for another process that got the same id', async () => {
    const state = await open();
    await state.announce(instance);
    const stored = JSON.parse(readFileSync(path(), 'utf8'));
    stored.instances[0].process.startTicks = 1;
    writeFileSync(path(), JSON.stringify(stored));
    expect(await state.instances()).toEqual([]);
  });
});

describe('the lock', () => {
  it.runIf(knowsStarts)('of a process that died is broken', async () => {
    const state = await open();
    await state.announce(instance);
    const [{ process: identity }] = JSON.parse(readFileSync(path(), 'utf8')).instances;
    writeFileSync(`${path()}.lock`, JSON.stringify({ ...identity, startTicks: 1 }));
    await Promise.all([state.edits.add({ id: 'a', file: 'x' }), state.edits.add({ id: 'b', file: 'x' })]);
    expect(await state.edits.list()).toHaveLength(2);
    expect(readdirSync(log.dataDir)).toEqual(['state.json']);
  });

  it('that was never filled is broken when it is old', async () => {
    writeFileSync(`${path()}.lock`, '');
    const longAgo = Date.now() / 1000 - 60;
    utimesSync(`${path()}.lock`, longAgo, longAgo);
    const { edits } = await open();
    await edits.add({ id: 'a', file: 'x' });
    expect(await edits.list()).toHaveLength(1);
  });

  it('of a living process is respected, and named when it is held for too long', async () => {
    const state = await open();
    await state.announce(instance);
    const [{ process: identity }] = JSON.parse(readFileSync(path(), 'utf8')).instances;
    writeFileSync(`${path()}.lock`, JSON.stringify(identity));
    await expect(state.edits.add({ id: 'a', file: 'x' })).rejects.toMatchObject({
      code: 'command_failed',
      message: expect.stringContaining('state.json.lock'),
    });
    expect(await state.edits.list()).toEqual([]);
  });
});

it('says where it cannot write', async () => {
  const state = await openState<Edit>(join(path(), 'below-a-file'));
  writeFileSync(path(), '{}');
  await expect(state.edits.add({ id: 'a', file: 'x' })).rejects.toMatchObject({
    code: 'command_failed',
    message: expect.stringContaining('below-a-file'),
  });
});
