import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayConfig } from '../../../src/config/load-config.ts';
import { anthropicSpec } from '../../../src/providers/specs/anthropic.ts';
import { openaiSpec } from '../../../src/providers/specs/openai.ts';
import { providerAt, withProviders } from '../../support/gateway/add-providers.ts';
import { composeGateway, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { translateToy } from '../../support/gateway/toy-translation.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';
import {
  type FrameScript,
  startWebSocketUpstream,
  type WebSocketUpstream,
} from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../../support/websocket/connect-client.ts';

const EVENTS = responsesStream([{ text: 'ok' }], { id: 'resp_1' });
const CREATE = { type: 'response.create', input: [{ type: 'message', role: 'user', content: 'hi' }] };
const FOREIGN = { ...CREATE, model: 'anthropic/claude-x', store: false };

let foreign: Upstream;
beforeEach(async () => {
  foreign = await startUpstream({ kind: 'sse', events: EVENTS });
  return () => foreign.close();
});

const compose = (url: string, more: Partial<GatewayConfig> = {}): Promise<RunningGateway> =>
  composeGateway(url, {
    translateInto: translateToy,
    configure: withProviders(
      [providerAt(anthropicSpec, foreign.url), providerAt(openaiSpec, foreign.url, { id: 'east' })],
      { aliases: new Map([['mine', { model: 'gpt-test', effort: 'low', fallbacks: [] }]]), ...more },
    ),
  });

const relaying = async (script: FrameScript): Promise<WebSocketUpstream> => {
  const upstream = await startWebSocketUpstream(script);
  onTestFinished(() => upstream.close());
  return upstream;
};

const answered: FrameScript = () => ({ kind: 'events', events: EVENTS });

describe('a connection whose requests name models of several providers', () => {
  it('is relayed while they are the default one’s, and bridged from the first other one on', async () => {
    const upstream = await relaying(answered);
    const gateway = await compose(upstream.url);
    const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
    client.send({ ...CREATE, model: 'gpt-test' });
    await client.answer();
    client.send(FOREIGN);
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
    expect(JSON.stringify(client.events)).toContain('"OK"');
    await upstream.connections[0]?.closed;
    client.send({ ...FOREIGN, model: 'east/gpt-5', previous_response_id: 'resp_1' });
    await client.answer();

    const [translated, native] = [await foreign.request(0), await foreign.request(1)];
    expect(translated.url).toBe('/v1/other/responses');
    expect(translated.headers).toMatchObject({ 'x-dialect': 'anthropic', 'x-api-key': 'key-of-anthropic' });
    // What was answered in translation is part of the conversation.
    expect(native.json()).toMatchObject({ model: 'gpt-5', input: [{}, { type: 'message' }, {}] });
    expect(await gateway.records()).toMatchObject([
      { websocketMode: 'relay', provider: 'openai', route: 'default' },
      {
        websocketMode: 'bridge',
        provider: 'anthropic',
        upstreamModel: 'claude-x',
        route: 'prefix',
        translation: { dialect: 'anthropic' },
        response: { finish: 'completed' },
      },
      { websocketMode: 'bridge', provider: 'east', upstreamModel: 'gpt-5', route: 'prefix' },
    ]);
  });

  it('is asked for the whole input where the response before was another provider’s', async () => {
    const upstream = await relaying(answered);
    const gateway = await composeGateway(upstream.url, {
      configure: withProviders([providerAt(anthropicSpec, foreign.url)]),
    });
    const client = await connectClient(gateway.v1);
    client.send({ ...CREATE, model: 'gpt-test' });
    await client.answer();
    for (const store of [true, false]) {
      client.send({ ...FOREIGN, store, previous_response_id: 'resp_1' });
      expect(await client.answer()).toMatchObject({ error: { code: 'previous_response_not_found' } });
    }
    expect(foreign.requests).toHaveLength(0);
  });

  it('is asked to connect anew while answers of the other provider run', async () => {
    const upstream = await relaying(() => ({ kind: 'silence' }));
    const gateway = await compose(upstream.url);
    const client = await connectClient(gateway.v1);
    client.send({ ...CREATE, model: 'gpt-test' });
    await upstream.frame(0);
    client.send(FOREIGN);
    // Permanent, so that Codex does not ask again.
    expect(await client.answer()).toMatchObject({
      status: 400,
      error: { code: 'websocket_connection_limit_reached' },
    });
    expect(upstream.frames).toHaveLength(1);
  });

  it('has an alias’s own model and effort in what is sent', async () => {
    const upstream = await startUpstream({ kind: 'sse', events: EVENTS });
    onTestFinished(() => upstream.close());
    const gateway = await compose(upstream.url);
    const client = await connectClient(gateway.v1);
    client.send({ ...CREATE, model: 'mine' });
    await client.answer();
    expect((await upstream.request(0)).json()).toMatchObject({
      model: 'gpt-test',
      reasoning: { effort: 'low' },
    });
  });

  it('is never relayed where the default provider speaks another API, or has no key', async () => {
    const upstream = await relaying(answered);
    for (const more of [{ defaultProvider: 'anthropic' }, {}]) {
      const gateway = await composeGateway(upstream.url, {
        translateInto: translateToy,
        env: { OPENAI_API_KEY: undefined, CHATGPT_LOGIN: 'replace' },
        configure: withProviders([providerAt(anthropicSpec, foreign.url)], more),
      });
      const client = await connectClient(gateway.v1);
      client.send(FOREIGN);
      expect(await client.answer()).toMatchObject({ type: 'response.completed' });
    }
    expect(upstream.connections).toHaveLength(0);
  });

  it('is told of a provider without a key where its model is asked for', async () => {
    const gateway = await composeGateway(foreign.url, {
      configure: withProviders([providerAt(anthropicSpec, foreign.url, { apiKey: undefined })]),
    });
    const client = await connectClient(gateway.v1);
    client.send(FOREIGN);
    expect(await client.answer()).toMatchObject({
      status: 400,
      error: { code: 'provider_not_configured', message: expect.stringContaining('ANTHROPIC_API_KEY') },
    });
    expect(await gateway.records()).toMatchObject([{ error: { code: 'provider_not_configured' } }]);
  });
});
