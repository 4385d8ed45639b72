import { beforeEach, describe, expect, it } from 'vitest';
import { anthropicSpec } from '../../../src/providers/specs/anthropic.ts';
import { openaiSpec } from '../../../src/providers/specs/openai.ts';
import { providerAt, withProviders } from '../../support/gateway/add-providers.ts';
import {
  composeGateway,
  type GatewayOptions,
  type RunningGateway,
  UPSTREAM_KEY,
} from '../../support/gateway/compose-gateway.ts';
import { translateToy } from '../../support/gateway/toy-translation.ts';
import { encodeEvent, responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

const EVENTS = responsesStream([{ text: 'ok' }]);
const WHOLE = EVENTS.map(encodeEvent).join('');

let upstream: Upstream;
let east: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: EVENTS });
  east = await startUpstream({ kind: 'sse', events: EVENTS });
  return async () => {
    await upstream.close();
    await east.close();
  };
});

const post = (gateway: RunningGateway, body: string, headers: Record<string, string> = {}) =>
  fetch(`${gateway.v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

const composeWithEast = (options: GatewayOptions = {}): Promise<RunningGateway> =>
  composeGateway(upstream.url, {
    configure: withProviders(
      [
        providerAt(openaiSpec, east.url, {
          id: 'openai-east',
          models: [{ id: 'listed-there' }],
          headers: { 'openai-organization': 'org_of_the_gateway' },
        }),
      ],
      {
        aliases: new Map([['fast', { model: 'openai-east/gpt-mini', effort: 'low', fallbacks: [] }]]),
      },
    ),
    ...options,
  });

describe('a request goes by its model', () => {
  it('to the provider before the slash, with nothing changed but the model and whose key it is', async () => {
    const gateway = await composeWithEast();
    const body = '{ "model":"openai-east/gpt-5",\n "stream":true,"seed":12345678901234567890 }';
    const response = await post(gateway, body, { 'openai-organization': 'org_of_the_client' });
    expect(await response.text()).toBe(WHOLE);
    const seen = await east.request(0);
    expect(seen.body.toString()).toBe(body.replace('openai-east/gpt-5', 'gpt-5'));
    expect(seen.headers['content-length']).toBe(String(seen.body.length));
    expect(seen.headers.authorization).toBe('Bearer key-of-openai-east');
    expect(seen.headers['openai-organization']).toBe('org_of_the_gateway');
    expect(upstream.requests).toHaveLength(0);
    expect(await gateway.records()).toMatchObject([
      {
        provider: 'openai-east',
        upstream: new URL(east.url).host,
        upstreamModel: 'gpt-5',
        route: 'prefix',
        request: { bodyBytes: Buffer.byteLength(body) },
      },
    ]);
  });

  it('by an alias, with the effort that it sets', async () => {
    const gateway = await composeWithEast();
    await (await post(gateway, '{"model":"fast","reasoning":{"summary":"auto"}}')).text();
    const seen = await east.request(0);
    expect(seen.body.toString()).toBe('{"model":"gpt-mini","reasoning":{"summary":"auto","effort":"low"}}');
    expect(await gateway.records()).toMatchObject([{ route: 'alias', upstreamModel: 'gpt-mini' }]);
  });

  it('to the provider that lists it, byte for byte', async () => {
    const gateway = await composeWithEast();
    const body = '{"model":"listed-there" }';
    await (await post(gateway, body)).text();
    expect((await east.request(0)).body.toString()).toBe(body);
    const [record] = await gateway.records();
    expect(record).toMatchObject({ route: 'listed', provider: 'openai-east' });
    expect(record).not.toHaveProperty('upstreamModel');
  });

  it.each(['{"model":"unknown/gpt-9","input":[]}', '{"input":[]}'])(
    'to the default provider, byte for byte, where nothing says another one: %s',
    async (body) => {
      const gateway = await composeWithEast();
      await (await post(gateway, body)).text();
      const seen = await upstream.request(0);
      expect(seen.body.toString()).toBe(body);
      expect(seen.headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`);
      expect(east.requests).toHaveLength(0);
    },
  );

  it('to the default provider where a ChatGPT sign-in is no good for the model', async () => {
    const [own, chatgpt] = [
      await startUpstream({ kind: 'sse', events: EVENTS }),
      await startUpstream({ kind: 'sse', events: EVENTS }),
    ];
    const gateway = await composeGateway(own.url, {
      translateInto: translateToy,
      env: {
        OPENAI_API_KEY: undefined,
        ANTHROPIC_API_KEY: 'k',
        ANTHROPIC_BASE_URL: own.url,
        ANTHROPIC_MODELS: 'claude',
        CHATGPT_BASE_URL: chatgpt.url,
      },
    });
    const signIn = { authorization: 'Bearer a.b.c', 'chatgpt-account-id': 'acc_1' };
    await (await post(gateway, '{"model":"claude"}', signIn)).text();
    await (await post(gateway, '{"model":"gpt-5"}', signIn)).text();
    expect((await gateway.records()).map(({ provider }) => provider)).toEqual(['anthropic', 'chatgpt']);
    await Promise.all([own.close(), chatgpt.close()]);
  });

  it('to another provider even where a ChatGPT sign-in pays for the default one', async () => {
    const chatgpt = await startUpstream({ kind: 'sse', events: EVENTS });
    const gateway = await composeWithEast({
      env: { CHATGPT_LOGIN: 'passthrough', CHATGPT_BASE_URL: chatgpt.url },
    });
    const signIn = { authorization: 'Bearer a.b.c', 'chatgpt-account-id': 'acc_1' };
    await (await post(gateway, '{"model":"openai-east/gpt-5"}', signIn)).text();
    await (await post(gateway, '{"model":"gpt-5"}', signIn)).text();
    expect((await east.request(0)).headers.authorization).toBe('Bearer key-of-openai-east');
    expect((await chatgpt.request(0)).headers.authorization).toBe('Bearer a.b.c');
    await chatgpt.close();
  });

  it('is refused with the variable to set where that provider has no key', async () => {
    const gateway = await composeGateway(upstream.url, {
      configure: withProviders([providerAt(anthropicSpec, east.url, { apiKey: undefined })]),
    });
    const response = await post(gateway, '{"model":"anthropic/claude-x"}');
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('ANTHROPIC_API_KEY');
    expect(await gateway.records()).toMatchObject([{ error: { code: 'provider_not_configured' } }]);
  });
});

const composeTranslating = (): Promise<RunningGateway> =>
  composeGateway(upstream.url, {
    translateInto: translateToy,
    configure: withProviders([providerAt(anthropicSpec, east.url)]),
  });

describe('a request to a provider of another API', () => {
  it('is put in that API, with its key and none of what the client says of itself', async () => {
    const gateway = await composeTranslating();
    const body = '{"model":"anthropic/claude-x","stream":true}';
    const response = await post(gateway, body, {
      authorization: 'Bearer of-the-client',
      'x-codex-turn-metadata': '{"workspaces":[]}',
      'user-agent': 'codex_exec/1',
    });
    expect(await response.text()).toBe(WHOLE.replaceAll('"ok"', '"OK"'));
    expect(response.headers.get('x-gomodel-translation')).toBe('anthropic; lost="web_search tool"');
    const seen = await east.request(0);
    expect(seen.url).toBe('/v1/other/responses');
    expect(seen.body.toString()).toBe(`claude-x: ${body}`);
    expect(seen.headers).toMatchObject({
      'x-dialect': 'anthropic',
      'x-api-key': 'key-of-anthropic',
      'user-agent': 'codex_exec/1',
      'content-length': String(seen.body.length),
    });
    expect(seen.headers).not.toHaveProperty('authorization');
    expect(seen.headers).not.toHaveProperty('x-codex-turn-metadata');
    expect(await gateway.records()).toMatchObject([
      {
        provider: 'anthropic',
        upstreamModel: 'claude-x',
        translation: { dialect: 'anthropic', losses: ['web_search tool'] },
        response: { finish: 'completed', events: EVENTS.length },
        usage: { inputTokens: 1200 },
      },
    ]);
  });

  it('tells of an answer that was cut off as of any other', async () => {
    east.play({ kind: 'sse', events: EVENTS, eventLimit: 3, finally: 'reset' });
    const gateway = await composeTranslating();
    const text = await (await post(gateway, '{"model":"anthropic/claude-x","stream":true}')).text();
    expect(text).toContain('response.failed');
    expect(await gateway.records()).toMatchObject([
      { response: { finish: 'truncated' }, error: { origin: 'upstream', code: 'upstream_stream_truncated' } },
    ]);
  });

  it('passes a refusal on with its status', async () => {
    east.play({
      kind: 'json',
      status: 429,
      body: { error: { message: 'ok' } },
      headers: { 'retry-after': '7' },
    });
    const gateway = await composeTranslating();
    const response = await post(gateway, '{"model":"anthropic/claude-x"}');
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('x-gomodel-error-origin')).toBe('upstream');
    expect(await response.json()).toEqual({ error: { message: 'OK' } });
  });

  it('ends at the provider when the client leaves, before an answer and in its midst', async () => {
    const gateway = await composeTranslating();
    for (const answer of [
      { kind: 'hang' } as const,
      { kind: 'sse', events: EVENTS, eventLimit: 2, finally: 'hang' } as const,
    ]) {
      east.play(answer);
      const index = east.requests.length;
      const leaving = new AbortController();
      const asked = fetch(`${gateway.v1}/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"model":"anthropic/claude-x","stream":true}',
        signal: leaving.signal,
      });
      const seen = await east.request(index);
      if (answer.kind === 'sse') await asked;
      leaving.abort();
      await asked.then((response) => response.text()).catch(() => undefined);
      expect(await seen.closed).toMatchObject({ aborted: true });
    }
    expect(await gateway.records()).toMatchObject([
      { response: { finish: 'aborted' } },
      { response: { finish: 'aborted' } },
    ]);
  });

  it('is told of a provider that cannot be reached', async () => {
    await east.close();
    const gateway = await composeTranslating();
    const response = await post(gateway, '{"model":"anthropic/claude-x"}');
    expect(response.status).toBe(502);
    expect(await gateway.records()).toMatchObject([
      { status: 502, provider: 'anthropic', error: { origin: 'network', code: 'upstream_unreachable' } },
    ]);
  });

  it('is told that the gateway stops', async () => {
    east.play({ kind: 'hang' });
    const gateway = await composeTranslating();
    const asked = post(gateway, '{"model":"anthropic/claude-x"}');
    await east.request(0);
    await gateway.close(0);
    const response = await asked;
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('shutting_down');
  });

  it('must name a model', async () => {
    const gateway = await composeGateway(upstream.url, {
      translateInto: translateToy,
      configure: withProviders([providerAt(anthropicSpec, east.url)], { defaultProvider: 'anthropic' }),
    });
    const response = await post(gateway, '{"input":"hi"}');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', param: 'model' } });
    expect(east.requests).toHaveLength(0);
  });
});
