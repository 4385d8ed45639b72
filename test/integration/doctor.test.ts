import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Step } from '../../src/probe/step.ts';
import { runCli } from '../support/cli/start-cli.ts';
import { composeGateway, MASTER_KEY, UPSTREAM_KEY } from '../support/gateway/compose-gateway.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer } from '../support/upstream/script.ts';
import { startTlsServer } from '../support/upstream/start-tls-server.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const OK: Answer = { kind: 'sse', events: responsesStream([{ text: 'ok' }], { id: 'resp_ok' }) };
/** A port on which nothing listens: 9 is "discard". */
const CLOSED = 'http://127.0.0.1:9/v1';

interface DoctorRun {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Of `config.toml`; absent: there is none. */
  readonly configToml?: string;
}

interface DoctorOutcome {
  readonly code: number | null;
  readonly steps: readonly Step[];
  /** The steps of a name, by the start of it. */
  of(name: string): readonly Step[];
}

/** A folder with a `codex` that says a version, and is not Codex otherwise. */
const createCodexCommand = (version: string): string => {
  const folder = createTemporaryFolder('bin');
  writeFileSync(join(folder, 'codex'), `#!/bin/sh\necho codex-cli ${version}\n`, { mode: 0o755 });
  return folder;
};

const runDoctor = async (run: DoctorRun): Promise<DoctorOutcome> => {
  const folder = createTemporaryFolder('doctor');
  const codexHome = join(folder, 'codex');
  mkdirSync(codexHome);
  if (run.configToml !== undefined) writeFileSync(join(codexHome, 'config.toml'), run.configToml);
  const { code, stdout, stderr } = await runCli(['doctor', '--json', ...(run.args ?? [])], {
    PATH: `${createCodexCommand('0.169.0')}:${dirname(process.execPath)}:/usr/bin:/bin`,
    GOMODEL_HOME: join(folder, 'data'),
    CODEX_HOME: codexHome,
    PORT: '0',
    ...run.env,
  });
  expect(stderr).toBe('');
  const steps = stdout
    .split('\n')
    .filter(Boolean)
    .map((line): Step => JSON.parse(line));
  return { code, steps, of: (name) => steps.filter((step) => step.name.startsWith(name)) };
};

const upstreamOf = async (answer: Answer) => {
  const upstream = await startUpstream(answer);
  onTestFinished(() => upstream.close());
  return upstream;
};

const provider = (baseUrl: string, more = 'env_key = "OPENAI_API_KEY"'): string => `
model = "gpt-of-the-config"
model_provider = "gomodel"
[model_providers.gomodel]
name = "GoModel"
base_url = "${baseUrl}"
wire_api = "responses"
${more}
`;

describe('doctor proves the whole way', () => {
  it('through a gateway that it starts, by zstd over HTTP and by WebSocket, with tools and few tokens', async () => {
    const upstream = await upstreamOf(OK);
    const { code, of } = await runDoctor({
      env: { OPENAI_BASE_URL: upstream.url, OPENAI_API_KEY: UPSTREAM_KEY },
      args: ['--model', 'gpt-of-the-flag'],
    });
    expect(of('Request')).toMatchObject([{ state: 'ok' }, { state: 'ok' }]);
    for (const { message } of of('Request')) {
      expect(message).toMatch(/client to gateway .* ms, gateway .* ms, upstream .* ms/);
    }
    expect(code).toBe(0);
    expect(upstream.requests).toHaveLength(2);
    for (const request of upstream.requests) {
      expect(request.json()).toMatchObject({
        model: 'gpt-of-the-flag',
        stream: true,
        max_output_tokens: 16,
        tools: [{ type: 'function' }],
      });
      expect(request.headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`);
    }
  });

  it('through the gateway that runs, with the model of config.toml', async () => {
    const upstream = await upstreamOf(OK);
    const gateway = await composeGateway(upstream.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
    const { code, of } = await runDoctor({
      env: { PORT: String(gateway.port), GOMODEL_MASTER_KEY: MASTER_KEY, OPENAI_API_KEY: MASTER_KEY },
      configToml: provider(gateway.v1),
    });
    expect(of('Gateway')).toMatchObject([{ message: expect.stringContaining('another data folder') }]);
    expect(of('config.toml')).toMatchObject([{ state: 'ok' }]);
    expect(of('Keys')).toMatchObject([{ state: 'ok' }]);
    expect(of('Upstream')).toMatchObject([{ state: 'ok' }]);
    expect(of('Request')).toMatchObject([{ state: 'ok' }, { state: 'ok' }]);
    expect(code).toBe(0);
    expect(upstream.requests.map((request) => request.json().model)).toEqual([
      'gpt-of-the-config',
      'gpt-of-the-config',
    ]);
    const records = await gateway.records();
    expect(records.filter(({ request }) => request.encoding === 'zstd')).toHaveLength(1);
    expect(records.filter(({ transport }) => transport === 'websocket')).toHaveLength(1);
  });

  it('by the built-in upstream where no key is there, and skips it where it may not', async () => {
    const demo = await runDoctor({ args: ['--demo'] });
    expect(demo.of('Request')).toMatchObject([{ state: 'ok' }, { state: 'ok' }]);
    const none = await runDoctor({ env: { OPENAI_BASE_URL: CLOSED, CHATGPT_LOGIN: 'off' } });
    expect(none.of('Round trip')).toMatchObject([{ state: 'skipped' }]);
    const asked = await runDoctor({ args: ['--demo', '--no-round-trip'] });
    expect(asked.of('Request')).toEqual([]);
    expect(asked.of('Round trip')).toMatchObject([{ state: 'skipped' }]);
    expect(asked.code).toBe(0);
  });

  it('and fails where the model refuses, in words of the upstream, with its hop', async () => {
    const message = 'The model `gpt-5.5` does not exist.';
    const upstream = await upstreamOf({ kind: 'json', status: 404, body: { error: { message } } });
    const { code, of } = await runDoctor({ env: { OPENAI_BASE_URL: upstream.url, OPENAI_API_KEY: 'sk-x' } });
    expect(of('Upstream')).toMatchObject([{ state: 'ok' }]);
    expect(of('Request')).toMatchObject([
      { state: 'failed', message: `upstream 404: ${message}`, remedy: expect.stringContaining('--model') },
      { state: 'skipped' },
    ]);
    expect(code).toBe(1);
  });

  it('and fails where the answer breaks off', async () => {
    const { events } = OK as Extract<Answer, { kind: 'sse' }>;
    const upstream = await upstreamOf({ kind: 'sse', events, eventLimit: 3 });
    const { code, of } = await runDoctor({ env: { OPENAI_BASE_URL: upstream.url, OPENAI_API_KEY: 'sk-x' } });
    expect(of('Request')[0]).toMatchObject({ state: 'failed' });
    expect(code).toBe(1);
  });
});

describe('doctor says what is wrong', () => {
  const none = ['--no-round-trip'];

  it('with the upstream: refused connection, untrusted certificate, refused key', async () => {
    const closed = await runDoctor({ args: none, env: { OPENAI_BASE_URL: CLOSED, OPENAI_API_KEY: 'sk-x' } });
    expect(closed.of('Upstream')).toMatchObject([
      { state: 'failed', message: expect.stringContaining('refused the connection') },
    ]);
    const tls = await startTlsServer('Incorrect API key provided: sk-x.');
    onTestFinished(() => tls.close());
    const untrusted = await runDoctor({
      args: none,
      env: { OPENAI_BASE_URL: tls.url, OPENAI_API_KEY: 'sk-x' },
    });
    expect(untrusted.of('Upstream')).toMatchObject([
      { state: 'failed', message: expect.stringContaining('NODE_EXTRA_CA_CERTS') },
    ]);
    const refused = await runDoctor({
      args: none,
      env: { OPENAI_BASE_URL: tls.url, OPENAI_API_KEY: 'sk-x', NODE_EXTRA_CA_CERTS: tls.certificate },
    });
    expect(refused.of('Upstream')).toMatchObject([
      {
        state: 'failed',
        message: expect.stringContaining('401, Incorrect API key'),
        remedy: expect.any(String),
      },
    ]);
    expect([closed.code, untrusted.code, refused.code]).toEqual([1, 1, 1]);
  });

  it('with the keys: the wrong one for the gateway that runs, and the provider’s where Codex sends it', async () => {
    const upstream = await upstreamOf(OK);
    const gateway = await composeGateway(upstream.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
    const port = { PORT: String(gateway.port) };
    const wrong = await runDoctor({ env: { ...port, GOMODEL_MASTER_KEY: 'gm-another-key' } });
    expect(wrong.of('Keys')).toMatchObject([
      { state: 'failed', message: expect.stringContaining('GOMODEL_MASTER_KEY is not its key') },
    ]);
    expect(wrong.of('Round trip')).toMatchObject([{ state: 'skipped' }]);
    expect(wrong.code).toBe(1);
    const other = await runDoctor({
      args: none,
      env: { ...port, GOMODEL_MASTER_KEY: MASTER_KEY, OPENAI_API_KEY: 'sk-of-the-provider' },
    });
    expect(other.of('Keys')).toMatchObject([
      { state: 'ok' },
      { state: 'warning', message: expect.stringContaining('OPENAI_API_KEY is not the master key') },
    ]);
    expect(upstream.requests).toEqual([]);
  });

  it.each([
    [
      'the key that Codex is to send is not set',
      'env_key = "OPENAI_API_KEY"',
      {},
      'Missing environment variable',
    ],
    [
      'it is another one than the gateway takes',
      'env_key = "OPENAI_API_KEY"',
      { OPENAI_API_KEY: 'sk-of-the-provider' },
      'Codex would be refused',
    ],
    [
      'Codex is to send a sign-in, and has none',
      'requires_openai_auth = true\nenv_http_headers = { "X-GoModel-Key" = "GOMODEL_MASTER_KEY" }',
      {},
      'is not signed in',
    ],
  ])('with what Codex would fail with in this shell: %s', async (_title, more, env, said) => {
    const upstream = await upstreamOf(OK);
    const gateway = await composeGateway(upstream.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
    const { of, code } = await runDoctor({
      args: none,
      configToml: provider(gateway.v1, more),
      env: { PORT: String(gateway.port), GOMODEL_MASTER_KEY: MASTER_KEY, ...env } as Record<string, string>,
    });
    expect(of('Keys')).toContainEqual(
      expect.objectContaining({ state: 'failed', message: expect.stringContaining(said) }),
    );
    expect(code).toBe(1);
  });

  it('with a key that is not set, even where the gateway asks for none', async () => {
    const upstream = await upstreamOf(OK);
    const gateway = await composeGateway(upstream.url);
    const env = { PORT: String(gateway.port) };
    const { of } = await runDoctor({ args: none, configToml: provider(gateway.v1), env });
    expect(of('Keys')).toContainEqual(expect.objectContaining({ state: 'failed' }));
    const set = await runDoctor({
      args: none,
      configToml: provider(gateway.v1),
      env: { ...env, OPENAI_API_KEY: 'any' },
    });
    expect(set.of('Keys').map(({ state }) => state)).toEqual(['ok']);
  });

  it('with the port: taken by another program', async () => {
    const server = await new Promise<Server>((resolve) => {
      const listening: Server = createServer().listen(0, '127.0.0.1', () => resolve(listening));
    });
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { of, code } = await runDoctor({ args: [...none, '--demo'], env: { PORT: String(port) } });
    expect(of('Gateway')).toMatchObject([
      { state: 'failed', message: expect.stringContaining('used by another program') },
    ]);
    expect(code).toBe(1);
  });

  it('with the data folder: it cannot be written', async () => {
    const file = join(createTemporaryFolder('file'), 'file');
    writeFileSync(file, '');
    const { of, code } = await runDoctor({
      args: [...none, '--demo'],
      env: { GOMODEL_HOME: join(file, 'data') },
    });
    expect(of('Data folder')).toMatchObject([{ state: 'failed', remedy: expect.any(String) }]);
    expect(code).toBe(1);
  });

  it('with a proxy that Codex would ask for the gateway (K6)', async () => {
    const env = { HTTP_PROXY: 'proxy.invalid:3128' };
    const { of } = await runDoctor({ args: ['--no-round-trip', '--demo'], env });
    expect(of('Proxy')).toMatchObject([
      { state: 'warning', message: expect.stringContaining('HTTP_PROXY is set and NO_PROXY does not list') },
    ]);
    expect(of('Proxy')[0]?.remedy).toContain('export NO_PROXY="localhost,127.0.0.1,::1"');
    const passed = await runDoctor({ args: ['--no-round-trip', '--demo'], env: { ...env, no_proxy: '*' } });
    expect(passed.of('Proxy')).toEqual([]);
  });

  it('with Codex: there is none', async () => {
    const node = createTemporaryFolder('path');
    symlinkSync(process.execPath, join(node, 'node'));
    const { of } = await runDoctor({ args: [...none, '--demo'], env: { PATH: node } });
    expect(of('Codex')).toMatchObject([
      { state: 'failed', remedy: expect.stringContaining('npm install -g @openai/codex') },
    ]);
  });

  it.each([
    ['no TOML', 'model = "a\n', /config\.toml:1:\d+: /],
    ['a block under an id of Codex’s own', '[model_providers.openai]\nname = "x"\n', /keeps this id/],
    ['an old wire API', '[model_providers.x]\nname = "x"\nwire_api = "chat"\n', /no longer takes/],
    ['an old profile', 'profile = "work"\n', /profile = "work" is refused by Codex 0\.169\.0/],
    ['a provider that is not there', 'model_provider = "x"\n', /no model_providers\.x/],
    ['a gateway that does not run', provider(CLOSED), /no gateway answers there/],
  ])('with config.toml: %s', async (_title, configToml, expected) => {
    const { of, code } = await runDoctor({ args: [...none, '--demo'], configToml });
    const failures = of('config.toml').filter(({ state }) => state === 'failed');
    expect(failures.map(({ message }) => message).join('\n')).toMatch(expected);
    for (const { remedy } of failures) expect(remedy).toBeTruthy();
    expect(code).toBe(1);
  });

  it('with what init-codex wrote: somebody has changed it since', async () => {
    const folder = createTemporaryFolder('drift');
    const env = { GOMODEL_HOME: join(folder, 'data'), CODEX_HOME: join(folder, 'codex') };
    mkdirSync(env.CODEX_HOME);
    const init = await runCli(['init-codex', '--base-url', 'http://localhost:8080/v1'], env);
    expect(init.code).toBe(0);
    const before = await runDoctor({ args: [...none, '--demo'], env });
    expect(
      before
        .of('config.toml')
        .map(({ message }) => message)
        .join(),
    ).not.toContain('changed since');
    writeFileSync(join(env.CODEX_HOME, 'config.toml'), provider('http://localhost:1/v1'));
    const after = await runDoctor({ args: [...none, '--demo'], env });
    expect(after.of('config.toml')).toContainEqual(
      expect.objectContaining({
        state: 'warning',
        message: expect.stringMatching(/model_providers\.gomodel.*changed since init-codex wrote it/),
      }),
    );
  });
});
