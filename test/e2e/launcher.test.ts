import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ExchangeRecord } from '../../src/log/record.ts';
import { createBrowserDouble } from '../support/cli/browser-double.ts';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { createCodexFolders } from '../support/codex/run-codex.ts';
import { CHATGPT_TOKEN } from '../support/codex/sign-in.ts';
import { BIN, pathWith, startLauncher } from '../support/codex/start-launcher.ts';
import { startProxyTrap } from '../support/codex/start-proxy-trap.ts';
import { MASTER_KEY, PROVIDER_KEY } from '../support/gateway/start-gateway.ts';
import { queryExchanges } from '../support/log/query-exchanges.ts';
import { hasTmux, runTmux } from '../support/run-tmux.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer } from '../support/upstream/script.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';
import { useStage } from './use-stage.ts';

const EXEC = ['exec', 'Reply with exactly ok and no punctuation.'];
const OK: Answer = { kind: 'sse', events: responsesStream([{ text: 'ok' }], { id: 'resp_ok' }) };
const NEWEST = CODEX_VERSIONS[2];

const stage = useStage();

const playing = async (answer: Answer): Promise<Upstream> => {
  const upstream = await startUpstream(answer);
  onTestFinished(() => upstream.close());
  return upstream;
};

const turnsOf = async (dataDir: string): Promise<ExchangeRecord[]> => {
  const records: ExchangeRecord[] = [];
  for await (const record of queryExchanges(dataDir)) {
    if (record.method === 'POST' || record.transport === 'websocket') records.push(record);
  }
  return records;
};

describe.each(CODEX_VERSIONS)('gomodel-ts codex, with Codex %s', (version) => {
  it('answers through a gateway of its own, and leaves nothing behind, without a sign-in', async () => {
    const upstream = await playing(OK);
    const launcher = await startLauncher({
      version,
      args: EXEC,
      env: { OPENAI_BASE_URL: upstream.url, OPENAI_API_KEY: PROVIDER_KEY },
    });
    const { code, stdout, stderr, after } = await launcher.ended;
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'ok\n' });
    expect(upstream.requests).toHaveLength(1);
    expect(upstream.requests[0]?.headers.authorization).toBe(`Bearer ${PROVIDER_KEY}`);
    expect(upstream.requests[0]?.headers).not.toHaveProperty('x-gomodel-run');
    expect(stderr).toMatch(
      /\ngomodel-ts {2}1 request · (?:\$\S+|1\.2k tokens in, 80 out) · 85% cached · story: npx gomodel-ts logs --session \S+\n$/,
    );
    expect(launcher.before).toEqual({ config: undefined, auth: undefined });
    expect(after).toEqual(launcher.before);
    const [turn] = await turnsOf(launcher.dataDir);
    expect(turn).toMatchObject({ status: 200, auth: 'master_key', client: { version } });
  });

  it('keeps a ChatGPT sign-in, whose plan pays, though a key is in the shell: zstd', async () => {
    const chatgpt = await playing(OK);
    const launcher = await startLauncher({
      version,
      args: EXEC,
      signIn: 'chatgpt',
      env: { CHATGPT_BASE_URL: chatgpt.url, OPENAI_BASE_URL: chatgpt.url, OPENAI_API_KEY: PROVIDER_KEY },
    });
    const { code, stdout, stderr, after } = await launcher.ended;
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'ok\n' });
    expect(chatgpt.requests[0]?.headers.authorization).toBe(`Bearer ${CHATGPT_TOKEN}`);
    expect(after).toEqual(launcher.before);
    expect(after.auth).toBeDefined();
    const [turn] = await turnsOf(launcher.dataDir);
    expect(turn).toMatchObject({ status: 200, provider: 'chatgpt', request: { encoding: 'zstd' } });
  });
});

describe('gomodel-ts codex', () => {
  it('reaches its gateway behind a company proxy, and keeps what NO_PROXY lists (K6)', async () => {
    const upstream = await playing(OK);
    const launcher = await startLauncher({
      version: NEWEST,
      args: EXEC,
      env: {
        OPENAI_BASE_URL: upstream.url,
        OPENAI_API_KEY: PROVIDER_KEY,
        NO_PROXY: 'intranet.example',
        no_proxy: 'intranet.example',
      },
    });
    const { code, stdout, stderr } = await launcher.ended;
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'ok\n' });
    expect(upstream.requests).toHaveLength(1);
  });

  it.each([undefined, MASTER_KEY])('uses the gateway that runs, with master key %s', async (masterKey) => {
    const { gateway, upstream } = await stage.setUp(OK, { ...(masterKey && { masterKey }) });
    const launcher = await startLauncher({
      version: NEWEST,
      args: EXEC,
      dataDir: gateway.dataDir,
      // An own gateway would have no upstream.
      env: { ...(masterKey && { GOMODEL_MASTER_KEY: masterKey }) },
    });
    const { code, stdout, stderr } = await launcher.ended;
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'ok\n' });
    expect(upstream.requests).toHaveLength(1);
    expect(stderr).toMatch(/\ngomodel-ts {2}1 request/);
    const [turn] = await turnsOf(gateway.dataDir);
    expect(turn).toMatchObject({ status: 200, auth: masterKey ? 'master_key' : 'none' });
  });

  it.each([undefined, MASTER_KEY])(
    'opens the live story of the run, signed in, with master key %s',
    async (masterKey) => {
      const { gateway } = await stage.setUp(OK, { ...(masterKey && { masterKey }) });
      const browser = createBrowserDouble();
      const launcher = await startLauncher({
        version: NEWEST,
        args: ['--open', ...EXEC],
        dataDir: gateway.dataDir,
        env: { BROWSER: browser.program, ...(masterKey && { GOMODEL_MASTER_KEY: masterKey }) },
      });
      const { code, stdout, stderr } = await launcher.ended;
      expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'ok\n' });
      const story = /story: (\S+)/.exec(stderr)?.[1] ?? '';
      expect(story).toMatch(/\/admin\/dashboard\/sessions\?session=\S+$/);
      const opened = new URL(await browser.opened());
      const { pathname, search } = new URL(story);
      if (!masterKey) expect(opened.pathname + opened.search).toBe(pathname + search);
      else {
        const entered = await fetch(opened, { redirect: 'manual' });
        expect(entered.headers.get('location')).toBe(pathname + search);
      }
    },
  );

  it('opens the story of a gateway of its own, and says so where there is no browser', async () => {
    const upstream = await playing(OK);
    const env = { OPENAI_BASE_URL: upstream.url, OPENAI_API_KEY: PROVIDER_KEY };
    const browser = createBrowserDouble();
    const args = ['--open', ...EXEC];
    const seen = await startLauncher({ version: NEWEST, args, env: { ...env, BROWSER: browser.program } });
    expect((await seen.ended).code).toBe(0);
    expect(await browser.opened()).toContain('/admin/dashboard/enter?token=');
    const blind = await startLauncher({ version: NEWEST, args, env });
    const { code, stderr } = await blind.ended;
    expect(code).toBe(0);
    expect(stderr).toContain('--open found no browser to open; BROWSER names one.');
  });

  it('starts one of its own where the running one asks for a key that is not known here', async () => {
    const { gateway, upstream } = await stage.setUp(OK, { masterKey: MASTER_KEY });
    const own = await playing(OK);
    const launcher = await startLauncher({
      version: NEWEST,
      args: EXEC,
      dataDir: gateway.dataDir,
      env: { OPENAI_BASE_URL: own.url, OPENAI_API_KEY: PROVIDER_KEY },
    });
    const { code, stderr } = await launcher.ended;
    expect(code, stderr).toBe(0);
    expect(upstream.requests).toHaveLength(0);
    expect(own.requests).toHaveLength(1);
  });

  it("ends with Codex's exit code, and hands on arguments that it does not know", async () => {
    const launcher = await startLauncher({
      version: NEWEST,
      args: ['--demo', '--', 'exec', '--no-such-flag'],
    });
    const { code, stderr } = await launcher.ended;
    expect(code).toBe(2);
    expect(stderr).toContain("unexpected argument '--no-such-flag'");
    // No request was made, so there is nothing to sum up.
    expect(stderr).not.toContain('requests');
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('hands %s on to Codex, and ends with it', async (signal) => {
    const upstream = await playing({ kind: 'hang' });
    const launcher = await startLauncher({
      version: NEWEST,
      args: EXEC,
      env: { OPENAI_BASE_URL: upstream.url, OPENAI_API_KEY: PROVIDER_KEY },
    });
    const asked = await upstream.request(0);
    process.kill(launcher.pid, signal);
    const { code } = await launcher.ended;
    expect(code).toBe(signal === 'SIGTERM' ? 143 : 129);
    // Codex itself is gone, and not the launcher alone: its request has ended.
    expect(await asked.closed).toMatchObject({ aborted: true });
  });

  it('says how to install Codex where there is none', async () => {
    const launcher = await startLauncher({ version: undefined, args: EXEC });
    const { code, stderr } = await launcher.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('npm install -g @openai/codex');
  });
});

/** For others, Codex would begin with a page that praises a newer one. */
const UNKNOWN_MODEL = 'no-model-that-codex-knows';
const SCREEN_DEADLINE_MS = 30_000;

describe.skipIf(!hasTmux).each(CODEX_VERSIONS)("Codex %s's own screen", (version) => {
  it('is handed over by gomodel-ts codex, and ends when its user quits', async () => {
    const { codexHome, home, workFolder } = createCodexFolders();
    const trap = await startProxyTrap();
    onTestFinished(() => trap.close());
    const socket = `gomodel-test-${process.pid}-${version}`;
    const tmux = (...args: string[]): string => runTmux(['-L', socket, ...args]);
    onTestFinished(() => void tmux('kill-server'));
    const env = {
      PATH: await pathWith(version),
      HOME: home,
      CODEX_HOME: codexHome,
      GOMODEL_HOME: createTemporaryFolder('tui'),
      ...trap.env,
    };
    const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const config = `[projects."${workFolder}"]\ntrust_level = "trusted"\n`;
    writeFileSync(join(codexHome, 'config.toml'), config);
    const command = ['env', '-i', 'TERM=xterm-256color', ...lines, process.execPath, BIN, 'codex', '--demo'];
    // A shell around it tells how it ended, and does not mind an interrupt that comes after that.
    const script = 'trap : INT; "$@"; echo "left with $?"; while :; do sleep 1; done';
    const around = ['sh', '-c', script, 'sh'];
    tmux('-f', '/dev/null', 'new-session', '-d', '-x', '110', '-y', '40', '-c', workFolder);
    tmux('respawn-pane', '-k', '-c', workFolder, ...around, ...command, '--', '-m', UNKNOWN_MODEL);
    const shows = async (sought: RegExp): Promise<void> => {
      const deadline = performance.now() + SCREEN_DEADLINE_MS;
      for (;;) {
        const screen = tmux('capture-pane', '-p');
        if (sought.test(screen)) return;
        if (performance.now() > deadline) throw new Error(`the screen stays at:\n${screen}`);
        await pause(100);
      }
    };
    await shows(/OpenAI Codex/);
    tmux('send-keys', 'List the files here.');
    await shows(/List the files here\./);
    tmux('send-keys', 'Enter');
    await shows(/demo of gomodel-ts/);
    tmux('send-keys', 'C-c');
    await pause(300);
    tmux('send-keys', 'C-c');
    await shows(/gomodel-ts {2}\d+ requests[\s\S]*left with 0/);
    // Codex itself keeps there what it has shown its user; of the launcher there is nothing.
    const left = readFileSync(join(codexHome, 'config.toml'), 'utf8');
    expect(left.startsWith(config)).toBe(true);
    expect(left).not.toMatch(/model_provider|base_url/);
  });
});
