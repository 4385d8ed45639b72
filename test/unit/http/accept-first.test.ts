import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAcceptFirst } from '../../../src/http/accept-first.ts';

const CLIENTS = 24;

/** Connects and sends a request from so many sockets, and says when all of it is under way. */
const CLIENT_THREAD = `
const { workerData: { port, clients, arrived } } = require('node:worker_threads');
const net = require('node:net');
let sent = 0;
for (let client = 0; client < clients; client++) {
  const socket = net.connect(port, '127.0.0.1', () => {
    socket.write('GET /' + client + ' HTTP/1.1\\r\\nhost: gateway\\r\\n\\r\\n', () => {
      if (++sent < clients) return;
      Atomics.store(arrived, 0, 1);
      Atomics.notify(arrived, 0);
    });
  });
  socket.on('error', () => {}).resume();
}
`;

const serve = async (
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  maxHoldMs?: number,
): Promise<{ readonly server: Server; readonly port: number }> => {
  const acceptFirst = createAcceptFirst(maxHoldMs);
  const server = createServer();
  acceptFirst.watch(server);
  server.on('request', (request, response) =>
    acceptFirst.goOn(request.socket, () => handle(request, response)),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
};

/**
 * Has all clients connect and send while the event loop stands still, and handles what then comes.
 * @returns how many connections had been accepted when each request was handled, in order
 */
const meetCrowd = async (maxHoldMs: number): Promise<readonly number[]> => {
  const acceptedAtRequest: number[] = [];
  let accepted = 0;
  let seeAll = (): void => {};
  const everyone = new Promise<void>((resolve) => {
    seeAll = resolve;
  });
  const { server, port } = await serve((_request, response) => {
    acceptedAtRequest.push(accepted);
    response.end();
    if (acceptedAtRequest.length === CLIENTS) seeAll();
  }, maxHoldMs);
  server.on('connection', () => {
    accepted++;
  });
  const arrived = new Int32Array(new SharedArrayBuffer(4));
  const clients = new Worker(CLIENT_THREAD, { eval: true, workerData: { port, clients: CLIENTS, arrived } });
  onTestFinished(async () => void (await clients.terminate()));
  await once(clients, 'online');
  expect(Atomics.wait(arrived, 0, 0, 20_000)).not.toBe('timed-out');
  await everyone;
  return acceptedAtRequest;
};

describe('connections and requests that arrive together', () => {
  it('have all connections accepted before the first request is handled', async () => {
    const acceptedAtRequest = await meetCrowd(60_000);
    expect(acceptedAtRequest).toEqual(Array.from({ length: CLIENTS }, () => CLIENTS));
  });

  it('hold no request for longer than the limit, however many connect', async () => {
    const [acceptedAtFirst] = await meetCrowd(0);
    expect(acceptedAtFirst).toBeLessThan(CLIENTS);
  });
});

describe('a request', () => {
  it('is handled where nobody connects any more, on the same connection too', async () => {
    const { port } = await serve((_request, response) => response.end('fine'));
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('fine');
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('fine');
  });

  it('is handled, and sees its end, where its client leaves while it is held', async () => {
    let seeEnd = (): void => {};
    const ended = new Promise<void>((resolve) => {
      seeEnd = resolve;
    });
    const { server, port } = await serve((request) => {
      request.on('error', () => {}).on('close', seeEnd);
    }, 60_000);
    server.on('connection', (socket) => {
      server.prependOnceListener('request', () => process.nextTick(() => socket.destroy()));
    });
    const client = connect(port, '127.0.0.1').on('error', () => {});
    onTestFinished(() => void client.destroy());
    client.write('GET / HTTP/1.1\r\nhost: gateway\r\n\r\n');
    await ended;
  });
});
