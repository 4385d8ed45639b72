import { describe, expect, it } from 'vitest';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { type CodexOutcome, runCodex } from '../support/codex/run-codex.ts';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer } from '../support/upstream/script.ts';
import { chatGptProvider, keyProvider, NO_RETRIES } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const STREAM = responsesStream([{ text: 'one two three four five six' }]);
const OK: Answer = { kind: 'sse', events: STREAM };

const stage = useStage();

/** The line at which Codex's user reads what went wrong. */
const shownError = (run: CodexOutcome): string =>
  run.stderr
    .split('\n')
    .filter((line) => line.startsWith('ERROR: '))
    .join('\n');

describe.each(CODEX_VERSIONS)('the user of Codex %s reads', (version) => {
  const prompt = 'Reply with exactly ok and no punctuation.';

  it('which key is wrong, and under which id the log knows it', async () => {
    const { upstream, gateway } = await stage.setUp(OK, { masterKey: MASTER_KEY });
    const run = await runCodex({
      version,
      prompt,
      args: NO_RETRIES,
      configToml: keyProvider(gateway.url),
      env: { OPENAI_API_KEY: 'sk-of-something-else' },
    });
    expect(run.code).toBe(1);
    const [record] = await endedRequests(gateway, 1);
    expect(shownError(run)).toContain('"message":"gomodel-ts: ');
    expect(shownError(run)).toContain('GOMODEL_MASTER_KEY');
    expect(shownError(run)).toContain(`"request_id":"${record?.id}"`);
    expect(record).toMatchObject({
      status: 400,
      auth: 'rejected',
      error: { code: 'invalid_api_key', origin: 'client' },
    });
    expect(upstream.requests).toEqual([]);
  });

  it('the same beside a ChatGPT sign-in, where a 401 would show a failed sign-in instead', async () => {
    const { upstream, gateway } = await stage.setUp(OK, { masterKey: MASTER_KEY });
    const run = await runCodex({
      version,
      prompt,
      signIn: 'chatgpt',
      args: NO_RETRIES,
      configToml: chatGptProvider(gateway.url),
      // 0.113.0 fetches its model catalog from the built-in provider's address.
      env: { GOMODEL_MASTER_KEY: 'wrong', OPENAI_BASE_URL: gateway.url },
    });
    expect(run.code).toBe(1);
    const [record] = await endedRequests(gateway, 1);
    expect(shownError(run)).toContain('"message":"gomodel-ts: ');
    expect(shownError(run)).toContain('GOMODEL_MASTER_KEY');
    expect(shownError(run)).toContain(`"request_id":"${record?.id}"`);
    expect(record).toMatchObject({ status: 400, auth: 'rejected', error: { code: 'invalid_api_key' } });
    expect(upstream.requests).toEqual([]);
  });

  it.each([
    ['closes', { eventLimit: 6 }, 6],
    ['dies', { eventLimit: 6, finally: 'reset' }, 6],
    ['breaks off inside an event', { eventLimit: 6, extraBytes: 20 }, 6],
  ] as const)('after how many events the upstream %s', async (_title, cut, events) => {
    const { gateway } = await stage.setUp({ kind: 'sse', events: STREAM, ...cut });
    const run = await runCodex({
      version,
      prompt,
      args: NO_RETRIES,
      configToml: keyProvider(gateway.url),
      env: { OPENAI_API_KEY: 'anything' },
    });
    expect(run.code).toBe(1);
    expect(shownError(run)).toMatch(new RegExp(`gomodel-ts: .* after ${events} events`));
    const [record] = await endedRequests(gateway, 1);
    expect(record).toMatchObject({
      status: 200,
      response: { finish: 'truncated', events },
      error: { code: 'upstream_stream_truncated', origin: 'upstream' },
    });
  });

  it('which variable holds the key of the provider, where none is set', async () => {
    const { upstream, gateway } = await stage.setUp(OK, { providerKey: null });
    expect(gateway.output().stderr).toContain('OPENAI_API_KEY');
    const run = await runCodex({
      version,
      prompt,
      args: NO_RETRIES,
      configToml: keyProvider(gateway.url),
      env: { OPENAI_API_KEY: 'anything' },
    });
    expect(run.code).toBe(1);
    expect(shownError(run)).toMatch(/"message":"gomodel-ts: .*OPENAI_API_KEY/);
    const [record] = await endedRequests(gateway, 1);
    expect(record).toMatchObject({
      status: 400,
      error: { code: 'provider_not_configured', origin: 'gateway' },
    });
    expect(upstream.requests).toEqual([]);
  });

  it("the upstream's own error, word for word", async () => {
    const message = 'You exceeded your current quota, please check your plan.';
    const { gateway } = await stage.setUp({
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
    const [record] = await endedRequests(gateway, 1);
    expect(record).toMatchObject({ status: 400, error: { origin: 'upstream' } });
  });
});
