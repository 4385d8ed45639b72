import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { displayWidth } from '../../src/cli/render/fit-width.ts';
import { CLI, runCli } from '../support/cli/start-cli.ts';
import { SAMPLE_EXCHANGES, writeSampleLog } from '../support/render/write-sample-log.ts';
import { hasTmux, runTmux } from '../support/run-tmux.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

const SESSIONS = ['01a20400-d027-7fb1-8737-594b1f15eef6', '01a20500-d027-7fb1-8737-594b1f15eef6'];
const WIDTHS = [60, 80, 100, 140, 200];

let dataDir = '';
beforeAll(async () => {
  dataDir = join(createTemporaryFolder('usage'), 'data');
  for (const sessionId of SESSIONS) {
    await writeSampleLog(
      dataDir,
      SAMPLE_EXCHANGES.map((sample) => ({ ...sample, sessionId })),
    );
  }
});

const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const { code, stdout, stderr } = await runCli([...args, '--data-dir', dataDir], env);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};

const rowsOf = async (...args: string[]): Promise<Record<string, never>[]> =>
  (await run([...args, '--json']))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('usage', () => {
  it.each(['day', 'model', 'requested-model', 'sent-model', 'provider', 'client', 'session', 'key', 'path'])(
    'sums up the same by %s',
    async (by) => {
      const rows = await rowsOf('usage', '--by', by);
      const sum = (name: string): number => rows.reduce((total, row) => total + Number(row[name]), 0);
      expect([sum('requests'), sum('inputTokens'), sum('failedRequests')]).toEqual([16, 280_510, 6]);
      expect(sum('costUsd')).toBeCloseTo(3.653, 3);
      expect(rows.every((row) => row.schemaVersion === 1 && row.by === by)).toBe(true);
    },
  );

  it('draws what cost most first, with a bar of its share, and the sum below', async () => {
    const lines = (await run(['usage', '--by', 'model'], { COLUMNS: '100' })).trimEnd().split('\n');
    expect(lines[1]).toMatch(/^gpt-6-astra +█{20,40} +2 +256k +9% +24\.7k +\$3\.58$/);
    expect(lines[2]).toMatch(/^gpt-5\.5 +[▏▎▍▌▋▊▉] +6 +2 +24\.2k +91% +1\.7k +\$0\.07\d$/);
    expect(lines.at(-1)).toMatch(/^total +16 +6 +281k +16% +26\.4k +\$3\.65$/);
  });

  it.each(WIDTHS)('fits %i columns, and says the cost on each of them', async (columns) => {
    for (const by of ['model', 'session', 'client', 'day']) {
      const text = await run(['usage', '--by', by], { COLUMNS: String(columns) });
      expect(Math.max(...text.split('\n').map(displayWidth))).toBeLessThanOrEqual(columns);
      expect(text).toContain('$3.65');
      expect(text).not.toContain('\x1b');
    }
  });

  it('is narrowed as `logs` is, and refuses what it cannot be told by', async () => {
    const [row] = await rowsOf('usage', '--by', 'session', '--session', '01a20500', '--model', 'gpt-5.5');
    expect(row).toMatchObject({ group: SESSIONS[1], requests: 3 });
    expect(await rowsOf('usage', '--since', '2100-01-01')).toEqual([]);
    const { code, stderr } = await runCli(['usage', '--by', 'colour', '--data-dir', dataDir]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Allowed choices are day, model')]);
  });
});

const SHOWN_WITHIN_MS = 20_000;

describe.skipIf(!hasTmux).each([80, 100, 140, 200])('on a terminal of %i columns', (columns) => {
  it.each(['usage --by model', 'sessions', 'sessions 01a20500'])(
    '%s shows what a pipe of that width gets, and no line wraps',
    async (words) => {
      const args = words.split(' ');
      // A server of tmux that ends may still have its socket when the next one begins.
      const socket = `gomodel-usage-${process.pid}-${columns}-${args.length}`;
      const tmux = (...rest: string[]): string => runTmux(['-L', socket, ...rest]);
      const env = { LANG: 'C.UTF-8', TERM: 'xterm-256color', PATH: process.env.PATH ?? '', HOME: dataDir };
      const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const command = ['env', '-i', ...lines, process.execPath, CLI, ...args, '--data-dir', dataDir];
      tmux('-f', '/dev/null', '-u', 'new-session', '-d', '-x', String(columns), '-y', '60');
      onTestFinished(() => void tmux('kill-server'));
      tmux('respawn-pane', '-k', 'sh', '-c', '"$@"; echo done; while :; do sleep 1; done', 'sh', ...command);
      const shown = (): string => tmux('capture-pane', '-p').trimEnd();
      await expect.poll(shown, { timeout: SHOWN_WITHIN_MS }).toMatch(/\ndone$/);
      const expected = await run(args, { COLUMNS: String(columns) });
      expect(`${shown().replace(/done$/, '').trimEnd()}\n`).toBe(expected.replace(/ +$/gm, ''));
    },
  );
});

describe('sessions', () => {
  it.each(WIDTHS)('lists the newest first on %i columns', async (columns) => {
    const lines = (await run(['sessions'], { COLUMNS: String(columns) })).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^\d\d:\d\d {2}01a20500 .*\$1\.83 {2}Make the tests pass\.$/);
    expect(lines[2]).toContain('01a20400');
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
  });

  it.each(WIDTHS)('tells one in its prompts on %i columns', async (columns) => {
    const text = await run(['sessions', '01a20500'], { COLUMNS: String(columns) });
    expect(Math.max(...text.split('\n').map(displayWidth))).toBeLessThanOrEqual(columns);
    expect(text).toMatch(/^session {2}01a20500-d027-7fb1-8737-594b1f15eef6\nbegan /);
    expect(text).toContain('\n> Make the tests pass.\n');
    expect(text).toContain('\n> Hello?\n');
    expect(text).toContain('\nchanged: sum.py\n');
    expect(text.replace(/\s+/g, ' ')).toContain(
      '8 requests · $1.83 · 16% cached · 1 file changed · 3 failed',
    );
  });

  it('prints them as lines of JSON', async () => {
    const [first] = await rowsOf('sessions');
    expect(first).toMatchObject({ schemaVersion: 1, sessionId: SESSIONS[1], requests: 8, failedRequests: 3 });
    const turns = await rowsOf('sessions', '01a20500');
    const exchanges = turns.flatMap(({ exchanges }) => exchanges);
    expect(exchanges).toHaveLength(8);
    expect(turns.flatMap(({ files }) => files)).toEqual(['sum.py']);
  });

  it('says so where there is no such session', async () => {
    const { code, stderr } = await runCli(['sessions', 'no-such-session', '--data-dir', dataDir]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('no session whose id starts with no-such-session'),
    ]);
  });
});
