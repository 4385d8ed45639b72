import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CLI, startCli } from '../../support/cli/start-cli.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const hasScript = spawnSync('script', ['--version']).status === 0;

const isUp = async (url: string): Promise<boolean> =>
  fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );

const URL_PATTERN = /http:\/\/[\w.:[\]]+:\d+/;

/** The url in the state of a data folder, once a gateway has announced itself there. */
const announcedUrl = (dataDir: string): Promise<string> =>
  vi.waitFor(
    () => {
      const [url] = URL_PATTERN.exec(readFileSync(join(dataDir, 'state.json'), 'utf8')) ?? [];
      if (url === undefined) throw new Error('not announced yet');
      return url;
    },
    { timeout: 20_000, interval: 50 },
  );

describe('a hangup', () => {
  it.each([['nohup'], ['nohup', '2']])('does not end what %s started', async (nohup, workers = '1') => {
    const dataDir = createTemporaryFolder('nohup');
    const args = ['serve', '--demo', '--port', '0', '--data-dir', dataDir, '--workers', workers];
    const child = spawn(nohup, [process.execPath, CLI, ...args], {
      stdio: ['ignore', 'ignore', 'ignore'],
      detached: true,
    });
    const ended = once(child, 'exit');
    const group = -(child.pid ?? 0);
    onTestFinished(() => void (child.exitCode === null && process.kill(group, 'SIGKILL')));
    const url = await announcedUrl(dataDir);
    // The whole group, as a terminal tells it.
    process.kill(group, 'SIGHUP');
    process.kill(group, 'SIGHUP');
    expect(await isUp(url)).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('does not end logs -f that writes into a file', async () => {
    const dataDir = createTemporaryFolder('nohup-logs');
    const serve = startCli(['serve', '--demo', '--port', '0', '--data-dir', dataDir]);
    onTestFinished(() => void serve.child.kill('SIGKILL'));
    const url = await announcedUrl(dataDir);
    const logs = startCli(['logs', '-f', '--json', '--data-dir', dataDir]);
    onTestFinished(() => void logs.child.kill('SIGKILL'));
    const ask = () => fetch(`${url}/v1/models`).then((answer) => answer.text());
    await vi.waitUntil(async () => {
      await ask();
      return logs.printed() !== '';
    }, 20_000);
    const before = logs.printed().length;
    logs.child.kill('SIGHUP');
    await ask();
    await vi.waitUntil(() => logs.printed().length > before, 20_000);
    logs.child.kill('SIGTERM');
    expect((await logs.ended).code).toBe(0);
  });

  it.skipIf(!hasScript)('of its terminal ends the gateway', async () => {
    const dataDir = createTemporaryFolder('hangup');
    const args = ['serve', '--demo', '--port', '0', '--data-dir', dataDir];
    const command = ['exec', process.execPath, CLI, ...args].join(' ');
    const terminal = spawn('script', ['-qfec', command, '/dev/null'], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    const url = await announcedUrl(dataDir);
    terminal.kill('SIGKILL');
    await vi.waitUntil(async () => !(await isUp(url)), 20_000);
  });
});
