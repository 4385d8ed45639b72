import { beforeEach, describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../src/config/load-config.ts';
import type { FailoverConfig } from '../../../src/config/providers/failover.ts';
import type { ModelAlias } from '../../../src/providers/route-model.ts';
import { anthropicSpec } from '../../../src/providers/specs/anthropic.ts';
import { openaiSpec } from '../../../src/providers/specs/openai.ts';
import { providerAt, withProviders } from '../../support/gateway/add-providers.ts';
import { composeGateway, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { MESSAGES_EVENTS } from '../../support/streams/sample-streams.ts';
import { encodeEvent, responsesStream } from '../../support/upstream/responses-stream.ts';
import type { Answer } from '../../support/upstream/script.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';
import { connectClient } from '../../support/websocket/connect-client.ts';

const EVENTS = responsesStream([{ text: 'ok' }]);
const OK: Answer = { kind: 'sse', events: EVENTS };
const failing = (status: number, headers: Record<string, string> = {}): Answer => ({
  kind: 'json',
  status,
  headers,
  body: { error: { message: `sorry ${status}`, type: 'server_error', code: 'busy' } },
});

let first: Upstream;
let second: Upstream;
beforeEach(async () => {
  first = await startUpstream(OK);
  second = await startUpstream(OK);
  return async () => {
    await first.close();
    await second.close();
  };
});

const QUICK: FailoverConfig = {
  attempts: 3,
  initialBackoffMs: 1,
  maxBackoffMs: 200,
  breaker: { failures: 0, pauseMs: 60_000 },
};

const compose = (failover: Partial<FailoverConfig> = {}, alias?: ModelAlias): Promise<RunningGateway> => {
  const more: Partial<GatewayConfig> = {
    failover: { ...QUICK, ...failover },
    aliases: new Map(alias ? [['mine', alias]] : []),
  };
  const others = [
    providerAt(openaiSpec, second.url, { id: 'east' }),
    providerAt(anthropicSpec, second.url),
    providerAt(openaiSpec, second.url, { id: 'keyless', apiKey: undefined }),
  ];
  return composeGateway(first.url, { configure: withProviders(others, more) });
};

const post = (gateway: RunningGateway, model = 'gpt-test', signal?: AbortSignal) =>
  fetch(`${gateway.v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream: true, input: 'hi' }),
    ...(signal && { signal }),
  });

const FALLBACK: ModelAlias = { model: 'gpt-test', fallbacks: ['east/gpt-other'] };

describe('a provider that fails before its answer begins', () => {
  it.each([408, 429, 500, 503])('with %i is asked again', async (status) => {
    first.play([failing(status), failing(status), OK]);
    const gateway = await compose();
    expect(await (await post(gateway)).text()).toBe(EVENTS.map(encodeEvent).join(''));
    const [record] = await gateway.records();
    expect(record).toMatchObject({
      status: 200,
      response: { finish: 'completed' },
      attempts: [
        { provider: 'openai', model: 'gpt-test', status, error: { origin: 'upstream', code: 'busy' } },
        { status },
        { status: 200 },
      ],
    });
    expect(record).not.toHaveProperty('error');
  });

  it('by dropping the connection is asked again, with the same bytes', async () => {
    first.play([{ kind: 'reset' }, OK]);
    const gateway = await compose();
    await (await post(gateway)).text();
    expect(first.requests[1]?.sha256).toBe(first.requests[0]?.sha256);
    expect(await gateway.records()).toMatchObject([
      { attempts: [{ error: { origin: 'upstream', code: 'upstream_unreachable' } }, { status: 200 }] },
    ]);
  });

  it.each([400, 401, 403, 404])('with %i is believed', async (status) => {
    first.play(failing(status));
    const gateway = await compose();
    const response = await post(gateway);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { message: `sorry ${status}` } });
    expect(first.requests).toHaveLength(1);
    expect((await gateway.records())[0]).not.toHaveProperty('attempts');
  });

  it('once its answer has begun is never asked again', async () => {
    first.play([{ ...OK, eventLimit: 2, finally: 'reset' }, OK]);
    const gateway = await compose();
    expect(await (await post(gateway)).text()).toContain('response.failed');
    expect(first.requests).toHaveLength(1);
  });

  it('is asked once where nothing else is configured, and passed on byte for byte', async () => {
    first.play(failing(503));
    const gateway = await compose({ attempts: 1 });
    const response = await post(gateway);
    expect([response.status, first.requests.length]).toEqual([503, 1]);
    expect(await response.json()).toEqual({
      error: { message: 'sorry 503', type: 'server_error', code: 'busy' },
    });
  });

  it('and asks for more time than there is gets none, and its answer is passed on whole', async () => {
    first.play(failing(429, { 'retry-after': '30', 'x-ratelimit-limit': '7' }));
    const gateway = await compose();
    const response = await post(gateway);
    expect([response.status, first.requests.length]).toEqual([429, 1]);
    expect(response.headers.get('retry-after')).toBe('30');
    expect(response.headers.get('x-ratelimit-limit')).toBe('7');
    expect(await response.json()).toMatchObject({ error: { message: 'sorry 429' } });
  });

  const inWords = (message: string): Answer => ({ kind: 'json', status: 429, body: { error: { message } } });
  it.each([
    ['retry-after-ms', failing(429, { 'retry-after-ms': '150' })],
    ['its message', inWords('Quota exceeded. Please retry in 0.15 s.')],
    ['its message, as OpenAI', inWords('Rate limit reached. Please try again in 150ms. Visit …')],
  ])('is waited for as long as it asks, in %s', async (_where, answer) => {
    first.play([answer, OK]);
    const gateway = await compose();
    await (await post(gateway)).text();
    const [one, two] = first.requests;
    expect((two?.headAtMs ?? 0) - (one?.headAtMs ?? 0)).toBeGreaterThanOrEqual(149);
  });

  it('and asks in its message for more time than there is gets none', async () => {
    first.play(inWords('Please retry in 59.3s.'));
    const gateway = await compose();
    expect((await post(gateway)).status).toBe(429);
    expect(first.requests).toHaveLength(1);
  });
});

describe('an alias with fallbacks', () => {
  it('goes on at the next provider, by its name of the model, and says so', async () => {
    first.play(failing(500));
    const gateway = await compose({ attempts: 2 }, FALLBACK);
    await (await post(gateway, 'mine')).text();
    expect(first.requests.map((request) => request.json().model)).toEqual(['gpt-test', 'gpt-test']);
    expect((await second.request(0)).json()).toMatchObject({ model: 'gpt-other' });
    expect(second.requests[0]?.headers.authorization).toBe('Bearer key-of-east');
    expect(await gateway.records()).toMatchObject([
      {
        provider: 'east',
        upstreamModel: 'gpt-other',
        attempts: [{ provider: 'openai' }, { provider: 'openai' }, { provider: 'east', model: 'gpt-other' }],
      },
    ]);
  });

  it('translates for a provider of another API, even where each is asked once', async () => {
    await first.close();
    second.play({
      kind: 'bytes',
      body: Buffer.from(MESSAGES_EVENTS.join('')),
      headers: { 'content-type': 'text/event-stream' },
    });
    const gateway = await compose({ attempts: 1 }, { model: 'gpt-test', fallbacks: ['anthropic/claude-x'] });
    const response = await post(gateway, 'mine');
    expect(response.headers.get('x-gomodel-translation')).toMatch(/^anthropic/);
    expect(await response.text()).toContain('response.completed');
    expect((await second.request(0)).url).toBe('/v1/messages');
    expect(await gateway.records()).toMatchObject([
      { provider: 'anthropic', translation: { dialect: 'anthropic' }, response: { finish: 'completed' } },
    ]);
  });

  it('passes over a provider without a key', async () => {
    const gateway = await compose({}, { model: 'keyless/gpt', fallbacks: ['gpt-test'] });
    expect(await (await post(gateway, 'mine')).text()).toContain('response.completed');
    expect(await gateway.records()).toMatchObject([
      { attempts: [{ provider: 'keyless', error: { code: 'provider_not_configured' } }, { status: 200 }] },
    ]);
  });

  it('tells of all attempts where none was answered, with the last one’s status', async () => {
    first.play(failing(500));
    second.play(failing(429, { 'retry-after': '60' }));
    const gateway = await compose({ attempts: 2 }, FALLBACK);
    const response = await post(gateway, 'mine');
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('60');
    expect(await response.json()).toMatchObject({
      error: {
        code: 'attempts_failed',
        message:
          'gomodel-ts: no attempt was answered. openai/gpt-test: 500, sorry 500; east/gpt-other: 429, sorry 429',
      },
    });
    expect(await gateway.records()).toMatchObject([
      { status: 429, error: { origin: 'upstream', code: 'attempts_failed' }, response: { finish: 'failed' } },
    ]);
  });

  it('serves a WebSocket as well', async () => {
    first.play(failing(500));
    const gateway = await compose({ attempts: 1 }, FALLBACK);
    const client = await connectClient(gateway.v1);
    client.send({ type: 'response.create', model: 'mine', input: [], store: false });
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
    expect((await gateway.records()).at(-1)).toMatchObject({
      websocketMode: 'bridge',
      provider: 'east',
      attempts: [
        { provider: 'openai', status: 500 },
        { provider: 'east', status: 200 },
      ],
    });
  });
});

it('is asked nothing more once the client has left', async () => {
  first.play(failing(500));
  const gateway = await compose({ attempts: 10, initialBackoffMs: 30_000, maxBackoffMs: 30_000 });
  const leaving = new AbortController();
  const asked = post(gateway, 'gpt-test', leaving.signal).catch(() => undefined);
  await (await first.request(0)).closed;
  leaving.abort();
  await asked;
  expect(await gateway.records()).toMatchObject([{ response: { finish: 'aborted' } }]);
  expect(first.requests).toHaveLength(1);
});

it('leaves a provider alone that has failed too often in a row, until a while has passed', async () => {
  first.play(failing(500));
  const gateway = await compose({ attempts: 1, breaker: { failures: 2, pauseMs: 60_000 } }, FALLBACK);
  for (let count = 0; count < 4; count++) await (await post(gateway, 'mine')).text();
  expect([first.requests.length, second.requests.length]).toEqual([2, 4]);
  expect((await gateway.records()).at(-1)).toMatchObject({
    attempts: [{ provider: 'openai', error: { code: 'breaker_open' } }, { provider: 'east' }],
  });
});

it('does not take a used-up quota for an outage', async () => {
  first.play(failing(429));
  const gateway = await compose({ attempts: 1, breaker: { failures: 2, pauseMs: 60_000 } }, FALLBACK);
  for (let count = 0; count < 4; count++) await (await post(gateway, 'mine')).text();
  expect(first.requests).toHaveLength(4);
});

it('lets one request try a provider again when its rest is over', async () => {
  first.play([failing(500), failing(500), OK]);
  const gateway = await compose({ attempts: 1, breaker: { failures: 2, pauseMs: 1 } }, FALLBACK);
  for (let count = 0; count < 2; count++) await (await post(gateway, 'mine')).text();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await (await post(gateway, 'mine')).text();
  expect([first.requests.length, second.requests.length]).toEqual([3, 2]);
});
