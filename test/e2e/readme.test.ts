import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { ensureCodex } from '../support/codex/ensure-codex.ts';
import { createCodexFolders } from '../support/codex/run-codex.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const CI = readFileSync(join(ROOT, '.ci/run'), 'utf8');

/** The lines of all shell blocks, without their comments, in the order in which a reader meets them. */
const COMMANDS = [...README.matchAll(/^```sh\n(.*?)^```/gms)]
  .flatMap(([, block = '']) => block.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '');

/** Run here, one after the other, in one shell's environment. */
const isWalked = (line: string): boolean =>
  /^(?:[A-Z_]+=\S+ )*(?:npx gomodel-ts|codex exec|export) ?/.test(line);
/** Needs a terminal: launcher.test.ts runs it in one. */
const needsTerminal = (line: string): boolean => line === 'npx gomodel-ts codex';

const running: ChildProcess[] = [];
let upstream: Upstream | undefined;
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGTERM');
  }
  await upstream?.close();
});

/** `npx gomodel-ts` as a reader types it, before the package is on their machine. */
const createBin = (codexBinary: string): string => {
  const folder = createTemporaryFolder('bin');
  const npx = join(folder, 'npx');
  writeFileSync(
    npx,
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(ROOT, 'bin/gomodel-ts.js')}" "$@"\n`,
  );
  chmodSync(npx, 0o755);
  return [folder, dirname(codexBinary), process.env.PATH].join(delimiter);
};

const isUp = async (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/health`).then(
    ({ ok }) => ok,
    () => false,
  );

const serveUntilUp = async (line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> => {
  const child = spawn('sh', ['-c', `exec ${line.replace(/^((?:[A-Z_]+=\S+ )*)/, 'env $1')}`], {
    cwd,
    env,
    detached: true,
    stdio: 'ignore',
  });
  running.push(child);
  while (!(await isUp(Number(env.PORT)))) {
    expect(child.exitCode, line).toBeNull();
    await pause(50);
  }
  return child;
};

const stop = async (child: ChildProcess): Promise<void> => {
  process.kill(-(child.pid ?? 0), 'SIGTERM');
  await once(child, 'exit');
};

it('has no command that no test runs', () => {
  const unknown = COMMANDS.filter(
    (line) => !isWalked(line) && !CI.includes(line) && !['npm start', 'npm run bench'].includes(line),
  );
  expect(unknown).toEqual([]);
  expect(COMMANDS.length).toBeGreaterThan(10);
});

it('leads from the first command to an answer, and to its line in the log', async () => {
  upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  const { home, codexHome, workFolder } = createCodexFolders();
  mkdirSync(join(home, 'data'));
  const env: NodeJS.ProcessEnv = {
    PATH: createBin(await ensureCodex('0.169.0')),
    HOME: home,
    CODEX_HOME: codexHome,
    GOMODEL_HOME: join(home, 'data'),
    OPENAI_BASE_URL: upstream.url,
    ANTHROPIC_BASE_URL: upstream.url,
    PORT: '18231',
    TERM: 'dumb',
  };
  const outputs = new Map<string, string>();
  let gateway: ChildProcess | undefined;
  for (const line of COMMANDS.filter((command) => isWalked(command) && !needsTerminal(command))) {
    const variable = /^export (\w+)="?([^"]*)"?$/.exec(line);
    if (variable?.[1]) {
      env[variable[1]] = (variable[2] ?? '').replace(/^\$(\w+)$/, (_all, name: string) => env[name] ?? '');
    } else if (/gomodel-ts serve/.test(line)) {
      if (gateway) await stop(gateway);
      gateway = await serveUntilUp(line, workFolder, env);
    } else {
      const command = promisify(execFile)('sh', ['-c', line], { cwd: workFolder, env });
      // Codex waits for what more may come from an open standard input.
      command.child.stdin?.end();
      const { stdout } = await command;
      outputs.set(line, stdout);
    }
  }
  const answer = [...outputs].find(([line]) => line.startsWith('codex exec'));
  expect(answer?.[1]).toBe('ok\n');
  const checked = [...outputs].find(([line]) => line.endsWith('providers --check'));
  expect(checked?.[1]).toMatch(/^\* +anthropic .* ✓ gpt-test answered in /m);
  const logged = [...outputs].find(([line]) => line.includes('logs --json'));
  expect(logged?.[1]).toMatch(/"model":"gpt-test","status":200/);
});

it('starts from a clone by npm start', async () => {
  const env = {
    ...process.env,
    PORT: '18232',
    GOMODEL_HOME: createTemporaryFolder('data'),
    OPENAI_API_KEY: '',
  };
  const child = await serveUntilUp('npm start', ROOT, env);
  expect(await (await fetch('http://127.0.0.1:18232/health')).json()).toMatchObject({
    service: 'gomodel-ts',
  });
  await stop(child);
});
