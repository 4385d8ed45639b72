import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ExchangeRecord } from '../../src/audit/record.ts';
import { CODEX_VERSIONS, ensureCodex } from '../support/codex/ensure-codex.ts';
import { type CodexOutcome, runCodex } from '../support/codex/run-codex.ts';
import {
  type GatewayOptions,
  type GatewayProcess,
  MASTER_KEY,
  startGateway,
} from '../support/gateway/start-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer } from '../support/upstream/script.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';
import { chatGptProvider, keyProvider, NO_RETRIES } from './codex-config.ts';

const STREAM = responsesStream([{ text: 'one two three four five six' }]);
const OK: Answer = { kind: 'sse', events: STREAM };

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const resource of open.splice(0).reverse()) await resource.close();
});

const setUp = async (
  answer: Answer,
  options: GatewayOptions = {},
): Promise<{ upstream: Upstream; gateway: GatewayProcess }> => {
  const upstream = await startUpstream(answer);
  open.push(upstream);
  const gateway = await startGateway({ upstreamUrl: upstream.url, ...options });
  open.push({ close: () => gateway.stop() });
  return { upstream, gateway };
};

const lastRecord = async (gateway: GatewayProcess): Promise<ExchangeRecord | undefined> => {
  const isDone = ({ method, durationMs }: ExchangeRecord): boolean =>
    method === 'POST' && durationMs !== undefined;
  const records = await gateway.logs((all) => all.some(isDone));
  return records.find(isDone);
};

/** The line at which Codex's user reads what went wrong. */
const shownError = (run: CodexOutcome): string =>
  run.stderr
    .split('\n')
    .filter((line) => line.startsWith('ERROR: '))
    .join('\n');

beforeAll(async () => {
  for (const version of CODEX_VERSIONS) await ensureCodex(version);
});

describe.each(CODEX_VERSIONS)('the user of Codex %s reads', (version) => {
  const prompt = 'Reply with exactly ok and no punctuation.';

  it('which key is wrong, and under which id the log knows it', async () => {
    const { upstream, gateway } = await setUp(OK, { masterKey: MASTER_KEY });
    const run = await runCodex({
      version,
      prompt,
      args: NO_RETRIES,
      configToml: keyProvider(gateway.url),
      env: { OPENAI_API_KEY: 'sk-of-something-else' },
    });
    expect(run.code).toBe(1);
    const record = await lastRecord(gateway);
    expect(shownError(run)).toContain('401 Unauthorized: gomodel-ts: ');
    expect(shownError(run)).toContain('GOMODEL_MASTER_KEY');
    expect(shownError(run)).toContain(`request id: ${record?.id}`);
    expect(record).toMatchObject({
      status: 401,
      auth: 'rejected',
      error: { code: 'invalid_api_key', origin: 'client' },
    });
    expect(upstream.requests).toEqual([]);
  });

  it('the same beside a ChatGPT sign-in, at once: a 401 would hide it (CODEX.md)', async () => {
    const { upstream, gateway } = await setUp(OK, { masterKey: MASTER_KEY });
    const run = await runCodex({
      version,
      prompt,
      signIn: 'chatgpt',
      configToml: chatGptProvider(gateway.url),
      env: { GOMODEL_MASTER_KEY: 'wrong', OPENAI_BASE_URL: gateway.url },
    });
    expect(run.code).toBe(1);
    const record = await lastRecord(gateway);
    expect(shownError(run)).toContain('403 Forbidden: gomodel-ts: ');
    expect(shownError(run)).toContain('GOMODEL_MASTER_KEY');
    expect(shownError(run)).toContain(`request id: ${record?.id}`);
    expect(record).toMatchObject({ status: 403, auth: 'rejected', error: { code: 'invalid_api_key' } });
    const posts = await gateway.logs(() => true);
    expect(posts.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(upstream.requests).toEqual([]);
  });

  it.each([
    ['closes', { eventLimit: 6 }, 6],
    ['dies', { eventLimit: 6, finally: 'reset' }, 6],
    ['breaks off inside an event', { eventLimit: 6, extraBytes: 20 }, 6],
  ] as const)('after how many events the upstream %s', async (_title, cut, events) => {
    const { gateway } = await setUp({ kind: 'sse', events: STREAM, ...cut });
    const run = await runCodex({
      version,
      prompt,
      args: NO_RETRIES,
      configToml: keyProvider(gateway.url),
      env: { OPENAI_API_KEY: 'anything' },
    });
    expect(run.code).toBe(1);
    expect(shownError(run)).toMatch(new RegExp(`gomodel-ts: .*upstream.* ${events} events`));
    expect(await lastRecord(gateway)).toMatchObject({
      status: 200,
      response: { finish: 'truncated', events },
      error: { code: 'upstream_stream_truncated', origin: 'upstream' },
    });
  });

  it('which variable holds the key of the provider, where none is set', async () => {
    const { upstream, gateway } = await setUp(OK, { providerKey: null });
    expect(gateway.output().stderr).toContain('OPENAI_API_KEY');
    const run = await runCodex({
      version,
      prompt,
      args: NO_RETRIES,
      configToml: keyProvider(gateway.url),
      env: { OPENAI_API_KEY: 'anything' },
    });
    expect(run.code).toBe(1);
    expect(shownError(run)).toMatch(/503 Service Unavailable: gomodel-ts: .*OPENAI_API_KEY/);
    expect(await lastRecord(gateway)).toMatchObject({
      status: 503,
      error: { code: 'provider_not_configured', origin: 'gateway' },
    });
    expect(upstream.requests).toEqual([]);
  });

  it("the upstream's own error, word for word", async () => {
    const message = 'You exceeded your current quota, please check your plan.';
    const { gateway } = await setUp({
      kind: 'json',
      status: 400,
      body: { error: { message, type: 'insufficient_quota', code: 'insufficient_quota', param: null } },
    });
    const run = await runCodex({
      version,
      prompt,
      args: NO_RETRIES,
      configToml: keyProvider(gateway.url),
      env: { OPENAI_API_KEY: 'anything' },
    });
    expect(run.code).toBe(1);
    expect(shownError(run)).toContain(message);
    expect(await lastRecord(gateway)).toMatchObject({ status: 400, error: { origin: 'upstream' } });
  });
});
