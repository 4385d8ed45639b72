import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createConnectionBound } from '../../../src/server/listening/bound-connections.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { openRaw, readToEnd } from '../../support/gateway/send-raw.ts';
import { startHeldUpstream } from '../../support/upstream/start-held-upstream.ts';

const HALF_HEAD = 'POST /v1/responses HTTP/1.1\r\nhost: localhost\r\nx-half: ';
const ask = (port: number) =>
  fetch(`http://127.0.0.1:${port}/v1/responses`, { method: 'POST', body: '{"model":"gpt-test"}' });

/** Opens so many connections, and keeps them. */
const hold = async (port: number, count: number, bytes: string): Promise<{ closed: () => number }> => {
  let closed = 0;
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let index = 0; index < count; index++) {
    const socket = connect({ port, host: '127.0.0.1' });
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('close', () => closed++);
    await once(socket, 'connect');
    if (bytes) socket.write(bytes);
  }
  return { closed: () => closed };
};

describe('connections that are held', () => {
  it.each([
    ['silent', ''],
    ['in the middle of a head', HALF_HEAD],
  ])('keep nobody out, and the oldest are closed: %s', async (_name, bytes) => {
    const upstream = await startHeldUpstream(false);
    const gateway = await composeGateway(upstream.url, { env: { MAX_OPEN_EXCHANGES: '20' } });
    const held = await hold(gateway.port, 600, bytes);
    // Twice twenty that may be served, and 256 beside them.
    await expect.poll(() => held.closed(), { timeout: 10_000 }).toBeGreaterThanOrEqual(600 - 296);
    expect(held.closed()).toBeLessThan(600);
    const response = await ask(gateway.port);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('response.completed');
  });

  it('do not end an answer that runs, nor a connection that was used, before those that never were', async () => {
    const upstream = await startHeldUpstream();
    const gateway = await composeGateway(upstream.url, { env: { MAX_OPEN_EXCHANGES: '4' } });
    const running = ask(gateway.port);
    await upstream.untilHeld(1);
    const used = await openRaw(gateway.port, 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n');
    onTestFinished(() => void used.destroy());
    await once(used, 'data');
    await hold(gateway.port, 500, '');
    used.write('GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n');
    expect(String((await once(used, 'data'))[0])).toContain('200 OK');
    upstream.letGo();
    expect(await (await running).text()).toContain('response.completed');
  });

  it('are refused in words where all others are being served', async () => {
    const bound = createConnectionBound(3);
    const refusals: unknown[] = [];
    const server = createServer();
    bound.watch(server);
    server.on('request', (request, response) => {
      try {
        bound.check(request);
        // Held, as an answer that takes long.
        response.write('.');
      } catch (error) {
        refusals.push(error);
        response.end();
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const request = 'GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
    const served: Socket[] = [];
    for (let count = 0; count < 3; count++) {
      served.push(await openRaw(port, request));
      await once(served[count] as Socket, 'data');
    }
    await readToEnd(await openRaw(port, request));
    expect(refusals).toEqual([
      expect.objectContaining({
        code: 'overloaded',
        message: expect.stringMatching(/^3 connections .*MAX_OPEN_EXCHANGES/),
        headers: { 'retry-after': expect.stringMatching(/^[1-9]/) },
      }),
    ]);
    served[0]?.destroy();
    await once(served[0] as Socket, 'close');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const again = await openRaw(port, request);
    await once(again, 'data');
    again.destroy();
    expect(refusals).toHaveLength(1);
  });

  it('must send a whole head within seconds', async () => {
    const upstream = await startHeldUpstream(false);
    const gateway = await composeGateway(upstream.url, { timeouts: { headMs: 300 } });
    const half = await openRaw(gateway.port, HALF_HEAD);
    expect(await readToEnd(half)).toMatch(/^HTTP\/1\.1 408 /);
    const silent = await openRaw(gateway.port, '');
    expect(await readToEnd(silent)).toBe('');
  });
});

describe('WebSocket connections', () => {
  const url = (port: number): string => `ws://127.0.0.1:${port}/v1/responses`;
  const open = async (port: number): Promise<{ ws: WebSocket; closed: Promise<number> }> => {
    const ws = new WebSocket(url(port));
    onTestFinished(() => ws.terminate());
    ws.on('error', () => {});
    const closed = once(ws, 'close').then(([code]) => code as number);
    closed.catch(() => {});
    await Promise.race([
      once(ws, 'open'),
      once(ws, 'unexpected-response').then(([, { statusCode }]) =>
        Promise.reject(new Error(String(statusCode))),
      ),
    ]);
    return { ws, closed };
  };

  it('give way to new ones where nothing was asked on them for a while', async () => {
    const upstream = await startHeldUpstream();
    const gateway = await composeGateway(upstream.url, {
      env: { MAX_OPEN_EXCHANGES: '2', WEBSOCKETS: 'bridge' },
      timeouts: { givesWayAfterMs: 1500 },
    });
    const busy = await open(gateway.port);
    busy.ws.send('{"type":"response.create","model":"gpt-test","input":[],"store":false}');
    await upstream.untilHeld(1);
    const idle = await open(gateway.port);
    await expect(open(gateway.port)).rejects.toThrow('503');
    await new Promise((resolve) => setTimeout(resolve, 1600));
    await open(gateway.port);
    expect(await idle.closed).toBe(1013);
    expect(busy.ws.readyState).toBe(WebSocket.OPEN);
    await expect(open(gateway.port)).rejects.toThrow('503');
  });

  it('are cut off where their pongs pile up unread', async () => {
    const upstream = await startHeldUpstream(false);
    const gateway = await composeGateway(upstream.url, { env: { WEBSOCKETS: 'bridge' } });
    const { ws, closed } = await open(gateway.port);
    ws.pause();
    const payload = Buffer.alloc(125);
    // Forty megabytes of pongs, beyond what the system's own buffers hold.
    for (let batch = 0; batch < 400 && ws.readyState === WebSocket.OPEN; batch++) {
      for (let index = 0; index < 999; index++) ws.ping(payload, true);
      await new Promise((resolve) => ws.ping(payload, true, resolve));
    }
    ws.resume();
    expect(await closed).toBe(1006);
  });
});

it('a client that speaks https to a port of http is told apart in the log', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const hello = Buffer.from('160301002e0100002a0303', 'hex');
  await readToEnd(await openRaw(gateway.port, Buffer.concat([hello, Buffer.alloc(40, 1)])));
  const [record] = await gateway.records();
  expect(record?.error?.message).toContain('the client speaks https to this port, which speaks http');
});
