import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { deflateRawSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { composeGateway, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { openRaw } from '../../support/gateway/send-raw.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { connectClient } from '../../support/websocket/connect-client.ts';
import { encodeFrame, openWebSocket } from '../../support/websocket/raw-frames.ts';

const ANSWER = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) } as const;
const create = (input: string) => JSON.stringify({ type: 'response.create', store: false, input });

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream(ANSWER);
  return () => upstream.close();
});

const bridge = (env: Record<string, string> = {}): Promise<RunningGateway> =>
  composeGateway(upstream.url, { env: { WEBSOCKETS: 'bridge', ...env } });

describe('a message', () => {
  it('of 64 MB is served', async () => {
    const client = await connectClient((await bridge({ LOGGING_LOG_BODIES: 'false' })).v1);
    const input = 'x'.repeat(64 << 20);
    client.send(create(input));
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
    expect(upstream.requests[0]?.body.length).toBeGreaterThan(64 << 20);
  });

  it('of 64 MB is relayed', async () => {
    const relayed = await startWebSocketUpstream(() => ({ kind: 'events', events: ANSWER.events }));
    onTestFinished(() => relayed.close());
    const gateway = await composeGateway(relayed.url, { env: { LOGGING_LOG_BODIES: 'false' } });
    const client = await connectClient(gateway.v1);
    const message = create('x'.repeat(64 << 20));
    client.send(message);
    await client.answer();
    expect(relayed.frames[0]?.bytes.equals(Buffer.from(message))).toBe(true);
  });

  it.each([false, true])('in pieces (compressed: %s) is one', async (compresses) => {
    const client = await connectClient((await bridge()).v1, { compresses });
    const message = create('grün '.repeat(5000));
    const bytes = Buffer.from(message);
    for (let at = 0; at < bytes.length; at += 1001) {
      client.ws.send(bytes.subarray(at, at + 1001), { binary: false, fin: at + 1001 >= bytes.length });
    }
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
    expect(upstream.requests[0]?.json().input).toBe('grün '.repeat(5000));
  });

  it('above the limit closes the connection with 1009, and has a record', async () => {
    const gateway = await bridge({ BODY_SIZE_LIMIT: '64K' });
    const client = await connectClient(gateway.v1);
    client.send(create('x'.repeat(65 << 10)));
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(await gateway.records()).toMatchObject([
      {
        transport: 'websocket',
        status: 413,
        response: { finish: 'failed' },
        error: {
          origin: 'client',
          code: 'request_too_large',
          message: expect.stringMatching(/64\.0 KB.*BODY_SIZE_LIMIT/),
        },
      },
    ]);
  });

  it('that would inflate beyond the limit is inflated no further', async () => {
    const gateway = await bridge({ BODY_SIZE_LIMIT: '1M' });
    const socket = await openWebSocket(gateway.port, 'permessage-deflate');
    const bomb = deflateRawSync(Buffer.alloc(512 << 20), { level: 9 });
    const before = process.memoryUsage().arrayBuffers;
    socket.write(encodeFrame({ opcode: 1, reserved: 4, payload: bomb }));
    expect(await socket.closeCode).toBe(1009);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
    expect(await gateway.records()).toMatchObject([{ status: 413, error: { code: 'request_too_large' } }]);
  });

  it('in bytes instead of text closes with 1003, and has a record', async () => {
    const gateway = await bridge();
    const client = await connectClient(gateway.v1);
    client.ws.send(Buffer.from(create('x')), { binary: true });
    expect(await client.closed).toMatchObject({ code: 1003 });
    expect(await gateway.records()).toMatchObject([{ status: 400, error: { code: 'invalid_request' } }]);
  });

  it.each([
    ['not UTF-8', { opcode: 1, payload: Buffer.from([0xc3, 0x28]) }, 1007],
    ['not masked', { opcode: 1, payload: Buffer.from('{}'), isMasked: false }, 1002],
    ['of a reserved kind', { opcode: 3, payload: Buffer.alloc(0) }, 1002],
    ['compressed, which was not agreed on', { opcode: 1, reserved: 4, payload: Buffer.from('{}') }, 1002],
    ['the rest of nothing', { opcode: 0, payload: Buffer.from('{}') }, 1002],
    ['a ping of 126 bytes', { opcode: 9, payload: Buffer.alloc(126) }, 1002],
    ['a close with half a code', { opcode: 8, payload: Buffer.from([3]) }, 1002],
  ])('that is %s closes the connection, and has a record', async (_name, frame, code) => {
    const gateway = await bridge();
    const socket = await openWebSocket(gateway.port);
    socket.write(encodeFrame(frame));
    expect(await socket.closeCode).toBe(code);
    expect(await gateway.records()).toMatchObject([
      { transport: 'websocket', status: 400, error: { origin: 'client', code: 'invalid_request' } },
    ]);
  });
});

describe('a connection', () => {
  it('answers a ping with its payload, while an answer runs too', async () => {
    upstream.play({ ...ANSWER, finally: 'hang', eventLimit: 3 });
    const client = await connectClient((await bridge()).v1);
    client.send(create('x'));
    await client.until(({ type }) => type === 'response.created');
    client.ws.ping('are you there');
    const [payload] = await once(client.ws, 'pong');
    expect(String(payload)).toBe('are you there');
  });

  it('whose client no longer answers a ping is cut off, and its answer with it', async () => {
    upstream.play({ ...ANSWER, finally: 'hang', eventLimit: 3 });
    const gateway = await composeGateway(upstream.url, {
      env: { WEBSOCKETS: 'bridge' },
      timeouts: { heartbeatMs: 40 },
    });
    const socket = await openWebSocket(gateway.port);
    socket.write(encodeFrame({ opcode: 1, payload: Buffer.from(create('x')) }));
    expect((await (await upstream.request(0)).closed).aborted).toBe(true);
    expect(await gateway.records()).toMatchObject([{ response: { finish: 'aborted' } }]);
  });

  it('whose client answers pings lasts', async () => {
    const gateway = await composeGateway(upstream.url, {
      env: { WEBSOCKETS: 'bridge' },
      timeouts: { heartbeatMs: 20 },
    });
    const client = await connectClient(gateway.v1);
    for (let pings = 0; pings < 5; pings++) await once(client.ws, 'ping');
    client.send(create('x'));
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
  });

  it('lasts while a long message is under way, in which no ping can be answered', async () => {
    const gateway = await composeGateway(upstream.url, {
      env: { WEBSOCKETS: 'bridge' },
      timeouts: { heartbeatMs: 50 },
    });
    const socket = await openWebSocket(gateway.port);
    const message = encodeFrame({ opcode: 1, payload: Buffer.from(create('x'.repeat(100))) });
    for (const byte of message) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await upstream.request(0)).json().input).toHaveLength(100);
    socket.destroy();
  });

  it('that is lost in the midst of a message leaves nothing behind', async () => {
    const gateway = await bridge();
    const whole = encodeFrame({ opcode: 1, payload: Buffer.from(create('x'.repeat(1000))) });
    for (const cut of [1, 5, whole.length - 1]) {
      const socket = await openWebSocket(gateway.port);
      socket.write(whole.subarray(0, cut));
      socket.destroy();
    }
    const client = await connectClient(gateway.v1);
    client.send(create('x'));
    await client.answer();
    client.ws.close();
    expect(await gateway.records()).toHaveLength(1);
  });

  it('may begin to speak in the packet of its handshake', async () => {
    const gateway = await composeGateway(upstream.url);
    const head =
      'GET /v1/responses HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    const frame = encodeFrame({ opcode: 1, payload: Buffer.from(create('early')) });
    const socket = await openRaw(gateway.port, Buffer.concat([Buffer.from(head), frame]));
    await upstream.request(0);
    socket.destroy();
    expect(upstream.requests[0]?.json().input).toBe('early');
  });
});

describe('a slow reader', () => {
  const CHUNK = 64 << 10;
  const TOTAL = 96 << 20;
  const delta = JSON.stringify({ type: 'response.output_text.delta', delta: 'x'.repeat(CHUNK) });
  const last = JSON.stringify({ type: 'response.completed', response: { id: 'resp_1', usage: null } });

  const untilStill = async (figure: () => number): Promise<void> => {
    for (let before = -1; before !== figure(); ) {
      before = figure();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  };

  it('holds back an upstream that is asked over HTTP, and is told everything in the end', async () => {
    let written = 0;
    const fill = (response: ServerResponse): void => {
      while (written < TOTAL) {
        written += CHUNK;
        if (!response.write(`data: ${delta}\n\n`)) {
          response.once('drain', () => fill(response));
          return;
        }
      }
      response.end(`data: ${last}\n\n`);
    };
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      fill(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const gateway = await composeGateway(`http://127.0.0.1:${address.port}/v1`, {
      env: { WEBSOCKETS: 'bridge', LOGGING_LOG_BODIES: 'false' },
    });
    const client = await connectClient(gateway.v1);
    client.send(create('x'));
    await client.until(() => true);
    client.ws.pause();
    await untilStill(() => written);
    expect(written).toBeLessThan(TOTAL / 2);
    client.ws.resume();
    await client.answer();
    expect(client.events).toHaveLength(Math.ceil(TOTAL / CHUNK) + 1);
  });

  it('holds back an upstream that speaks WebSocket, and is told everything in the end', async () => {
    const relayed = await startWebSocketUpstream(() => ({ kind: 'silence' }));
    onTestFinished(() => relayed.close());
    const gateway = await composeGateway(relayed.url, { env: { LOGGING_LOG_BODIES: 'false' } });
    const client = await connectClient(gateway.v1);
    client.send(create('x'));
    await relayed.frame(0);
    const ws = relayed.connections[0]?.ws;
    if (!ws) throw new Error('no connection');
    let written = 0;
    const fill = (): void => {
      while (written < TOTAL) {
        written += CHUNK;
        ws.send(delta, () => {
          if (ws.bufferedAmount === 0) fill();
        });
        if (ws.bufferedAmount > 0) return;
      }
      if (written < TOTAL + CHUNK) {
        written += CHUNK;
        ws.send(last);
      }
    };
    client.ws.pause();
    fill();
    await untilStill(() => written);
    expect(written).toBeLessThan(TOTAL / 2);
    client.ws.resume();
    await client.answer();
    expect(client.events).toHaveLength(Math.ceil(TOTAL / CHUNK) + 1);
  });

  it('among upstreams holds back the client, and is told everything in the end', async () => {
    const relayed = await startWebSocketUpstream(() => ({ kind: 'silence' }));
    onTestFinished(() => relayed.close());
    const gateway = await composeGateway(relayed.url, { env: { LOGGING_LOG_BODIES: 'false' } });
    const client = await connectClient(gateway.v1);
    relayed.connections[0]?.ws.pause();
    const message = JSON.stringify({ type: 'response.processed', text: 'x'.repeat(1 << 20) });
    let sent = 0;
    const fill = (): void => {
      if (sent === 96) return;
      sent++;
      client.ws.send(message, fill);
    };
    fill();
    await untilStill(() => sent);
    expect(sent).toBeLessThan(48);
    relayed.connections[0]?.ws.resume();
    await relayed.frame(95);
    expect(relayed.frames.every(({ bytes }) => bytes.length === message.length)).toBe(true);
  });
});
