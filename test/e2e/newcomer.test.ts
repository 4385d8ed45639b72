import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findFreePort } from '../bench/find-free-port.ts';
import { ensureCodex } from '../support/codex/ensure-codex.ts';
import { signInto } from '../support/codex/sign-in.ts';
import { startProxyTrap } from '../support/codex/start-proxy-trap.ts';
import { blocksOf } from '../support/pages/read-pages.ts';
import { serveUntilUp, stopAll, stopGateway, typeLines } from '../support/pages/type-lines.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const ROOT = join(import.meta.dirname, '../..');
const VERSION = '0.171.0';
const INSTALL_MS = 600_000;

const linesOf = (walk: string): readonly string[] =>
  blocksOf('README.md')
    .filter((block) => block.walk === walk)
    .flatMap(({ commands }) => commands);

let clone = '';
let codex = '';
let answer: string | undefined;

/** Nothing of the developer's but what reaches the registry, and what was fetched from it before. */
const npmEnv = (): NodeJS.ProcessEnv => ({
  npm_config_cache: execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim(),
  npm_config_userconfig: join(process.env.HOME ?? '', '.npmrc'),
  npm_config_update_notifier: 'false',
  ...(process.env.NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS }),
});

const createHome = async (): Promise<{ home: string; codexHome: string; env: NodeJS.ProcessEnv }> => {
  const home = createTemporaryFolder('newcomer');
  const codexHome = join(home, '.codex');
  mkdirSync(codexHome);
  return {
    home,
    codexHome,
    env: {
      PATH: [dirname(codex), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
      HOME: home,
      TERM: 'dumb',
      PORT: String(await findFreePort()),
      ...npmEnv(),
    },
  };
};

beforeAll(async () => {
  codex = await ensureCodex(VERSION);
  clone = join(createTemporaryFolder('clone'), 'gomodel-ts');
  execFileSync('git', ['clone', '--quiet', ROOT, clone]);
  const { env } = await createHome();
  // The first command of the README installs and builds what is missing.
  const gateway = await serveUntilUp('npm start', { cwd: clone, env });
  const [ask = ''] = linesOf('demo');
  const { stdout } = await promisify(execFile)('sh', ['-c', ask.replace(':8080', `:${env.PORT}`)], { env });
  answer = stdout;
  await stopGateway(gateway);
}, INSTALL_MS);
afterEach(stopAll);

describe('a newcomer with a clone, a fresh home and the newest Codex', () => {
  it('has an answer after the first two commands', () => {
    expect(answer).toContain('"output"');
  });

  it.each([
    ['key', 'a config of their own'],
    ['chatgpt', 'a config of their own'],
    ['key', 'no config yet'],
  ] as const)(
    'reads an answer with a sign-in by %s and %s, by the lines of the README alone, and goes back to the byte',
    async (walk, had) => {
      const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
      onTestFinished(() => upstream.close());
      const trap = await startProxyTrap();
      onTestFinished(() => trap.close());
      const { home, codexHome, env } = await createHome();
      Object.assign(env, trap.env, { OPENAI_BASE_URL: upstream.url, CHATGPT_BASE_URL: upstream.url });
      if (walk === 'chatgpt') signInto(codexHome, 'chatgpt', codex, env);
      const config = join(codexHome, 'config.toml');
      const own = '# My own.\r\n[tui]\nnotifications = true # as I like it\n';
      if (had !== 'no config yet') writeFileSync(config, own);
      const before = readdirSync(codexHome).sort();

      const { outputs } = await typeLines(linesOf(walk), { cwd: clone, env });
      const said = [...outputs].find(([line]) => line.startsWith('codex exec'))?.[1];
      expect(said).toBe('ok\n');
      expect(readFileSync(config, 'utf8')).toContain('model_provider = "gomodel"');
      const run = async (line: string): Promise<string> =>
        (await promisify(execFile)('sh', ['-c', line], { cwd: clone, env })).stdout;
      expect(await run('npx gomodel-ts logs last')).toMatch(/\bok\b/);
      expect(upstream.requests.length).toBeGreaterThan(0);

      await run('npx gomodel-ts uninstall --data --yes');
      if (had === 'no config yet') expect(existsSync(config)).toBe(false);
      else expect(readFileSync(config, 'utf8')).toBe(own);
      // Codex keeps files of its own there; the gateway has left none.
      const left = readdirSync(codexHome).filter((name) => !before.includes(name));
      expect(left.filter((name) => /config|gomodel|\.bak$/.test(name))).toEqual([]);
      expect(readdirSync(home).filter((name) => name.includes('gomodel'))).toEqual([]);
      await expect(fetch(`http://127.0.0.1:${env.PORT}/health`)).rejects.toThrow();
    },
    INSTALL_MS,
  );
});
