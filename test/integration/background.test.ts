import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type CliEnd, runCli } from '../support/cli/start-cli.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

const LIMIT_MS = 120_000;

const setUp = () => {
  const env = { GOMODEL_HOME: join(createTemporaryFolder('background'), 'data') };
  const run = (...args: string[]): Promise<CliEnd> => runCli(args, env);
  onTestFinished(async () => {
    await run('stop');
  });
  return { run, dataDir: env.GOMODEL_HOME };
};

const urlIn = ({ stdout }: CliEnd): string => /http:\/\/localhost:\d+/.exec(stdout)?.[0] ?? '';

it(
  'starts in the background, says how it stands, starts anew on its port, and stops',
  async () => {
    const { run, dataDir } = setUp();
    const none = await run('status');
    expect([none.code, none.stdout]).toEqual([1, '']);
    expect(none.stderr).toContain('No gateway is running with this data folder.');

    const started = await run('start', '--demo', '--port', '0');
    expect(started).toMatchObject({ code: 0, stderr: '' });
    const url = urlIn(started);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(started.stdout).toContain(`dashboard  ${url}/admin/dashboard\n`);
    expect(statSync(join(dataDir, 'gateway.log')).mode & 0o777).toBe(0o600);

    const again = await run('start', '--demo', '--port', '0');
    expect(again.stdout).toContain(`It is already running: ${url}/v1`);
    const status = await run('status', '--json');
    expect(status.code).toBe(0);
    const { pid, ...said } = JSON.parse(status.stdout);
    expect(said).toMatchObject({ schemaVersion: 1, url, answers: true });
    expect(await run('dashboard', '--print')).toMatchObject({ stdout: `${url}/admin/dashboard\n` });

    const restarted = await run('restart', '--demo');
    expect(restarted).toMatchObject({ code: 0, stderr: '' });
    expect(urlIn(restarted)).toBe(url);
    expect(JSON.parse((await run('status', '--json')).stdout).pid).not.toBe(pid);

    expect((await run('stop')).stdout).toContain(`stopped    ${url}`);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
    expect((await run('status')).code).toBe(1);
    expect((await run('dashboard', '--print')).code).toBe(1);
  },
  LIMIT_MS,
);

it(
  'says why it did not start, in the words of the gateway',
  async () => {
    const { run } = setUp();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const failed = await run('start', '--demo', '--port', port, '--host', '127.0.0.1');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('the gateway did not start. It said:');
    expect(failed.stderr).toMatch(/port/i);
    expect((await run('status')).code).toBe(1);
  },
  LIMIT_MS,
);

it(
  'says in its file what concerns it and no exchanges, and begins another file where that is large',
  async () => {
    const { run, dataDir } = setUp();
    const file = join(dataDir, 'gateway.log');
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, 'x'.repeat(5 * 2 ** 20));
    const url = urlIn(await run('start', '--demo', '--port', '0'));
    expect(statSync(`${file}.1`).size).toBe(5 * 2 ** 20);
    const ask = () =>
      fetch(`${url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-5.5', input: 'hello' }),
      });
    for (let count = 0; count < 3; count++) expect((await ask()).status).toBe(200);
    await run('stop');
    const said = readFileSync(file, 'utf8');
    expect(said).toContain(url);
    expect(said).not.toContain('gpt-5.5');
    expect((await run('logs', '--json')).stdout.trim().split('\n')).toHaveLength(3);
  },
  LIMIT_MS,
);
