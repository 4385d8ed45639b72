import { describe, expect, it, onTestFinished } from 'vitest';
import { readConversation } from '../../../src/conversation/read-conversation.ts';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import {
  composeGateway,
  type GatewayOptions,
  type RunningGateway,
} from '../../support/gateway/compose-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import {
  type FrameScript,
  startWebSocketUpstream,
  type WebSocketUpstream,
} from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient, type TestClient } from '../../support/websocket/connect-client.ts';

const EVENTS = responsesStream([{ reasoning: 'sealed' }, { text: 'ok' }], { id: 'resp_1' });
const answered: FrameScript = () => ({ kind: 'events', events: EVENTS });
const CREATE = { type: 'response.create', model: 'gpt-test', input: [], store: false };

interface Stage {
  readonly upstream: WebSocketUpstream;
  readonly gateway: RunningGateway;
  readonly client: TestClient;
}

const relay = async (script: FrameScript = answered, options?: GatewayOptions): Promise<Stage> => {
  const upstream = await startWebSocketUpstream(script, { headers: { 'x-request-id': 'req_upstream' } });
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url, options);
  return { upstream, gateway, client: await connectClient(gateway.v1, { headers: CODEX_HEADERS }) };
};

describe('a relayed connection', () => {
  it('passes messages byte for byte, both ways, whatever they are', async () => {
    const said = [
      '{ "type" : "response.create", "n": 1.50e+10, "e":"\\u00e9\\/", "big":12345678901234567890, "dup":1, "dup":2 }',
      '{"type":"response.steer","input":[ ]}',
      '{"type":"response.interrupt","response_id":"r","mode":"discard_partial_items"}',
      'no JSON at all, grün 😀',
      '',
      '[]',
      '{"type":"response.create","stream_id":"not a lane!"}',
    ];
    const told = [
      '{ "type" : "response.completed", "response":{"id":"r" , "n":1.0} }',
      'nonsense 😀',
      '{"type":"codex.rate_limits"}',
    ];
    const { upstream, client } = await relay(() => ({
      kind: 'events',
      events: told.map((text) => Buffer.from(text)),
    }));
    const frames: string[] = [];
    client.ws.removeAllListeners('message');
    client.ws.on('message', (data) => frames.push(String(data)));
    for (const text of said) client.send(text);
    await upstream.frame(said.length - 1);
    expect(upstream.frames.map(({ bytes }) => bytes.toString())).toEqual(said);
    while (frames.length < said.length * told.length) await new Promise((resolve) => setImmediate(resolve));
    expect(frames).toEqual(said.flatMap(() => told));
  });

  it('passes binary messages of the upstream on as such', async () => {
    const { upstream, client } = await relay();
    const [connection] = upstream.connections;
    client.ws.removeAllListeners('message');
    const received = new Promise((resolve) =>
      client.ws.once('message', (data, isBinary) => resolve([data, isBinary])),
    );
    connection?.ws.send(Buffer.from([0xff, 0x00]));
    expect(await received).toEqual([Buffer.from([0xff, 0x00]), true]);
  });

  it('has one exchange for each request in the log, with what was asked and answered', async () => {
    const rateLimits = { type: 'codex.rate_limits', rate_limits: { primary: { used_percent: 55 } } };
    const { gateway, client } = await relay(() => ({ kind: 'events', events: [rateLimits, ...EVENTS] }));
    const metadata = { 'x-codex-turn-metadata': '{"turn_id":"turn-1"}' };
    for (const text of ['one', 'two']) {
      client.send({ ...CREATE, input: text, client_metadata: metadata, previous_response_id: 'resp_0' });
      await client.answer();
    }
    client.ws.close();
    const records = await gateway.records();
    expect(records).toHaveLength(2);
    expect(records[1]).toMatchObject({
      method: 'GET',
      path: '/v1/responses',
      transport: 'websocket',
      websocketMode: 'relay',
      status: 200,
      model: 'gpt-test',
      provider: 'openai',
      upstreamRequestId: 'req_upstream',
      previousResponseId: 'resp_0',
      responseId: 'resp_1',
      client: { name: 'codex_exec', version: '0.169.0', turnId: 'turn-1' },
      response: { finish: 'completed', events: EVENTS.length + 1 },
      usage: { totalTokens: 1280 },
      quota: { primary: { usedPercent: 55 } },
    });
    const detail = await readExchange(gateway.dataDir, records[1]?.id ?? '');
    if (!detail) throw new Error('the log does not know it');
    expect(detail.requestBody?.bytes.toString()).toContain('"input":"two"');
    const conversation = await readConversation(detail);
    expect(JSON.stringify(conversation.output)).toContain('ok');
    expect(JSON.stringify(conversation.items)).toContain('two');
  });

  it('writes the request into the log before the upstream has it', async () => {
    let open: number | undefined;
    const { gateway, client } = await relay(() => {
      open = gateway.recorder.active.size;
      return { kind: 'events', events: EVENTS };
    });
    client.send(CREATE);
    await client.answer();
    expect(open).toBe(1);
  });

  it('knows a refusal of the upstream for the end of its request', async () => {
    const refusal = {
      type: 'error',
      status: 429,
      error: { type: 'usage_limit_reached', code: 'usage_limit', message: 'come back later' },
    };
    const { gateway, client } = await relay(() => ({ kind: 'events', events: [refusal] }));
    client.send(CREATE);
    expect(await client.answer()).toEqual(refusal);
    client.ws.close();
    expect(await gateway.records()).toMatchObject([
      {
        status: 429,
        response: { finish: 'failed', events: 1 },
        error: { origin: 'upstream', code: 'usage_limit', message: 'come back later' },
      },
    ]);
  });

  it('tells answers in lanes apart', async () => {
    const inLane = (stream_id: string, events: readonly object[]) =>
      events.map((event) => ({ stream_id, ...event }));
    const waiting: object[] = [];
    const { gateway, client } = await relay((frame) => {
      const lane = String(frame.json().stream_id);
      const [first, ...rest] = inLane(lane, responsesStream([{ text: lane }], { id: `resp_${lane}` }));
      waiting.push(...rest);
      return {
        kind: 'events',
        events: lane === 'b' ? [first ?? {}, ...waiting.toReversed()] : [first ?? {}],
      };
    });
    client.send({ ...CREATE, stream_id: 'a', previous_response_id: 'before_a' });
    client.send({ ...CREATE, stream_id: 'b', previous_response_id: 'before_b' });
    await client.answer();
    await client.answer();
    client.ws.close();
    const records = await gateway.records();
    const found = records.map(({ previousResponseId, responseId }) => `${previousResponseId} ${responseId}`);
    expect(found.sort()).toEqual(['before_a resp_a', 'before_b resp_b']);
  });

  it('refuses what would be too much at a time, without the upstream', async () => {
    const { upstream, gateway, client } = await relay(() => ({ kind: 'silence' }));
    for (let count = 0; count < 129; count++) client.send(CREATE);
    expect(await client.answer()).toMatchObject({
      type: 'error',
      status: 400,
      error: { code: 'invalid_request' },
    });
    await upstream.frame(127);
    expect(upstream.frames).toHaveLength(128);
    client.ws.terminate();
    expect(await gateway.records()).toHaveLength(129);
  });
});

describe('the end of a relayed connection', () => {
  it.each([
    [1000, 'done', { code: 1000, reason: 'done' }],
    [1011, 'of the upstream', { code: 1011, reason: 'of the upstream' }],
    [4321, '', { code: 4321, reason: '' }],
  ])('with code %i by the upstream is told to the client as it is', async (code, reason, expected) => {
    const { gateway, client } = await relay(() => ({ kind: 'close', code, reason }));
    client.send(CREATE);
    expect(await client.closed).toEqual(expected);
    expect(await gateway.records()).toMatchObject([
      {
        response: { finish: 'truncated' },
        error: {
          origin: 'upstream',
          code: 'upstream_stream_truncated',
          message: expect.stringContaining(`(${code}`),
        },
      },
    ]);
  });

  it('by a loss of the upstream is told with a code that may be told', async () => {
    const { gateway, client } = await relay(() => ({ kind: 'reset' }));
    client.send(CREATE);
    expect(await client.closed).toMatchObject({ code: 1011 });
    expect(await gateway.records()).toMatchObject([{ response: { finish: 'truncated' } }]);
  });

  it('by the client is told to the upstream, with what ran as aborted', async () => {
    const { upstream, gateway, client } = await relay(() => ({ kind: 'silence' }));
    client.send(CREATE);
    await upstream.frame(0);
    client.ws.close(4000, 'enough');
    expect(await upstream.connections[0]?.closed).toMatchObject({ code: 4000, reason: 'enough' });
    expect(await gateway.records()).toMatchObject([{ response: { finish: 'aborted' } }]);
  });

  it('by a loss of the client ends the upstream as well', async () => {
    const { upstream, client } = await relay(() => ({ kind: 'silence' }));
    client.send(CREATE);
    await upstream.frame(0);
    client.ws.terminate();
    expect(await upstream.connections[0]?.closed).toMatchObject({ code: 1005 });
  });

  it('comes where the upstream no longer answers a ping', async () => {
    const { upstream, client } = await relay(answered, { timeouts: { heartbeatMs: 200 } });
    upstream.connections[0]?.ws.pause();
    expect(await client.closed).toMatchObject({ code: 1011 });
  });
});
