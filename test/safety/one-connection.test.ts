import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  composeGateway,
  type GatewayOptions,
  MASTER_KEY,
  type RunningGateway,
} from '../support/gateway/compose-gateway.ts';
import { openRaw, readToEnd } from '../support/gateway/send-raw.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  return () => upstream.close();
});

const BODY = '{"model":"gpt-test","input":"behind"}';
const KEY = `x-gomodel-key: ${MASTER_KEY}\r\n`;
const BEHIND = `POST /v1/responses HTTP/1.1\r\nHost: localhost\r\n${KEY}Content-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const UPGRADE = `GET /v1/responses HTTP/1.1\r\nHost: localhost\r\n${KEY}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

const post = (lines: string, body = '', version = '1.1'): string =>
  `POST /v1/responses HTTP/${version}\r\n${lines}Content-Type: application/json\r\n\r\n${body}`;

const GUARDED: GatewayOptions = { env: { GOMODEL_MASTER_KEY: MASTER_KEY, BODY_SIZE_LIMIT: '64K' } };
const SLOW: GatewayOptions = { timeouts: { bodyIdleMs: 100 } };
const BIG = 70_000;

const HOST = 'Host: localhost\r\n';

interface Refused {
  readonly name: string;
  readonly status: number;
  /** The refused request, whole; what is sent behind it must not be one. */
  readonly request: string;
  readonly options?: GatewayOptions;
}

const REFUSED: readonly Refused[] = [
  { name: 'two hosts', status: 400, request: post(`${HOST}Host: other\r\nContent-Length: 2\r\n`, '{}') },
  { name: 'no host', status: 400, request: post('Content-Length: 2\r\n', '{}') },
  { name: 'two hosts and no body', status: 400, request: `GET /v1/models HTTP/1.1\r\n${HOST}${HOST}\r\n` },
  { name: 'two hosts at /health', status: 400, request: `GET /health HTTP/1.1\r\n${HOST}${HOST}\r\n` },
  { name: 'two hosts at /admin', status: 400, request: `GET /admin HTTP/1.1\r\n${HOST}${HOST}\r\n` },
  {
    name: 'another transfer coding',
    status: 400,
    request: post(`${HOST}Transfer-Encoding: gzip, chunked\r\n`, '2\r\n{}\r\n0\r\n\r\n'),
  },
  {
    name: 'chunks in HTTP/1.0',
    status: 400,
    request: post(
      `${HOST}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n`,
      '2\r\n{}\r\n0\r\n\r\n',
      '1.0',
    ),
  },
  {
    name: 'no key, and a body',
    status: 401,
    request: post(`${HOST}Content-Length: ${BIG}\r\n`, 'x'.repeat(BIG)),
    options: GUARDED,
  },
  {
    name: 'a body too large',
    status: 413,
    request: post(`${HOST}${KEY}Content-Length: ${BIG}\r\n`, 'x'.repeat(BIG)),
    options: GUARDED,
  },
  {
    name: 'chunks too large',
    status: 413,
    request: post(
      `${HOST}${KEY}Transfer-Encoding: chunked\r\n`,
      `${BIG.toString(16)}\r\n${'x'.repeat(BIG)}\r\n0\r\n\r\n`,
    ),
    options: GUARDED,
  },
  {
    name: 'an unknown coding',
    status: 415,
    request: post(`${HOST}Content-Encoding: snappy\r\nContent-Length: 2\r\n`, '{}'),
  },
  { name: 'no route', status: 404, request: `POST /nothing HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\n{}` },
  { name: 'a method', status: 405, request: `PROPFIND /v1/x HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\n{}` },
  { name: 'an unknown method', status: 405, request: `BREW /v1/x HTTP/1.1\r\n${HOST}\r\n` },
  {
    name: 'a page',
    status: 403,
    request: post(`${HOST}Sec-Fetch-Site: cross-site\r\nContent-Length: 2\r\n`, '{}'),
  },
  {
    name: 'an upgrade to something else',
    status: 404,
    request: `GET /nothing HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
  },
  { name: 'an upgrade', status: 404, request: UPGRADE.replace('/v1/responses', '/nothing') },
  { name: 'a tunnel', status: 405, request: `CONNECT x:1 HTTP/1.1\r\n${HOST}\r\n` },
  { name: 'no HTTP', status: 400, request: 'nonsense\r\n\r\n' },
];

/** Every status line of what came back. */
const statuses = (answer: string): number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

const send = async (gateway: RunningGateway, pieces: readonly string[]): Promise<string> => {
  const socket: Socket = await openRaw(gateway.port, pieces[0] ?? '');
  socket.on('error', () => {});
  const answer = readToEnd(socket);
  for (const piece of pieces.slice(1)) {
    await pause(20);
    socket.write(piece);
  }
  return answer;
};

describe('M9 nothing behind a refused request is executed', () => {
  it.each(REFUSED)(
    '$name: $status',
    async ({ request, status, options }) => {
      const gateway = await composeGateway(upstream.url, options);
      for (const behind of [BEHIND, UPGRADE, BEHIND + BEHIND]) {
        const half = Math.floor(request.length / 2);
        for (const pieces of [
          [request + behind],
          [request, behind],
          [request.slice(0, half), request.slice(half) + behind],
          [request, behind.slice(0, 20), behind.slice(20)],
        ]) {
          const answer = await send(gateway, pieces);
          expect(statuses(answer)).toEqual([status]);
          expect(answer).toMatch(/\r\nconnection: close\r\n/i);
        }
      }
      expect([...upstream.requests, ...upstream.others]).toEqual([]);
    },
    60_000,
  );

  it('where its body stays away', async () => {
    const gateway = await composeGateway(upstream.url, SLOW);
    const socket = await openRaw(gateway.port, post(`${HOST}Content-Length: 100\r\n`, '{"model"'));
    socket.on('error', () => {});
    const answer = readToEnd(socket);
    await once(socket, 'data');
    socket.write('x'.repeat(92) + BEHIND);
    expect(statuses(await answer)).toEqual([408]);
    expect(upstream.requests).toEqual([]);
    expect(await gateway.records()).toMatchObject([{ status: 408 }]);
  });

  it('while a client that goes on sending reads the whole answer', async () => {
    const gateway = await composeGateway(upstream.url, GUARDED);
    const size = 4 * 2 ** 20;
    const socket = await openRaw(gateway.port, post(`${HOST}Content-Length: ${size}\r\n`));
    socket.on('error', () => {});
    const answer = readToEnd(socket);
    for (let sent = 0; sent < size; sent += 2 ** 16) {
      if (!socket.write('x'.repeat(2 ** 16)))
        await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 401 .*"code":"missing_api_key".*\}$/s);
    expect(gateway.recorder.active.size).toBe(0);
  });

  it('but what comes behind a refusal that keeps its connection is served', async () => {
    const gateway = await composeGateway(upstream.url);
    const invalid = post(`${HOST}Content-Length: 3\r\n`, '{"}');
    const last = BEHIND.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    expect(statuses(await send(gateway, [`GET /nothing HTTP/1.1\r\n${HOST}\r\n${invalid}${last}`]))).toEqual([
      404, 400, 200,
    ]);
  });

  it('and an upgrade behind an answer that still runs ends the connection', async () => {
    upstream.play({ kind: 'hang' });
    const gateway = await composeGateway(upstream.url);
    const answer = await send(gateway, [BEHIND + UPGRADE]);
    expect(answer).toBe('');
    expect(upstream.others).toEqual([]);
  });
});
