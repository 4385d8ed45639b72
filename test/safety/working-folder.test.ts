import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli, startCli } from '../support/cli/start-cli.ts';
import { createRepository, type Repository } from '../support/safety/create-repository.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

const SHELL_KEY = 'sk-of-the-shell-0123456789';
const SHELL_SECRET = 'aws-of-the-shell-0123456789';
/** Nothing listens there: what would go beyond loopback fails at once. */
const NOWHERE = 'http://127.0.0.1:9';
const PATIENT_MS = 20_000;

const startServer = async (): Promise<Upstream> => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  return upstream;
};

const countOf = ({ requests, others }: Upstream): number => requests.length + others.length;

const envOf = ({ home }: Repository, more: Readonly<Record<string, string>> = {}) => ({
  HOME: home,
  OPENAI_API_KEY: SHELL_KEY,
  AWS_SECRET_ACCESS_KEY: SHELL_SECRET,
  HTTPS_PROXY: NOWHERE,
  NO_PROXY: 'localhost,127.0.0.1',
  ...more,
});

const runIn = (repository: Repository, args: readonly string[], more?: Readonly<Record<string, string>>) =>
  runCli(args, envOf(repository, more), repository.path);

/** Starts `serve` there, and asks it for an answer. */
const serveIn = async (
  repository: Repository,
  args: readonly string[] = [],
  more?: Readonly<Record<string, string>>,
) => {
  const running = startCli(['serve', '--port', '0', ...args], envOf(repository, more), repository.path);
  onTestFinished(() => void running.child.kill('SIGKILL'));
  const banner = await running.until((text) => /http:\/\/\S+\/v1\b/.test(text), 'stderr');
  const url = /http:\/\/\S+\/v1\b/.exec(banner)?.[0] ?? '';
  const ask = (headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${url}/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model: 'gpt-test', input: 'hello', stream: true }),
      signal: AbortSignal.timeout(PATIENT_MS),
    });
  const stop = async () => {
    running.child.kill('SIGTERM');
    return running.ended;
  };
  return { url, ask, stop };
};

const lineOn = (stderr: string, name: string): readonly string[] =>
  stderr.split('\n').filter((line) => line.includes(name) && /passed over/i.test(line));

describe('a repository that nobody trusts (H1)', () => {
  it('gets neither key nor prompt by OPENAI_BASE_URL, and serve says in one line what it would have set', async () => {
    const evil = await startServer();
    const repository = createRepository({
      '.env': `OPENAI_BASE_URL=${evil.url}\nDEFAULT=1\nSTRIPE_API_KEY=sk-other\n`,
    });
    const { ask, stop } = await serveIn(repository);
    await ask();
    const { stderr } = await stop();
    expect(countOf(evil)).toBe(0);
    expect(lineOn(stderr, 'OPENAI_BASE_URL')).toHaveLength(1);
    expect(stderr).toContain('npx gomodel-ts trust');
    expect(stderr).not.toContain('STRIPE_API_KEY');
  });

  it('gets no ChatGPT sign-in by CHATGPT_BASE_URL', async () => {
    const evil = await startServer();
    const repository = createRepository({
      '.env': `CHATGPT_BASE_URL=${evil.url}\nCHATGPT_LOGIN=passthrough\n`,
    });
    const { ask, stop } = await serveIn(repository, [], { OPENAI_API_KEY: '' });
    await ask({ authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.x', 'chatgpt-account-id': 'acc_1' });
    await stop();
    expect(countOf(evil)).toBe(0);
  });

  it.each([
    ['models'],
    ['providers', '--check'],
    ['doctor', '--no-round-trip'],
    ['doctor', '--json'],
    ['config'],
  ])('gets no variable of the shell by gomodel.yaml: %s %s', async (...args) => {
    const evil = await startServer();
    const yaml = `providers:\n  evil:\n    type: compatible\n    base_url: ${evil.url}\n    api_key: x\n    headers: { x: "\${AWS_SECRET_ACCESS_KEY:-}" }\n`;
    const repository = createRepository({ 'gomodel.yaml': yaml });
    const { stdout, stderr } = await runIn(repository, args);
    expect(countOf(evil)).toBe(0);
    expect((stdout + stderr).match(/providers\.evil\.base_url/g)).toHaveLength(1);
  });

  it('gets nothing from a bare serve with gomodel.yml', async () => {
    const evil = await startServer();
    const yaml = `providers:\n  evil: { type: compatible, base_url: "${evil.url}", api_key: "\${OPENAI_API_KEY}" }\n`;
    const repository = createRepository({ 'gomodel.yml': yaml });
    const { stop } = await serveIn(repository);
    const { stderr } = await stop();
    expect(countOf(evil)).toBe(0);
    expect(lineOn(stderr, 'gomodel.yml')).toHaveLength(1);
  });

  it('has no data folder, and overwrites nothing through a link', async () => {
    const repository = createRepository({ '.env': 'GOMODEL_HOME=.cache\nGOMODEL_CONFIG=.cache/x.yaml\n' });
    writeFileSync(join(repository.home, '.bashrc'), 'mine\n');
    mkdirSync(join(repository.path, '.cache'));
    for (const name of [
      '.state.json.tmp',
      'state.json',
      'state.json.lock',
      'sealing-secret',
      'models.json',
    ]) {
      symlinkSync('../../../.bashrc', join(repository.path, '.cache', name));
    }
    const { stop } = await serveIn(repository, ['--demo']);
    await stop();
    expect(readFileSync(join(repository.home, '.bashrc'), 'utf8')).toBe('mine\n');
    expect(existsSync(join(repository.dataDir, 'state.json'))).toBe(true);
  });

  it('opens no door by HOST and a known master key, untrusted or trusted', async () => {
    const repository = createRepository({
      '.env': 'HOST=0.0.0.0\nGOMODEL_MASTER_KEY=known\nhttps_proxy=http://127.0.0.1:1\n',
    });
    const settings = async () => {
      const { stdout, stderr } = await runIn(repository, ['config', '--json'], { HTTPS_PROXY: '' });
      return {
        stderr,
        rows: stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      };
    };
    const before = await settings();
    expect(before.rows.find(({ setting }) => setting === 'server.master_key')).toMatchObject({
      isSet: false,
    });
    expect((await runIn(repository, ['trust'])).code).toBe(0);
    const after = await settings();
    for (const { rows } of [before, after]) {
      expect(rows.find(({ setting }) => setting === 'server.host')).toMatchObject({ value: null });
      expect(rows.find(({ setting }) => setting === 'https_proxy')).toMatchObject({ value: null });
    }
    expect(after.rows.find(({ setting }) => setting === 'server.master_key')).toMatchObject({ isSet: true });
    for (const name of ['HOST', 'https_proxy'])
      expect(lineOn(after.stderr, `${name} in .env`)).toHaveLength(1);
  });

  it('is told nothing of what passes by OTEL_EXPORTER_OTLP_ENDPOINT, not even where its .env is named', async () => {
    const [evil, upstream] = [await startServer(), await startServer()];
    const { origin } = new URL(evil.url);
    const text = `OTEL_EXPORTER_OTLP_ENDPOINT=${origin}\nOTEL_BSP_SCHEDULE_DELAY=1\nOTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true\n`;
    const repository = createRepository({ '.env': text });
    const { ask, stop } = await serveIn(repository, ['--env-file', '.env'], {
      OPENAI_BASE_URL: upstream.url,
    });
    expect((await ask()).status).toBe(200);
    const { stderr } = await stop();
    expect(countOf(upstream)).toBeGreaterThan(0);
    expect(countOf(evil)).toBe(0);
    expect(lineOn(stderr, 'OTEL_EXPORTER_OTLP_ENDPOINT')).toHaveLength(1);
  });

  it('is not looked at by the launcher, not even where it is named', async () => {
    const repository = createRepository({ '.env': 'PORT=1\n', 'gomodel.yaml': 'server: { port: 1 }\n' });
    const bin = createTemporaryFolder('bin');
    writeFileSync(join(bin, 'codex'), '#!/bin/sh\n[ "$1" = --version ] && echo codex-cli 0.171.0\nexit 0\n', {
      mode: 0o755,
    });
    const env = { PATH: `${bin}:${process.env.PATH}` };
    for (const option of ['--config', '--dotenv']) {
      const name = option === '--config' ? 'gomodel.yaml' : '.env';
      const { code, stderr } = await runIn(repository, ['codex', option, name, 'exec', 'x'], env);
      expect(code).toBe(2);
      expect(stderr).toContain('reads no configuration from there');
    }
    const relative = await runIn(repository, ['codex', 'exec', 'x'], { ...env, GOMODEL_HOME: '.cache' });
    expect(relative).toMatchObject({ code: 2, stderr: expect.stringContaining('absolute path') });
    const plain = await runIn(repository, ['codex', 'exec', 'x'], env);
    expect(plain, plain.stderr).toMatchObject({ code: 0 });
    expect(plain.stderr).not.toMatch(/passed over/i);
  });

  it.each(['', '.', 'bin', 'node_modules/.bin', 'ABSOLUTE', 'LINK'])(
    'runs no codex of its own from PATH entry "%s"',
    async (entry) => {
      const repository = createRepository();
      const marker = join(repository.home, 'marker');
      const folder = entry === 'ABSOLUTE' || entry === 'LINK' ? 'tools' : entry;
      mkdirSync(join(repository.path, folder), { recursive: true });
      writeFileSync(
        join(repository.path, folder, 'codex'),
        `#!/bin/sh\ntouch ${marker}\necho codex-cli 9.9.9\n`,
        { mode: 0o755 },
      );
      const link = join(createTemporaryFolder('link'), 'bin');
      symlinkSync(join(repository.path, folder), link);
      const named = { ABSOLUTE: join(repository.path, folder), LINK: link }[entry] ?? entry;
      const { stderr } = await runIn(repository, ['codex', 'exec', 'x'], {
        PATH: `${named}:/nowhere:`,
      });
      expect(existsSync(marker)).toBe(false);
      expect(stderr).toContain('Codex is not on PATH');
    },
  );
});

describe('trust', () => {
  it('lets a file count until it changes, shows addresses and no secret, and is taken back', async () => {
    const good = await startServer();
    const text = `OPENAI_BASE_URL=${good.url}\nOPENAI_API_KEY=sk-of-the-file-9876543210\nOTHER=1\n`;
    const repository = createRepository({ '.env': text });
    const shell = { OPENAI_API_KEY: '' };
    const trusted = await runIn(repository, ['trust'], shell);
    expect(trusted.code, trusted.stderr).toBe(0);
    expect(trusted.stderr).toContain(good.url);
    expect(trusted.stderr).toContain('OTHER');
    expect(trusted.stderr).not.toContain('sk-of-the-file');
    const { ask, stop } = await serveIn(repository, [], shell);
    expect((await ask()).status).toBe(200);
    await stop();
    expect(good.requests[0]?.headers.authorization).toBe('Bearer sk-of-the-file-9876543210');

    const originOf = async () => {
      const { stdout, stderr } = await runIn(repository, ['config', '--show-origin'], shell);
      return { isUsed: stdout.includes('OPENAI_BASE_URL in .env'), stderr };
    };
    repository.write('.env', `${text}#\n`);
    const changed = await originOf();
    expect(changed.isUsed).toBe(false);
    expect(changed.stderr).toContain('changed since you trusted it');
    expect((await runIn(repository, ['trust', '--list'])).stdout).toMatch(/^changed .*\.env\n$/);
    repository.write('.env', text);
    expect((await originOf()).isUsed).toBe(true);
    await runIn(repository, ['trust', '--revoke']);
    expect((await originOf()).isUsed).toBe(false);
    expect((await runIn(repository, ['trust', '--list'])).stdout).toBe('');
  });

  it('does not hold for the same content elsewhere', async () => {
    const one = createRepository({ '.env': 'PORT=4321\n' });
    await runIn(one, ['trust']);
    const other = { ...createRepository({ '.env': 'PORT=4321\n' }), home: one.home };
    expect((await runIn(one, ['config'])).stdout).toMatch(/^server\.port +4321$/m);
    expect((await runIn(other, ['config'])).stdout).toMatch(/^server\.port +8080$/m);
  });

  it('says so where there is nothing to trust, and refuses names that nothing finds', async () => {
    const repository = createRepository({ 'other.env': 'PORT=1\n' });
    expect(await runIn(repository, ['trust'])).toMatchObject({ code: 1 });
    expect(await runIn(repository, ['trust', 'other.env'])).toMatchObject({ code: 2 });
  });

  it('obeys no escape sequence in a file', async () => {
    const repository = createRepository({
      'gomodel.yaml': '"\\e]0;x\\a": "\\e[2J"\n',
      '.env': 'PORT="1\u001b[2J"\n',
    });
    const { stderr } = await runIn(repository, ['trust']);
    const { stderr: line } = await runIn(repository, ['config']);
    expect(stderr + line).not.toContain('\u001b[2J');
    expect(stderr + line).not.toContain('\u001b]0');
  });
});

describe('a credential goes only where its own source could send it', () => {
  it.each([
    ['.env', (url: string) => `OPENAI_BASE_URL=${url}\n`, {}, 'OPENAI_API_KEY'],
    ['.env', (url: string) => `GROQ_BASE_URL=${url}\n`, { GROQ_API_KEY: 'gsk-1' }, 'GROQ_API_KEY'],
    [
      '.env',
      (url: string) => `BEDROCK_BASE_URL=${url}\n`,
      { AWS_ACCESS_KEY_ID: 'AKIA1', AWS_SECRET_ACCESS_KEY: 's' },
      'AWS_ACCESS_KEY_ID',
    ],
    [
      '.env',
      (url: string) => `VERTEX_BASE_URL=${url}\n`,
      { GOOGLE_APPLICATION_CREDENTIALS: '/home/user/account.json' },
      'GOOGLE_APPLICATION_CREDENTIALS',
    ],
    ['.env', (url: string) => `VERTEX_BASE_URL=${url}\n`, {}, "Google's application default credentials"],
    ['.env', (url: string) => `CHATGPT_BASE_URL=${url}\n`, { OPENAI_API_KEY: '' }, 'The ChatGPT sign-in'],
    [
      'gomodel.yaml',
      (url: string) => `chatgpt: { login: passthrough, base_url: "${url}" }\n`,
      {},
      'The ChatGPT sign-in',
    ],
    [
      'gomodel.yaml',
      (url: string) => `providers: { openai: { base_url: "${url}" } }\n`,
      {},
      'OPENAI_API_KEY',
    ],
    [
      'gomodel.yaml',
      (url: string) =>
        `providers: { corp: { type: compatible, base_url: "${url}" } }\naliases: { gpt-test: corp/x }\n`,
      { CORP_API_KEY: 'k' },
      'CORP_API_KEY',
    ],
  ])('refuses %s for all commands, trusted or named: %s', async (name, text, more, credential) => {
    const evil = await startServer();
    const repository = createRepository({ [name]: text(evil.url) });
    const named = name === '.env' ? ['--env-file', name] : ['--config', name];
    const byName = await runIn(repository, ['models', ...named], more);
    expect((await runIn(repository, ['trust'])).code).toBe(0);
    for (const args of [['models'], ['providers', '--check'], ['doctor'], ['serve', '--port', '0']]) {
      const { code, stderr } = await runIn(repository, args, more);
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(stderr).toContain(`${credential} would be sent to ${evil.url}`);
      expect(stderr).toContain(name);
    }
    expect(byName).toMatchObject({ code: 2, stderr: expect.stringContaining(`${credential} would be sent`) });
    expect(countOf(evil)).toBe(0);
  });

  it('lets a trusted gomodel.yaml see its .env alone, with and without a default', async () => {
    const yaml = (value: string) =>
      `providers: { mine: { type: compatible, base_url: "http://127.0.0.1:1/v1", api_key: "${value}" } }\n`;
    const repository = createRepository({ '.env': 'MINE=k\n', 'gomodel.yaml': yaml(`\${OPENAI_API_KEY}`) });
    await runIn(repository, ['trust']);
    expect(await runIn(repository, ['config'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('in .env of the working folder'),
    });
    repository.write('gomodel.yaml', yaml(`\${AWS_SECRET_ACCESS_KEY:-}`));
    await runIn(repository, ['trust']);
    expect((await runIn(repository, ['config'])).stdout).not.toContain('providers.mine.api_key  set');
    repository.write('gomodel.yaml', yaml(`\${MINE}`));
    await runIn(repository, ['trust']);
    expect((await runIn(repository, ['config'])).stdout).toMatch(/providers\.mine\.api_key +set/);
  });
});

describe("the user's own files work as before", () => {
  it('serves in an empty folder, and in the home folder', async () => {
    const repository = createRepository();
    for (const path of [repository.path, repository.home]) {
      const { ask, stop } = await serveIn({ ...repository, path }, ['--demo']);
      expect((await ask()).status).toBe(200);
      const { code, stderr } = await stop();
      expect(code).toBe(0);
      expect(stderr).not.toMatch(/passed over/i);
    }
  });

  it("uses the data folder's gomodel.yaml with the shell's variables", async () => {
    const good = await startServer();
    const repository = createRepository();
    mkdirSync(repository.dataDir, { mode: 0o700 });
    writeFileSync(
      join(repository.dataDir, 'gomodel.yaml'),
      `default_provider: mine\nproviders: { mine: { type: compatible, base_url: "${good.url}", api_key: "\${AWS_SECRET_ACCESS_KEY}", native: [responses] } }\n`,
    );
    const { ask, stop } = await serveIn(repository);
    expect((await ask()).status).toBe(200);
    await stop();
    expect(good.requests[0]?.headers.authorization).toBe(`Bearer ${SHELL_SECRET}`);
  });

  it.each(['--env-file', '--dotenv'])(
    'takes what a file named by %s says, elsewhere all of it',
    async (option) => {
      const good = await startServer();
      const file = join(createTemporaryFolder('own'), 'keys.env');
      writeFileSync(file, `OPENAI_BASE_URL=${good.url}\nHOST=127.0.0.1\nGOMODEL_HOME=/nowhere\n`);
      const repository = createRepository({ '.env': 'PORT=1\n' });
      const { ask, stop, url } = await serveIn(repository, [option, file]);
      expect(url).toContain('127.0.0.1');
      expect((await ask()).status).toBe(200);
      const { stderr } = await stop();
      expect(good.requests[0]?.headers.authorization).toBe(`Bearer ${SHELL_KEY}`);
      expect(lineOn(stderr, 'GOMODEL_HOME')).toHaveLength(1);
      expect(stderr).not.toContain('PORT');
    },
  );

  it('takes the pair of key and address that a named .env of the working folder holds', async () => {
    const good = await startServer();
    const repository = createRepository({
      '.env': `OPENAI_BASE_URL=${good.url}\nOPENAI_API_KEY=sk-own\nHOST=0.0.0.0\n`,
    });
    const { ask, stop } = await serveIn(repository, ['--env-file', '.env'], { OPENAI_API_KEY: '' });
    expect((await ask()).status).toBe(200);
    const { stderr } = await stop();
    expect(good.requests[0]?.headers.authorization).toBe('Bearer sk-own');
    expect(lineOn(stderr, 'HOST in .env')).toHaveLength(1);
  });

  it('shares what was trusted with its workers', async () => {
    const good = await startServer();
    const repository = createRepository({ '.env': `OPENAI_BASE_URL=${good.url}\nOPENAI_API_KEY=sk-own\n` });
    const shell = { OPENAI_API_KEY: '' };
    await runIn(repository, ['trust'], shell);
    const { ask, stop } = await serveIn(repository, ['--workers', '2'], shell);
    expect((await ask()).status).toBe(200);
    await stop();
    expect(good.requests).toHaveLength(1);
  });
});
