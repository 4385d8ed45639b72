import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decompress } from '@mongodb-js/zstd';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ExchangeRecord } from '../../src/audit/record.ts';
import { CODEX_VERSIONS, ensureCodex } from '../support/codex/ensure-codex.ts';
import { type CodexOutcome, createCodexFolders, runCodex } from '../support/codex/run-codex.ts';
import { CHATGPT_TOKEN } from '../support/codex/sign-in.ts';
import {
  type GatewayProcess,
  MASTER_KEY,
  PROVIDER_KEY,
  startGateway,
} from '../support/gateway/start-gateway.ts';
import { startRelay } from '../support/gateway/start-relay.ts';
import type { RecordedRequest } from '../support/upstream/recorded-request.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer, Script } from '../support/upstream/script.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';
import { chatGptProvider, keyProvider } from './codex-config.ts';

const PROMPT = 'Reply with exactly ok and no punctuation.';
const OK: Answer = {
  kind: 'sse',
  events: responsesStream([{ text: 'ok' }], { id: 'resp_ok', model: 'gpt-test-2026' }),
  headers: { 'x-request-id': 'req_upstream_1', 'x-codex-turn-state': 'state-1' },
};

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const resource of open.splice(0).reverse()) await resource.close();
});

const setUp = async (
  script: Script,
  masterKey?: string,
): Promise<{ upstream: Upstream; gateway: GatewayProcess }> => {
  const upstream = await startUpstream(script);
  open.push(upstream);
  const gateway = await startGateway({ upstreamUrl: upstream.url, ...(masterKey && { masterKey }) });
  open.push({ close: () => gateway.stop() });
  return { upstream, gateway };
};

const modelRecords = (records: readonly ExchangeRecord[]): ExchangeRecord[] =>
  records.filter(({ method, durationMs }) => method === 'POST' && durationMs !== undefined).reverse();

/** The closed records of the model requests, oldest first. */
const recordsOf = async (gateway: GatewayProcess, count: number): Promise<ExchangeRecord[]> =>
  modelRecords(await gateway.logs((records) => modelRecords(records).length >= count));

const expectOk = (run: CodexOutcome): void => {
  expect(run.stderr).not.toMatch(/^ERROR: /m);
  expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
};

const sessionOf = (run: CodexOutcome): string | undefined => /^session id: (\S+)/m.exec(run.stderr)?.[1];

/** What the client said of itself arrives; what it paid with does not. */
const expectHeadersArrived = ({ headers }: RecordedRequest, run: CodexOutcome): void => {
  expect(headers['session-id'] ?? headers.session_id).toBe(sessionOf(run));
  expect(JSON.parse(String(headers['x-codex-turn-metadata']))).toHaveProperty('turn_id');
  expect(headers.originator).toBe('codex_exec');
  expect(headers.authorization).toBe(`Bearer ${PROVIDER_KEY}`);
  expect(headers).not.toHaveProperty('x-gomodel-key');
  expect(headers).not.toHaveProperty('content-encoding');
};

beforeAll(async () => {
  for (const version of CODEX_VERSIONS) await ensureCodex(version);
});

describe('Codex 0.113.0 signed in with ChatGPT and pointed here by OPENAI_BASE_URL', () => {
  it('sends zstd and is answered: the case at which other gateways fail', async () => {
    const { upstream, gateway } = await setUp(OK);
    const run = await runCodex({
      version: '0.113.0',
      prompt: PROMPT,
      signIn: 'chatgpt',
      env: { OPENAI_BASE_URL: gateway.url },
    });
    expectOk(run);
    const [seen] = upstream.requests;
    expect(seen?.json()).toMatchObject({ stream: true, input: expect.any(Array) });
    expect(seen?.headers['content-length']).toBe(String(seen?.body.length));
    if (seen) expectHeadersArrived(seen, run);

    const [record] = await recordsOf(gateway, 1);
    expect(record).toMatchObject({
      status: 200,
      stream: true,
      model: 'gpt-test-2026',
      auth: 'none',
      transport: 'http',
      client: { name: 'codex_exec', version: '0.113.0', sessionId: sessionOf(run) },
      request: { encoding: 'zstd', bodyBytes: seen?.body.length },
      response: { finish: 'completed' },
      usage: { inputTokens: 1200, cachedInputTokens: 1024, outputTokens: 80, reasoningTokens: 64 },
      responseId: 'resp_ok',
      upstreamRequestId: 'req_upstream_1',
    });
    expect(record?.request.wireBytes).toBeLessThan(record?.request.bodyBytes ?? 0);
  });
});

describe.each(CODEX_VERSIONS)('Codex %s', (version) => {
  it('works with the block that init-codex wrote', async () => {
    const { upstream, gateway } = await setUp(OK, MASTER_KEY);
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
    const [seen] = upstream.requests;
    if (seen) expectHeadersArrived(seen, run);
    expect((await recordsOf(gateway, 1))[0]).toMatchObject({
      status: 200,
      auth: 'master_key',
      client: { version },
      response: { finish: 'completed' },
    });
  });

  it('keeps its ChatGPT sign-in beside the key of the gateway, as a provider named OpenAI', async () => {
    const { upstream, gateway } = await setUp(OK, MASTER_KEY);
    const run = await runCodex({
      version,
      prompt: PROMPT,
      signIn: 'chatgpt',
      configToml: chatGptProvider(gateway.url),
      // 0.113.0 fetches its model catalog from the built-in provider's address.
      env: { GOMODEL_MASTER_KEY: MASTER_KEY, OPENAI_BASE_URL: gateway.url },
    });
    expectOk(run);
    const [seen] = upstream.requests;
    if (seen) expectHeadersArrived(seen, run);
    expect((await recordsOf(gateway, 1))[0]).toMatchObject({
      status: 200,
      auth: 'master_key',
      request: { encoding: 'zstd' },
    });
    const wholeLog = await gateway.run(['logs', '--json', '-n', '100']);
    expect(wholeLog.stdout + gateway.output().stdout + gateway.output().stderr).not.toContain(CHATGPT_TOKEN);
  });

  it('runs two tool calls in a turn, and each request of it is in the log', async () => {
    const call = (id: string, cmd: string): Answer => ({
      kind: 'sse',
      events: responsesStream([{ reasoning: `sealed-${id}` }, { call: 'exec_command', arguments: { cmd } }], {
        id,
      }),
    });
    const { upstream, gateway } = await setUp([call('resp_1', 'ls'), call('resp_2', 'cat hello.txt'), OK]);
    const run = await runCodex({
      version,
      prompt: 'List the files, print the first one, then reply ok.',
      configToml: keyProvider(gateway.url),
      args: ['-s', 'danger-full-access'],
      env: { OPENAI_API_KEY: 'anything' },
    });
    expectOk(run);
    const last = JSON.stringify(upstream.requests[2]?.json());
    expect(last).toMatch(/hello\.txt/);
    expect(last).toContain('sealed-resp_1');
    expect(last).toContain('sealed-resp_2');
    const records = await recordsOf(gateway, 3);
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
      const { upstream, gateway } = await setUp(OK);
      const relay = await startRelay(gateway.url);
      open.push(relay);
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
      const [seen] = upstream.requests;
      if (!sent || !seen) throw new Error('no request passed');
      const isZstd = sent.headers['content-encoding'] === 'zstd';
      expect(isZstd).toBe(signIn === 'chatgpt');
      expect(seen.body.equals(isZstd ? await decompress(sent.body) : sent.body)).toBe(true);

      const ofTheHop = new Set(
        'host authorization content-encoding content-length accept-encoding connection via x-gomodel-key'.split(
          ' ',
        ),
      );
      const lines = (headers: RecordedRequest['headers']) =>
        Object.entries(headers).filter(([name]) => !ofTheHop.has(name));
      expect(lines(seen.headers)).toEqual(lines(sent.headers));
    },
  );
});
