import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLI, type RunningCli, startCli } from '../support/cli/start-cli.ts';

let dataDir = '';
const started: RunningCli[] = [];
const pids: number[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gomodel-tail-'));
});
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  for (const pid of pids.splice(0)) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

const serve = (...args: string[]): RunningCli => {
  const cli = startCli(['serve', '--demo', '--port', '0', '--data-dir', dataDir, ...args]);
  started.push(cli);
  return cli;
};

const urlIn = (text: string): string | undefined => /http:\/\/[\w.:[\]]+/.exec(text)?.[0];

const urlOf = async (cli: RunningCli): Promise<string> =>
  urlIn(await cli.until((banner) => /:\d+\/v1\s/.test(banner), 'stderr')) ?? '';

const askChat = async (url: string): Promise<number> => {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'codex_exec/0.169.0 (test)' },
    body: JSON.stringify({ model: 'demo', messages: [{ role: 'user', content: 'Hello?' }] }),
  });
  await answer.arrayBuffer();
  return answer.status;
};

describe('the tail of a gateway', () => {
  it('shows a line for each exchange, and records with --json', async () => {
    const [lines, records] = [serve(), serve('--json')];
    for (const cli of [lines, records]) expect(await askChat(await urlOf(cli))).toBe(200);
    await lines.until((stdout) =>
      / 200 {2}POST chat\/completions .* codex_exec 0\.169\.0 .* ✓\n/.test(stdout),
    );
    const text = await records.until((stdout) => stdout.endsWith('\n'));
    expect(JSON.parse(text)).toMatchObject({ schemaVersion: 1, status: 200, client: { version: '0.169.0' } });
  });

  it('ends where its reader goes away, and the gateway does not', async () => {
    const cli = serve();
    const url = await urlOf(cli);
    expect(await askChat(url)).toBe(200);
    await cli.until((stdout) => stdout.includes('\n'));
    cli.child.stdout.destroy();
    for (let count = 0; count < 20; count++) {
      expect(await askChat(url)).toBe(200);
      await pause(20);
    }
    expect(cli.child.exitCode).toBeNull();
  });
});

const hasScript = spawnSync('script', ['--version']).status === 0;

describe.skipIf(!hasScript)('the tail on a terminal that nobody reads', () => {
  const instanceUrl = async (): Promise<string> => {
    for (;;) {
      const url = urlIn(await readFile(join(dataDir, 'state.json'), 'utf8').catch(() => ''));
      if (url !== undefined) return url;
      await pause(50);
    }
  };

  it('never stops the gateway', async () => {
    const args = ['serve', '--demo', '--quiet', '--json', '--port', '0', '--data-dir', dataDir];
    const command = ['exec', process.execPath, CLI, ...args].join(' ');
    const terminal = spawn('script', ['-qfec', command, '/dev/null'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    pids.push(terminal.pid ?? 0);
    const url = await instanceUrl();
    // Some 700 bytes each: more than all buffers between the gateway and a reader hold together.
    for (let count = 0; count < 150; count++) {
      const statuses = await Promise.all(Array.from({ length: 10 }, () => askChat(url)));
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
    terminal.kill('SIGTERM');
  });
});
