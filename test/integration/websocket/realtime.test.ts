import { once } from 'node:events';
import { createConnection as createPlainConnection } from 'node:net';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import {
  composeGateway,
  type GatewayOptions,
  MASTER_KEY,
  type RunningGateway,
  UPSTREAM_KEY,
} from '../../support/gateway/compose-gateway.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';
import { type RealtimeUpstream, startRealtimeUpstream } from '../../support/websocket/realtime-upstream.ts';

const MODEL = 'gpt-realtime';

type Options = GatewayOptions & { readonly double?: Parameters<typeof startRealtimeUpstream>[0] };

const start = async ({
  double,
  ...options
}: Options = {}): Promise<{
  upstream: RealtimeUpstream;
  gateway: RunningGateway;
}> => {
  const upstream = await startRealtimeUpstream(double);
  onTestFinished(() => upstream.close());
  return { upstream, gateway: await composeGateway(upstream.url, options) };
};

const addressOf = ({ v1 }: RunningGateway, query: string): string =>
  `${v1.replace(/^http/, 'ws')}/realtime${query}`;

interface Client {
  readonly ws: WebSocket;
  next(): Promise<{ readonly bytes: Buffer; readonly isBinary: boolean }>;
  /** Waits for a text message that contains this. */
  until(text: string): Promise<Buffer>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

const connect = async (
  url: string,
  protocols: string[] = [],
  headers: Record<string, string> = {},
): Promise<Client> => {
  const ws = new WebSocket(url, protocols, { headers });
  const waiting: { bytes: Buffer; isBinary: boolean }[] = [];
  ws.on('message', (data, isBinary) => {
    waiting.push({ bytes: data as Buffer, isBinary });
    ws.emit('kept');
  });
  const closed = once(ws, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  await once(ws, 'open');
  const next: Client['next'] = async () => {
    while (waiting.length === 0) await once(ws, 'kept');
    return waiting.shift() as { bytes: Buffer; isBinary: boolean };
  };
  return {
    ws,
    next,
    closed,
    until: async (text) => {
      for (;;) {
        const { bytes, isBinary } = await next();
        if (!isBinary && bytes.includes(text)) return bytes;
      }
    },
  };
};

/** How the gateway answers a handshake that it refuses. */
const refusalOf = async (
  url: string,
  protocols: string[] = [],
): Promise<{ status: number | undefined; body: string }> => {
  const ws = new WebSocket(url, protocols);
  ws.on('error', () => {});
  const [, response] = await once(ws, 'unexpected-response');
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, body };
};

describe('the Realtime API', () => {
  it("works with OpenAI's own client, and has one record for a connection", async () => {
    const { upstream, gateway } = await start();
    // It always speaks TLS; the gateway on loopback does not.
    const createConnection = () => createPlainConnection(gateway.port, '127.0.0.1');
    const client = new OpenAIRealtimeWS(
      { model: MODEL, options: { createConnection } },
      new OpenAI({ apiKey: 'any', baseURL: gateway.v1 }),
    );
    await new Promise((resolve) => client.once('session.created', resolve));
    const texts: string[] = [];
    client.on('response.output_text.delta', ({ delta }) => texts.push(delta));
    for (let answer = 0; answer < 2; answer++) {
      const done = new Promise((resolve) => client.once('response.done', resolve));
      client.send({ type: 'response.create' });
      await done;
    }
    client.close();
    await upstream.connections[0]?.closed;
    expect(texts).toEqual(['grün 😀', 'grün 😀']);
    expect(upstream.connections[0]).toMatchObject({
      url: `/v1/realtime?model=${MODEL}`,
      headers: { authorization: `Bearer ${UPSTREAM_KEY}` },
    });
    const [record, ...others] = await gateway.records();
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      transport: 'websocket',
      websocketMode: 'relay',
      status: 101,
      provider: 'openai',
      model: MODEL,
      requestedModel: MODEL,
      sentModel: MODEL,
      responseId: 'resp_2',
      usage: {
        ...{ inputTokens: 200, cachedInputTokens: 40, outputTokens: 100, totalTokens: 300 },
        ...{ inputAudioTokens: 120, cachedAudioTokens: 32, outputAudioTokens: 80 },
      },
      response: { finish: 'completed', events: 9, toolCalls: ['look_up', 'look_up'] },
    });
    const detail = await readExchange(gateway.dataDir, record?.id ?? '');
    const asked = String(detail?.requestBody?.bytes);
    expect(
      asked
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).type),
    ).toEqual(['response.create', 'response.create']);
    // Sound is left out of the log, and nothing else.
    const told = String(detail?.responseBody?.bytes);
    const types = told.match(/(?<="type":")(?:session|response)[\w.]+/g);
    const answer = ['response.created', 'response.output_text.delta', 'response.done'];
    expect(types).toEqual(['session.created', ...answer, ...answer]);
  });

  it('passes text and binary messages byte for byte, both ways', async () => {
    const { upstream, gateway } = await start({
      double: { onMessage: (ws, bytes, isBinary) => ws.send(bytes, { binary: isBinary }) },
    });
    const client = await connect(addressOf(gateway, `?model=${MODEL}`));
    await client.until('session.created');
    const said: [Buffer, boolean][] = [
      [Buffer.from('{ "type" : "input_audio_buffer.append", "n": 1.50e+10, "audio":"AA\\/==" }'), false],
      [Buffer.from([0, 255, 0xc3, 0x28, 10]), true],
      [Buffer.from('no JSON, grün 😀'), false],
      [Buffer.alloc(0), true],
      [Buffer.alloc(300_000, 7), true],
    ];
    for (const [bytes, isBinary] of said) client.ws.send(bytes, { binary: isBinary });
    for (const [bytes, isBinary] of said) {
      const heard = await client.next();
      expect(heard.isBinary).toBe(isBinary);
      expect(heard.bytes.equals(bytes)).toBe(true);
    }
    expect(upstream.connections[0]?.messages.map(({ isBinary }) => isBinary)).toEqual(
      said.map(([, isBinary]) => isBinary),
    );
  });

  it("agrees on the upstream's subprotocol, and keeps the key among them to itself", async () => {
    const { upstream, gateway } = await start({ env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
    const offered = ['realtime', `openai-insecure-api-key.${MASTER_KEY}`, 'openai-beta.realtime-v1'];
    const client = await connect(addressOf(gateway, `?model=${MODEL}`), offered);
    expect(client.ws.protocol).toBe('realtime');
    client.ws.close(1000);
    await client.closed;
    const headers = upstream.connections[0]?.headers;
    expect(headers?.['sec-websocket-protocol']).toBe('realtime,openai-beta.realtime-v1');
    expect(headers?.authorization).toBe(`Bearer ${UPSTREAM_KEY}`);
    expect(JSON.stringify(headers)).not.toContain(MASTER_KEY);
    const [record] = await gateway.records();
    expect(record?.auth).toBe('master_key');
    const detail = await readExchange(gateway.dataDir, record?.id ?? '');
    expect(JSON.stringify(detail?.requestHeaders)).not.toContain(MASTER_KEY);
  });

  it.each([
    ['a wrong key', ['realtime', 'openai-insecure-api-key.wrong'], 401, 'invalid_api_key'],
    ['no key', ['realtime'], 401, 'missing_api_key'],
  ])('is not for who has %s', async (_name, protocols, status, code) => {
    const { upstream, gateway } = await start({ env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
    const refusal = await refusalOf(addressOf(gateway, `?model=${MODEL}`), protocols);
    expect(refusal.status).toBe(status);
    expect(JSON.parse(refusal.body).error.code).toBe(code);
    expect(upstream.connections).toHaveLength(0);
  });

  it("keeps another provider's key that a client sends as a subprotocol out of the log", async () => {
    const { upstream, gateway } = await start();
    const client = await connect(addressOf(gateway, `?model=${MODEL}`), [
      'realtime',
      'openai-insecure-api-key.abc-of-somebody',
    ]);
    client.ws.close();
    await client.closed;
    const [record] = await gateway.records();
    const detail = await readExchange(gateway.dataDir, record?.id ?? '');
    expect(JSON.stringify([detail, upstream.connections[0]?.headers])).not.toContain('abc-of-somebody');
  });

  it.each([
    [1000, 'bye'],
    [1008, 'policy'],
    [4001, 'session_expired'],
  ])('closes with the code of the end that closed: %i', async (code, reason) => {
    const { upstream, gateway } = await start();
    const first = await connect(addressOf(gateway, `?model=${MODEL}`));
    first.ws.close(code, reason);
    expect(await upstream.connections[0]?.closed).toEqual({ code, reason });
    const second = await connect(addressOf(gateway, `?model=${MODEL}`));
    upstream.connections[1]?.ws.close(code, reason);
    expect(await second.closed).toEqual({ code, reason });
    const records = await gateway.records();
    const finishes = records.map(({ response }) => response.finish).sort();
    expect(finishes).toEqual(code === 1000 ? ['completed', 'completed'] : ['completed', 'truncated']);
  });

  it('says that the upstream was lost', async () => {
    const { upstream, gateway } = await start();
    const client = await connect(addressOf(gateway, `?model=${MODEL}`));
    upstream.connections[0]?.ws.terminate();
    expect((await client.closed).code).toBe(1011);
    expect(await gateway.records()).toMatchObject([
      { response: { finish: 'truncated' }, error: { code: 'upstream_stream_truncated' } },
    ]);
  });

  it('keeps what the upstream complained of before it left', async () => {
    const complaint = {
      type: 'error',
      error: { type: 'invalid_request_error', code: 'session_expired', message: 'over' },
    };
    const { gateway } = await start({
      double: {
        onMessage: (ws) => {
          ws.send(JSON.stringify(complaint));
          ws.close(1000);
        },
      },
    });
    const client = await connect(addressOf(gateway, `?model=${MODEL}`));
    client.ws.send('{"type":"session.update"}');
    await client.closed;
    expect(await gateway.records()).toMatchObject([
      {
        response: { finish: 'failed' },
        error: { origin: 'upstream', code: 'session_expired', message: 'over' },
      },
    ]);
  });

  it('goes where its model leads, under the name that it has there', async () => {
    const other = await startRealtimeUpstream();
    onTestFinished(() => other.close());
    const { upstream, gateway } = await start({ env: { XAI_API_KEY: 'xai-key', XAI_BASE_URL: other.url } });
    const client = await connect(addressOf(gateway, '?intent=x&model=xai%2Fgrok-voice&a=%20b'));
    client.ws.close();
    await client.closed;
    expect(upstream.connections).toHaveLength(0);
    expect(other.connections[0]).toMatchObject({
      url: '/v1/realtime?intent=x&model=grok-voice&a=%20b',
      headers: { authorization: 'Bearer xai-key' },
    });
    expect(await gateway.records()).toMatchObject([
      { provider: 'xai', requestedModel: 'xai/grok-voice', sentModel: 'grok-voice', route: 'prefix' },
    ]);
  });

  it('is refused in words where the provider has none', async () => {
    const anthropic = await startUpstream({ kind: 'json', body: {} });
    onTestFinished(() => anthropic.close());
    const { gateway } = await start({ env: { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: anthropic.url } });
    const refusal = await refusalOf(addressOf(gateway, '?model=anthropic/claude-x'));
    expect(refusal.status).toBe(400);
    expect(refusal.body).toContain('anthropic has no Realtime API');
    expect(await gateway.records()).toMatchObject([{ status: 400, error: { code: 'invalid_request' } }]);
  });

  it('hands on how its upstream refuses it', async () => {
    const { gateway } = await start({ double: { refuses: 404 } });
    const refusal = await refusalOf(addressOf(gateway, '?model=none'));
    expect(refusal).toEqual({ status: 404, body: expect.stringContaining('no such model here') });
    expect(await gateway.records()).toMatchObject([
      { status: 404, requestedModel: 'none', error: { origin: 'upstream', code: 'model_not_found' } },
    ]);
  });

  it.each(['bridge', 'relay', 'auto'])('is relayed with WEBSOCKETS=%s', async (setting) => {
    const { gateway } = await start({ env: { WEBSOCKETS: setting } });
    const client = await connect(addressOf(gateway, `?model=${MODEL}`));
    expect(String(await client.until('session.created'))).toContain('sess_1');
  });

  it('is closed when the gateway stops', async () => {
    const { upstream, gateway } = await start();
    const client = await connect(addressOf(gateway, `?model=${MODEL}`));
    await gateway.close(0);
    expect((await client.closed).code).toBe(1001);
    expect((await upstream.connections[0]?.closed)?.code).toBe(1001);
  });

  it('refuses a list of subprotocols that is none', async () => {
    const { gateway } = await start();
    const ws = new WebSocket(addressOf(gateway, `?model=${MODEL}`), {
      headers: { 'Sec-WebSocket-Protocol': 'a,,b' },
    });
    ws.on('error', () => {});
    const [, response] = await once(ws, 'unexpected-response');
    expect(response.statusCode).toBe(400);
    response.resume();
  });

  it('is refused beyond a rate limit, with a record and before its upstream hears anything', async () => {
    const { upstream, gateway } = await start({ env: { SET_RATE_LIMIT: 'rpm=1' } });
    const first = await connect(addressOf(gateway, `?model=${MODEL}`));
    await first.until('session.created');
    const second = await connect(addressOf(gateway, `?model=${MODEL}`));
    second.ws.send('{"type":"response.create"}');
    expect(String(await second.until('"error"'))).toContain('rate_limit_exceeded');
    expect((await second.closed).code).toBe(1008);
    await upstream.connections[1]?.closed;
    expect(upstream.connections[1]?.messages).toEqual([]);
    first.ws.close(1000);
    await first.closed;
    const records = await gateway.records();
    const refused = records.filter(({ error }) => error?.code === 'rate_limit_exceeded');
    expect(refused).toMatchObject([{ response: { finish: 'failed' } }]);
  });
});
