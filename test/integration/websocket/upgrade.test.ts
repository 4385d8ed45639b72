import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  composeGateway,
  type GatewayOptions,
  MASTER_KEY,
  UPSTREAM_KEY,
} from '../../support/gateway/compose-gateway.ts';
import { openRaw, readToEnd } from '../../support/gateway/send-raw.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';
import { startWebSocketUpstream, type WebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../../support/websocket/connect-client.ts';

const EVENTS = responsesStream([{ text: 'ok' }]);
const CREATE = { type: 'response.create', model: 'gpt-test', input: [], store: false };

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: EVENTS });
  return () => upstream.close();
});

const startRelayUpstream = async (
  headers: Readonly<Record<string, string>> = {},
  compresses = false,
): Promise<WebSocketUpstream> => {
  const relayed = await startWebSocketUpstream(() => ({ kind: 'events', events: EVENTS }), {
    headers,
    compresses,
  });
  onTestFinished(() => relayed.close());
  return relayed;
};

interface Raw {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Asks for an upgrade and reads the whole answer, which must end with the connection. */
const upgrade = async (
  port: number,
  { method = 'GET', target = '/v1/responses', headers = {} }: Raw = {},
) => {
  const lines = Object.entries({
    host: `localhost:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  const socket = await openRaw(port, `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  const answer = await readToEnd(socket);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return {
    status: Number(head.split(' ')[1]),
    headers: new Headers(
      head
        .split('\r\n')
        .slice(1)
        .map((line): [string, string] => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon), line.slice(colon + 1).trim()];
        }),
    ),
    body,
  };
};

describe('an upgrade that is refused', () => {
  const guarded: GatewayOptions = { env: { GOMODEL_MASTER_KEY: MASTER_KEY } };
  const chatGpt = { 'chatgpt-account-id': 'a', authorization: 'Bearer eyJ.chatgpt.token' };

  it.each<[string, GatewayOptions, Raw, number, string]>([
    ['without a key', guarded, {}, 401, 'missing_api_key'],
    ['with a wrong key', guarded, { headers: { authorization: 'Bearer no' } }, 401, 'invalid_api_key'],
    ['beside a ChatGPT sign-in alone', guarded, { headers: chatGpt }, 403, 'missing_api_key'],
    [
      'by Codex with a wrong key',
      guarded,
      { headers: { ...CODEX_HEADERS, authorization: 'Bearer no' } },
      426,
      'invalid_api_key',
    ],
    ['from a foreign page', {}, { headers: { origin: 'https://evil.example' } }, 403, 'forbidden_origin'],
    ['under a foreign name', {}, { headers: { host: 'rebound.example' } }, 403, 'forbidden_origin'],
    ['where nothing is served', {}, { target: '/nothing' }, 404, 'unknown_route'],
    ['by way of dot segments', {}, { target: '/v1/../v1/responses' }, 404, 'unknown_route'],
    ['where HTTP alone is served', {}, { target: '/v1/chat/completions' }, 426, 'websocket_not_supported'],
    ['below a response', {}, { target: '/v1/responses/resp_1' }, 426, 'websocket_not_supported'],
    [
      'to another protocol first',
      {},
      { headers: { upgrade: 'h2c, websocket' } },
      426,
      'websocket_not_supported',
    ],
    ['in an old version', {}, { headers: { 'sec-websocket-version': '8' } }, 426, 'websocket_not_supported'],
    ['without a handshake key', {}, { headers: { 'sec-websocket-key': undefined } }, 400, 'invalid_request'],
    ['by POST', {}, { method: 'POST' }, 400, 'invalid_request'],
    [
      'with a malformed extension',
      { env: { WEBSOCKETS: 'bridge' } },
      { headers: { 'sec-websocket-extensions': ';;' } },
      400,
      'invalid_request',
    ],
    [
      'with a malformed extension, once the upstream is asked',
      {},
      { headers: { 'sec-websocket-extensions': ';;' } },
      400,
      'invalid_request',
    ],
    [
      'where no key pays',
      { env: { OPENAI_API_KEY: undefined, CHATGPT_LOGIN: 'replace' } },
      {},
      503,
      'provider_not_configured',
    ],
    ['where WebSocket is off', { env: { WEBSOCKETS: 'off' } }, {}, 426, 'websocket_not_supported'],
    ['where only a relay is wanted', { env: { WEBSOCKETS: 'relay' } }, {}, 426, 'websocket_not_supported'],
  ])('%s is answered in HTTP, and has a record', async (_name, options, raw, status, code) => {
    const gateway = await composeGateway(upstream.url, options);
    const answer = await upgrade(gateway.port, raw);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: { code, message: expect.stringMatching(/^gomodel-ts: .+/) },
    });
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(upstream.requests).toHaveLength(0);
    const isOfAKey = code.endsWith('_api_key');
    expect(await gateway.records()).toMatchObject([
      {
        id: answer.headers.get('x-request-id'),
        method: raw.method ?? 'GET',
        path: raw.target ?? '/v1/responses',
        transport: 'websocket',
        status,
        ...(isOfAKey && { auth: 'rejected' }),
        error: { code, origin: answer.headers.get('x-gomodel-error-origin') },
        response: { finish: 'failed' },
      },
    ]);
  });

  it('names the version that is served (RFC 6455 §4.2.2)', async () => {
    const gateway = await composeGateway(upstream.url);
    const answer = await upgrade(gateway.port, { headers: { 'sec-websocket-version': '7' } });
    expect(answer.headers.get('sec-websocket-version')).toBe('13');
  });

  it('has come round: the upstream is the gateway itself', async () => {
    const gateway = await composeGateway(upstream.url);
    await connectClient(gateway.v1).then((client) => client.ws.close());
    const via = upstream.others.find(({ headers }) => headers.upgrade)?.headers.via;
    const answer = await upgrade(gateway.port, { headers: { via: `1.1 else, ${via}` } });
    expect(answer.status).toBe(508);
    expect(JSON.parse(answer.body).error.code).toBe('loop_detected');
  });

  it('tells why, where only a relay is wanted and the upstream is not there', async () => {
    const gateway = await composeGateway(upstream.url, { env: { WEBSOCKETS: 'relay' } });
    await upstream.close();
    const answer = await upgrade(gateway.port);
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body).error).toMatchObject({ code: 'upstream_unreachable' });
  });
});

describe('an upgrade that is let in', () => {
  it.each(['/v1/responses', '/responses', '/v1/responses/?x=1', 'http://localhost/v1/responses'])(
    'is served at %s, and the upstream is asked below its own address',
    async (target) => {
      const relayed = await startRelayUpstream();
      const gateway = await composeGateway(relayed.url);
      const socket = await openRaw(
        gateway.port,
        `GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: WebSocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      );
      const [head] = await once(socket, 'data');
      expect(String(head)).toMatch(
        /^HTTP\/1\.1 101 [\s\S]*Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/,
      );
      socket.destroy();
      expect(relayed.connections[0]?.url).toBe(
        target.replace(/^http:\/\/localhost/, '').replace(/^(?:\/v1)?/, '/v1'),
      );
    },
  );

  it.each([
    ['the bearer', { authorization: `Bearer ${MASTER_KEY}` }],
    ['X-GoModel-Key', { 'x-gomodel-key': MASTER_KEY }],
  ])(
    'by the master key in %s is told to the upstream with the key of the gateway alone',
    async (_name, key) => {
      const relayed = await startRelayUpstream();
      const gateway = await composeGateway(relayed.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
      const client = await connectClient(gateway.v1, {
        headers: { ...CODEX_HEADERS, ...key, cookie: 'c=1', 'api-key': 'k', 'x-custom': 'kept' },
      });
      client.send(CREATE);
      await client.answer();
      const [connection] = relayed.connections;
      expect(connection?.rawHeaders.join('\n')).not.toContain(MASTER_KEY);
      expect(connection?.headers).toMatchObject({
        ...CODEX_HEADERS,
        authorization: `Bearer ${UPSTREAM_KEY}`,
        'x-custom': 'kept',
        via: expect.stringMatching(/^1\.1 gomodel-ts-/),
      });
      for (const name of [
        'cookie',
        'api-key',
        'x-gomodel-key',
        'accept-encoding',
        'sec-websocket-protocol',
      ]) {
        expect(connection?.headers).not.toHaveProperty(name);
      }
      client.ws.close();
      expect(await gateway.records()).toMatchObject([{ auth: 'master_key' }]);
    },
  );

  it('gives the client what the 101 of the upstream says (LESSONS 16)', async () => {
    const told = {
      'x-codex-turn-state': 'state',
      'x-request-id': 'req_upstream',
      'openai-model': 'gpt',
      'x-codex-primary-used-percent': '1',
      'x-models-etag': '"e"',
    };
    const relayed = await startRelayUpstream(told);
    const client = await connectClient((await composeGateway(relayed.url)).v1);
    expect(client.response.headers).toMatchObject(told);
    client.ws.close();
  });

  it('agrees with each end by itself whether messages are compressed', async () => {
    const relayed = await startRelayUpstream({}, true);
    const gateway = await composeGateway(relayed.url);
    const plain = await connectClient(gateway.v1);
    const compressing = await connectClient(gateway.v1, { compresses: true });
    expect(relayed.connections.map(({ extensions }) => extensions)).toEqual(['', 'permessage-deflate']);
    expect([plain.ws.extensions, compressing.ws.extensions]).toEqual(['', 'permessage-deflate']);
    const input = 'compressible '.repeat(2000);
    compressing.send({ ...CREATE, input });
    await compressing.answer();
    expect(relayed.frames[0]?.json().input).toBe(input);
    plain.ws.close();
    compressing.ws.close();
  });

  it('asks an upstream that refuses WebSocket no second time, and is bridged', async () => {
    const gateway = await composeGateway(upstream.url);
    for (let count = 0; count < 3; count++) {
      const client = await connectClient(gateway.v1);
      client.send(CREATE);
      expect(await client.answer()).toMatchObject({ type: 'response.completed' });
      client.ws.close();
    }
    expect(upstream.others.filter(({ headers }) => headers.upgrade)).toHaveLength(1);
    expect((await gateway.records()).map(({ websocketMode }) => websocketMode)).toEqual([
      'bridge',
      'bridge',
      'bridge',
    ]);
  });

  it.each(['reset', 'garbage', 'wrong accept'] as const)(
    'is bridged where the upstream answers the upgrade with %s',
    async (how) => {
      const tcp = createTcpServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => {
          if (how === 'reset') socket.resetAndDestroy();
          else if (how === 'garbage') socket.end('no HTTP at all\r\n\r\n');
          else
            socket.end(
              'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: no\r\n\r\n',
            );
        });
      });
      tcp.listen(0, '127.0.0.1');
      await once(tcp, 'listening');
      onTestFinished(() => {
        tcp.close();
      });
      const address = tcp.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      const gateway = await composeGateway(`http://127.0.0.1:${address.port}/v1`);
      const client = await connectClient(gateway.v1);
      client.send(CREATE);
      expect(await client.answer()).toMatchObject({ type: 'error', status: 502 });
      client.ws.close();
    },
  );

  it('is bridged after the time that a connection may take, where the upstream says nothing', async () => {
    const silent = createServer(() => {});
    silent.on('upgrade', () => {});
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const gateway = await composeGateway(`http://127.0.0.1:${address.port}/v1`, {
      timeouts: { handshakeMs: 100 },
    });
    const client = await connectClient(gateway.v1);
    expect(client.response.statusCode).toBe(101);
    client.ws.close();
  });

  it('ends the attempt at the upstream where the client leaves meanwhile', async () => {
    let asked: (() => void) | undefined;
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    let closed: Promise<unknown> | undefined;
    const silent = createServer();
    silent.on('upgrade', (_request, socket) => {
      closed = once(socket, 'end');
      socket.on('error', () => {}).resume();
      asked?.();
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const gateway = await composeGateway(`http://127.0.0.1:${address.port}/v1`);
    const socket = await openRaw(
      gateway.port,
      'GET /v1/responses HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await arrived;
    socket.resetAndDestroy();
    await closed;
  });
});
