import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';

/** An upstream that answers when it is told to. */
const startPatientUpstream = async () => {
  const waiting: ServerResponse[] = [];
  const server = createServer((request, response) => {
    request.resume();
    waiting.push(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    waiting,
    answerAll: () => {
      for (const response of waiting.splice(0)) {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"object":"response"}');
      }
    },
  };
};

const post = (v1: string): Promise<Response> =>
  fetch(`${v1}/responses`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });

const LIMITED = { env: { MAX_OPEN_EXCHANGES: '3' } };

it('refuses at once what goes beyond the limit, while all that runs goes on', async () => {
  const upstream = await startPatientUpstream();
  const gateway = await composeGateway(upstream.url, LIMITED);
  const inside = [post(gateway.v1), post(gateway.v1), post(gateway.v1)];
  while (upstream.waiting.length < 3) await new Promise((resolve) => setImmediate(resolve));

  const refused = await post(gateway.v1);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.headers.get('x-gomodel-error-origin')).toBe('gateway');
  expect(await refused.json()).toMatchObject({
    error: { code: 'overloaded', message: expect.stringMatching(/^gomodel-ts: 3 .*MAX_OPEN_EXCHANGES/) },
  });
  expect((await fetch(new URL('/health', gateway.v1))).status).toBe(200);

  upstream.answerAll();
  for (const response of await Promise.all(inside)) expect(response.status).toBe(200);
  const again = post(gateway.v1);
  while (upstream.waiting.length < 1) await new Promise((resolve) => setImmediate(resolve));
  upstream.answerAll();
  expect((await again).status).toBe(200);
  const statuses = (await gateway.records()).map(({ status }) => status);
  expect(statuses.sort()).toEqual([200, 200, 200, 200, 503]);
});

it('refuses WebSocket connections beyond the limit in a way that lets Codex go on over HTTP', async () => {
  const upstream = await startPatientUpstream();
  const gateway = await composeGateway(upstream.url, { env: { ...LIMITED.env, WEBSOCKETS: 'bridge' } });
  const connect = (): WebSocket => new WebSocket(`${gateway.v1.replace('http', 'ws')}/responses`);
  const open = [connect(), connect(), connect()];
  onTestFinished(() => {
    for (const socket of open) socket.terminate();
  });
  await Promise.all(open.map((socket) => once(socket, 'open')));
  const beyond = connect();
  beyond.on('error', () => {});
  const [, response] = (await once(beyond, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(503);
  beyond.terminate();
});
