import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLI, type RunningCli, startCli } from '../support/cli/start-cli.ts';
import {
  openSampleLog,
  recordSample,
  SAMPLE_EXCHANGES,
  type SampleExchange,
  writeSampleLog,
} from '../support/render/write-sample-log.ts';

let dataDir = '';
const running: RunningCli[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gomodel-follow-'));
});
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await rm(dataDir, { recursive: true, force: true });
});

const follow = (...args: string[]): RunningCli => {
  const cli = startCli(['logs', '-f', '--json', '--data-dir', dataDir, ...args]);
  running.push(cli);
  return cli;
};
const idsIn = (stdout: string): string[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).id);

const sample = SAMPLE_EXCHANGES[0] as SampleExchange;

describe('logs -f', () => {
  it('shows what there is, then each exchange once as it ends, over restarts of the gateway', async () => {
    const expected = await writeSampleLog(dataDir, [sample, sample]);
    const cli = follow();
    await cli.until((stdout) => idsIn(stdout).length === 2);
    for (let restart = 0; restart < 3; restart++) {
      expected.push(...(await writeSampleLog(dataDir, [sample, sample])));
      await cli.until((stdout) => idsIn(stdout).length === expected.length);
    }
    expect([...idsIn(cli.printed())].sort()).toEqual([...expected].sort());

    cli.child.kill('SIGINT');
    expect(await cli.ended).toMatchObject({ code: 130, stderr: '' });
  });

  it('waits for a log that does not exist yet, and shows only what is asked for', async () => {
    const cli = follow('--errors');
    const recorder = await openSampleLog(dataDir);
    const ids: string[] = [];
    for (const one of SAMPLE_EXCHANGES) ids.push(await recordSample(recorder, one));
    await recorder.flush();
    await cli.until((stdout) => idsIn(stdout).length === 3);
    await recorder.close();
    expect(
      idsIn(cli.printed())
        .map((id) => ids.indexOf(id))
        .sort(),
    ).toEqual([2, 3, 4]);
  });

  it.runIf(process.getuid?.() === 0)(
    'says in one line that it may not read the log of somebody else',
    async () => {
      await writeSampleLog(dataDir);
      // The folder inside is still that of the user who ran the gateway as root.
      chownSync(dataDir, 54321, 54321);
      const run = spawnSync(
        'setpriv',
        ['--reuid=54321', '--clear-groups', process.execPath, CLI, 'logs', '-f', '--data-dir', dataDir],
        { env: { PATH: process.env.PATH }, encoding: 'utf8' },
      );
      expect([1, 2]).toContain(run.status);
      expect(run.stdout).toBe('');
      expect(run.stderr).toMatch(/^gomodel-ts: .*\n$/);
    },
  );

  it('shows an exchange when it ends, not when it begins', async () => {
    const cli = follow();
    const recorder = await openSampleLog(dataDir);
    const open = recorder.open({ method: 'POST', path: '/v1/responses', transport: 'http', rawHeaders: [] });
    open.commit();
    const closed = await recordSample(recorder, sample);
    await cli.until((stdout) => idsIn(stdout).length === 1);
    open.close();
    await recorder.flush();
    await cli.until((stdout) => idsIn(stdout).length === 2);
    await recorder.close();
    expect(idsIn(cli.printed())).toEqual([closed, open.id]);
  });

  it('ends well where its reader goes away', async () => {
    await writeSampleLog(dataDir, [sample]);
    const cli = follow();
    await cli.until((stdout) => idsIn(stdout).length === 1);
    cli.child.stdout.destroy();
    await writeSampleLog(dataDir, [sample, sample]);
    expect(await cli.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('leaves nothing out for a reader that is slow', async () => {
    const cli = follow('-n', 'all');
    cli.child.stdout.pause();
    const recorder = await openSampleLog(dataDir);
    const ids: string[] = [];
    for (let count = 0; count < 2000; count++)
      ids.push(await recordSample(recorder, { record: sample.record }));
    await recorder.close();
    cli.child.stdout.resume();
    await cli.until((stdout) => idsIn(stdout).length === ids.length);
    expect([...idsIn(cli.printed())].sort()).toEqual([...ids].sort());
  });
});

const hasScript = spawnSync('script', ['--version']).status === 0;

describe.skipIf(!hasScript)('logs -f on a terminal that nobody reads', () => {
  const LINES = 10_000;
  const pids: number[] = [];

  afterEach(() => {
    for (const pid of pids.splice(0)) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
  });

  /** The process that `script` runs on its terminal. */
  const childOf = async (pid: number): Promise<number> => {
    for (;;) {
      const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
      if (first !== undefined) return Number(first);
      await pause(20);
    }
  };

  const writtenBy = (pid: number): number =>
    Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);

  /** Until the process writes no more, though it has more to write: every buffer on the way is full. */
  const untilStuck = async (pid: number): Promise<void> => {
    let before = 0;
    while (before < 50_000 || writtenBy(pid) > before) {
      before = writtenBy(pid);
      await pause(400);
    }
  };

  const untilDead = async (pid: number): Promise<void> => {
    while (existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) {
      await pause(20);
    }
  };

  it('still hears a signal', async () => {
    const recorder = await openSampleLog(dataDir);
    for (let count = 0; count < LINES; count++) await recordSample(recorder, { record: sample.record });
    await recorder.close();
    const command = `exec ${process.execPath} ${CLI} logs -f -n all --data-dir ${dataDir}`;
    // `script` stops reading the terminal as soon as nobody reads what it prints.
    const terminal = spawn('script', ['-qfec', command, '/dev/null'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(terminal, 'exit');
    pids.push(terminal.pid ?? 0);
    const cli = await childOf(terminal.pid ?? 0);
    pids.push(cli);
    await untilStuck(cli);
    process.kill(cli, 'SIGINT');
    // It must end before anything is read; then the reading begins, so that `script` can end too.
    await untilDead(cli);
    terminal.stdout.resume();
    expect(await ended).toEqual([130, null]);
  });
});
