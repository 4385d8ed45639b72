import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decompress } from '@mongodb-js/zstd';
import { describe, expect, it } from 'vitest';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { type CodexOutcome, createCodexFolders, runCodex } from '../support/codex/run-codex.ts';
import { CHATGPT_ACCOUNT_ID, CHATGPT_TOKEN } from '../support/codex/sign-in.ts';
import { MASTER_KEY, PROVIDER_KEY } from '../support/gateway/start-gateway.ts';
import type { RecordedRequest } from '../support/upstream/recorded-request.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer } from '../support/upstream/script.ts';
import { chatGptProvider, keyProvider } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const PROMPT = 'Reply with exactly ok and no punctuation.';
const OK: Answer = {
  kind: 'sse',
  events: responsesStream([{ text: 'ok' }], { id: 'resp_ok', model: 'gpt-test-2026' }),
  headers: { 'x-request-id': 'req_upstream_1' },
};

const stage = useStage();

const expectOk = (run: CodexOutcome): void => {
  expect(run.stderr).not.toMatch(/^ERROR: /m);
  expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
};

const sessionOf = (run: CodexOutcome): string | undefined => /^session id: (\S+)/m.exec(run.stderr)?.[1];

/** The contents of every file in a folder. */
const readFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));

/** What the client said of itself arrives; what it paid with does not. */
const expectHeadersArrived = ({ headers }: RecordedRequest, run: CodexOutcome): void => {
  expect(headers['session-id'] ?? headers.session_id).toBe(sessionOf(run));
  expect(JSON.parse(String(headers['x-codex-turn-metadata']))).toHaveProperty('turn_id');
  expect(headers.originator).toBe('codex_exec');
  expect(headers.authorization).toBe(`Bearer ${PROVIDER_KEY}`);
  expect(headers).not.toHaveProperty('x-gomodel-key');
  expect(headers).not.toHaveProperty('content-encoding');
};

describe('Codex 0.113.0 signed in with ChatGPT and pointed here by OPENAI_BASE_URL', () => {
  it('sends zstd and is answered: the case at which other gateways fail', async () => {
    const { upstream, gateway } = await stage.setUp(OK);
    const run = await runCodex({
      version: '0.113.0',
      prompt: PROMPT,
      signIn: 'chatgpt',
      env: { OPENAI_BASE_URL: gateway.url },
    });
    expectOk(run);
    const seen = await upstream.request(0);
    expect(seen.json()).toMatchObject({ stream: true, input: expect.any(Array) });
    expect(seen.headers['content-length']).toBe(String(seen.body.length));
    expectHeadersArrived(seen, run);

    const [record] = await endedRequests(gateway, 1);
    expect(record).toMatchObject({
      status: 200,
      stream: true,
      model: 'gpt-test-2026',
      auth: 'none',
      transport: 'http',
      client: { name: 'codex_exec', version: '0.113.0', sessionId: sessionOf(run) },
      request: { encoding: 'zstd', bodyBytes: seen.body.length },
      response: { finish: 'completed' },
      usage: { inputTokens: 1200, cachedInputTokens: 1024, outputTokens: 80, reasoningTokens: 64 },
      responseId: 'resp_ok',
      upstreamRequestId: 'req_upstream_1',
    });
    expect(record?.request.wireBytes).toBeLessThan(record?.request.bodyBytes ?? 0);
  });
});

describe("Codex's built-in provider, pointed here", () => {
  const ways = [
    ['0.113.0', 'key', 'OPENAI_BASE_URL', 'http'],
    ['0.169.0', 'key', 'openai_base_url', 'websocket'],
    ['0.169.0', 'chatgpt', 'openai_base_url', 'websocket'],
  ] as const;
  it.each(ways)('%s, signed in by %s, is answered by way of %s over %s', async (...row) => {
    const [version, signIn, way, transport] = row;
    const { upstream, gateway } = await stage.setUp(OK);
    const run = await runCodex({
      version,
      prompt: PROMPT,
      signIn,
      ...(way === 'OPENAI_BASE_URL'
        ? { env: { OPENAI_BASE_URL: gateway.url } }
        : { configToml: `openai_base_url = "${gateway.url}"\n` }),
    });
    expectOk(run);
    expectHeadersArrived(await upstream.request(0), run);
    const [record] = await endedRequests(gateway, 1);
    expect(record).toMatchObject({
      status: 200,
      transport,
      client: { version },
      response: { finish: 'completed' },
    });
  });
});

describe.each(CODEX_VERSIONS)('Codex %s', (version) => {
  it('works with the block that init-codex wrote', async () => {
    const { upstream, gateway } = await stage.setUp(OK, { masterKey: MASTER_KEY });
    const { codexHome } = createCodexFolders();
    const baseUrl = ['--base-url', gateway.url, '--codex-home', codexHome, '--yes'];
    const init = await gateway.run(['init-codex', ...baseUrl]);
    expect(init).toMatchObject({ code: 0 });
    const written = readFileSync(join(codexHome, 'config.toml'), 'utf8');
    expect(written).toContain(`base_url = "${gateway.url}"`);

    const run = await runCodex({
      version,
      prompt: PROMPT,
      codexHome,
      env: { OPENAI_API_KEY: MASTER_KEY },
    });
    expectOk(run);
    const seen = await upstream.request(0);
    expectHeadersArrived(seen, run);
    expect((await endedRequests(gateway, 1))[0]).toMatchObject({
      status: 200,
      auth: 'master_key',
      client: { version },
      response: { finish: 'completed' },
    });
  });

  it('keeps its ChatGPT sign-in beside the key of the gateway, as a provider named OpenAI', async () => {
    const { upstream, gateway } = await stage.setUp(OK, { masterKey: MASTER_KEY });
    const run = await runCodex({
      version,
      prompt: PROMPT,
      signIn: 'chatgpt',
      configToml: chatGptProvider(gateway.url),
      // 0.113.0 fetches its model catalog from the built-in provider's address.
      env: { GOMODEL_MASTER_KEY: MASTER_KEY, OPENAI_BASE_URL: gateway.url },
    });
    expectOk(run);
    const seen = await upstream.request(0);
    expectHeadersArrived(seen, run);
    const [record] = await endedRequests(gateway, 1);
    expect(record).toMatchObject({ status: 200, auth: 'master_key', request: { encoding: 'zstd' } });
    const { id } = record ?? {};
    const letter = await gateway.run(['logs', String(id), '--full']);
    expect(letter.stdout).toContain('chatgpt-account-id');
    const { stdout, stderr } = gateway.output();
    const written = [...readFiles(gateway.dataDir), letter.stdout, stdout, stderr].join('\n');
    for (const secret of [CHATGPT_TOKEN, CHATGPT_ACCOUNT_ID, MASTER_KEY, PROVIDER_KEY]) {
      expect(written).not.toContain(secret);
    }
  });

  it('runs two tool calls in a turn, and each request of it is in the log', async () => {
    const call = (id: string, cmd: string): Answer => ({
      kind: 'sse',
      events: responsesStream([{ reasoning: `sealed-${id}` }, { call: 'exec_command', arguments: { cmd } }], {
        id,
      }),
      headers: { 'x-codex-turn-state': `state-${id}` },
    });
    const { upstream, gateway } = await stage.setUp([
      call('resp_1', 'ls'),
      call('resp_2', 'cat hello.txt'),
      OK,
    ]);
    const run = await runCodex({
      version,
      prompt: 'List the files, print the first one, then reply ok.',
      configToml: keyProvider(gateway.url),
      args: ['-s', 'danger-full-access'],
      env: { OPENAI_API_KEY: 'anything' },
    });
    expectOk(run);
    // Codex replays what the first answer of a turn gave it: the header came back through the gateway.
    expect(upstream.requests[1]?.headers['x-codex-turn-state']).toBe('state-resp_1');
    const last = JSON.stringify(upstream.requests[2]?.json());
    expect(last).toMatch(/hello\.txt/);
    expect(last).toContain('sealed-resp_1');
    expect(last).toContain('sealed-resp_2');
    const records = await endedRequests(gateway, 3);
    expect(records.map(({ response }) => response)).toMatchObject([
      { finish: 'completed', toolCalls: ['exec_command'] },
      { finish: 'completed', toolCalls: ['exec_command'] },
      { finish: 'completed' },
    ]);
    expect(new Set(records.map(({ client }) => client.sessionId))).toEqual(new Set([sessionOf(run)]));
  });

  it.each(['chatgpt', 'key'] as const)(
    'reaches the upstream as it spoke: the same bytes and header lines, signed in by %s',
    async (signIn) => {
      const { upstream, gateway } = await stage.setUp(OK);
      const relay = await stage.relayTo(gateway);
      const configToml = signIn === 'chatgpt' ? chatGptProvider(relay.url) : keyProvider(relay.url);
      const env = {
        GOMODEL_MASTER_KEY: 'sent in vain',
        OPENAI_API_KEY: 'anything',
        OPENAI_BASE_URL: relay.url,
      };
      expectOk(
        await runCodex({
          version,
          prompt: PROMPT,
          signIn: signIn === 'chatgpt' ? signIn : 'none',
          configToml,
          env,
        }),
      );
      const sent = relay.requests.find(({ method }) => method === 'POST');
      const seen = await upstream.request(0);
      if (!sent) throw new Error('nothing came by the relay');
      const isZstd = sent.headers['content-encoding'] === 'zstd';
      expect(isZstd).toBe(signIn === 'chatgpt');
      expect(seen.body.equals(isZstd ? await decompress(sent.body) : sent.body)).toBe(true);

      // The account goes with the sign-in, and the sign-in was replaced by the provider's key.
      const ofTheHop = new Set(
        'host authorization content-encoding content-length accept-encoding connection via x-gomodel-key chatgpt-account-id'.split(
          ' ',
        ),
      );
      const lines = (headers: RecordedRequest['headers']) =>
        Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheHop.has(name)));
      expect(lines(seen.headers)).toEqual(lines(sent.headers));
    },
  );
});
