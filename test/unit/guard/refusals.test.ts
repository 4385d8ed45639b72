import { once } from 'node:events';
import { type IncomingHttpHeaders, IncomingMessage, request as sendRequest } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ErrorCode, GatewayError, isPermanent } from '../../../src/base/errors.ts';
import { capacityOf, capacityOfShare, checkCapacity } from '../../../src/guard/checks/check-capacity.ts';
import { checkClosing } from '../../../src/guard/checks/check-closing.ts';
import { checkHandshake } from '../../../src/guard/checks/check-handshake.ts';
import { checkMethod, methodNotServed } from '../../../src/guard/checks/check-method.ts';
import { checkRead } from '../../../src/guard/checks/check-read.ts';
import { endConnection, isEndingConnection } from '../../../src/guard/checks/last-on-connection.ts';
import { createErrorAnswer } from '../../../src/guard/error-answer.ts';
import { requireRoute } from '../../../src/guard/match-route.ts';
import { peerOf, setPeer } from '../../../src/guard/peer-of.ts';
import { refuseOnSocket } from '../../../src/guard/refuse-on-socket.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';
import { headWith, refusalOf } from './request-head.ts';

describe('a refusal tells the client', () => {
  it('when to come again, where too much is served at once', () => {
    const refusal = refusalOf(() => checkCapacity(3, capacityOf(2)));
    expect(refusal).toMatchObject({ code: 'overloaded', headers: { 'retry-after': '2' } });
    expect(refusal?.message).toContain('2 requests are being served already, as many as MAX_OPEN_EXCHANGES');
  });

  it('of a worker’s share as it is at the moment', () => {
    const share = { most: 1 };
    const capacity = capacityOfShare(share);
    expect(refusalOf(() => checkCapacity(1, capacity))).toBeUndefined();
    expect(refusalOf(() => checkCapacity(2, capacity))?.message).toContain('leaves to this worker');
    share.most = 2;
    expect(refusalOf(() => checkCapacity(2, capacity))).toBeUndefined();
    expect(refusalOf(() => checkCapacity(3, capacity))?.code).toBe('overloaded');
  });

  it('that the gateway stops, and ends its connection', () => {
    expect(refusalOf(() => checkClosing(false))).toBeUndefined();
    expect(refusalOf(() => checkClosing(true))).toMatchObject({
      code: 'shutting_down',
      headers: { connection: 'close' },
    });
  });

  it('which methods there are', () => {
    const allow = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
    const refusal = refusalOf(() => checkMethod('M'.repeat(51)));
    expect(refusal?.headers).toEqual({ allow });
    expect(refusal?.message).toBe(`the method ${'M'.repeat(50)} is not served here. Served are ${allow}.`);
    expect(methodNotServed('TRACE', 'Send a GET.').message).toBe(
      'the method TRACE is not served here. Send a GET.',
    );
    expect(
      refusalOf(() => checkRead({ method: 'GET', headers: {} }, { path: '/responses', native: undefined }))
        ?.headers,
    ).toEqual({
      allow: 'POST',
    });
  });

  it('which upgrade is served', () => {
    const shake = (headers: IncomingHttpHeaders, path = '/responses') =>
      refusalOf(() =>
        checkHandshake(headWith({ method: 'GET', headers }), { path, native: undefined }, 'auto'),
      );
    expect(shake({ upgrade: 'websocket' }, '/models')?.headers).toEqual({ upgrade: 'websocket' });
    const other = shake({ upgrade: 'u'.repeat(51) });
    expect(other?.headers).toEqual({ upgrade: 'websocket' });
    expect(other?.message).toContain(`to ${'u'.repeat(50)} is`);
    expect(shake({ upgrade: 'websocket', 'sec-websocket-version': '8' })?.headers).toEqual({
      'sec-websocket-version': '13',
    });
  });

  it('where it asked, in 200 characters', () => {
    const url = `/${'x'.repeat(200)}`;
    const message = refusalOf(() => requireRoute('GET', url))?.message;
    expect(message).toContain(`at GET ${url.slice(0, 200)}. Model`);
  });
});

describe('the answer to a refused request', () => {
  it('names the gateway, the hop that failed and the exchange', () => {
    const error = new GatewayError('invalid_json', 'broken.', {
      param: 'input',
      headers: { allow: 'POST' },
    });
    const { status, headers, body } = createErrorAnswer(error, 'r1');
    expect(status).toBe(400);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-request-id': 'r1',
      'x-gomodel-error-origin': 'client',
      'x-content-type-options': 'nosniff',
      allow: 'POST',
    });
    expect(JSON.parse(body)).toEqual({
      error: {
        message: 'gomodel-ts: broken.',
        type: 'invalid_request_error',
        code: 'invalid_json',
        param: 'input',
      },
    });
  });

  it('keeps the type of a client’s fault for the Messages API, and calls the others its API’s', () => {
    const typeOf = (status: number): unknown =>
      JSON.parse(
        createErrorAnswer(new GatewayError('invalid_json', 'no.', { status }), 'r1', 'messages').body,
      ).error.type;
    expect([499, 500].map(typeOf)).toEqual(['invalid_request_error', 'api_error']);
  });

  it('is the same however often it is asked for, where a setting must change', () => {
    const permanent: ErrorCode[] = [
      'missing_api_key',
      'invalid_api_key',
      'keys_unreadable',
      'model_not_allowed',
      'too_many_attempts',
      'forbidden_origin',
      'provider_not_configured',
      'loop_detected',
      'upstream_redirected',
    ];
    for (const code of permanent) expect([code, isPermanent(code)]).toEqual([code, true]);
    for (const code of ['overloaded', 'shutting_down', 'upstream_timeout', 'invalid_json'] as const) {
      expect([code, isPermanent(code)]).toEqual([code, false]);
    }
  });
});

describe('the id of an exchange', () => {
  it('is also told under the name that clients of the Messages API show', () => {
    const headersFor = (audience: 'openai' | 'messages') =>
      createErrorAnswer(new GatewayError('invalid_json', 'no.'), 'r1', audience).headers;
    expect(headersFor('messages')).toMatchObject({ 'request-id': 'r1', 'x-request-id': 'r1' });
    expect(headersFor('openai')).not.toHaveProperty('request-id');
  });
});

describe('a connection', () => {
  it('ends where it is said, or where its last bytes are written', () => {
    const said = new PassThrough();
    expect(isEndingConnection(said)).toBe(false);
    endConnection(said);
    expect(isEndingConnection(said)).toBe(true);
    const written = new PassThrough();
    written.end();
    expect(isEndingConnection(written)).toBe(true);
    expect(isEndingConnection(new PassThrough())).toBe(false);
  });
});

describe('what has no response object', () => {
  const log = useLogFolder();
  const watch = async () => {
    const recorder = await log.startRecorder();
    const closed: ExchangeRecord[] = [];
    recorder.subscribe(({ type, record }) => {
      if (type === 'close') closed.push(record);
    });
    return { recorder, closed };
  };
  const OPENING = { method: 'GET', path: '/v1/responses', transport: 'websocket', rawHeaders: [] } as const;

  it('is refused in HTTP, recorded, and its connection ended', async () => {
    const { recorder, closed } = await watch();
    const sockets: Socket[] = [];
    const error = new GatewayError('invalid_api_key', 'wrong.', { headers: { 'x-extra': 'yes' } });
    const server = createServer((socket) => {
      sockets.push(socket);
      refuseOnSocket(recorder, socket, OPENING, error);
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const answer = await new Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>(
      (resolve, reject) => {
        sendRequest({ port, host: '127.0.0.1', agent: false }, (message) => {
          let body = '';
          message.setEncoding('utf8').on('data', (text: string) => {
            body += text;
          });
          message.on('end', () =>
            resolve({ status: message.statusCode ?? 0, headers: message.headers, body }),
          );
        })
          .on('error', reject)
          .end();
      },
    );
    expect(answer.status).toBe(401);
    expect(answer.headers).toMatchObject({ connection: 'close', 'x-extra': 'yes' });
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'invalid_api_key' } });
    expect(sockets.map(isEndingConnection)).toEqual([true]);
    expect(closed).toHaveLength(1);
    expect(closed[0]).toMatchObject({
      id: answer.headers['x-request-id'],
      status: 401,
      auth: 'rejected',
      response: { finish: 'failed', bytes: Buffer.byteLength(answer.body) },
      error: { origin: 'client', code: 'invalid_api_key', message: 'wrong.' },
    });
  });

  it('is not called rejected where it was no key that was wrong', async () => {
    const { recorder, closed } = await watch();
    const socket = new PassThrough();
    refuseOnSocket(recorder, socket, OPENING, new GatewayError('websocket_not_supported', 'no.'));
    expect(closed).toMatchObject([{ status: 426 }]);
    expect(closed[0]?.auth).not.toBe('rejected');
    expect(String(socket.read())).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\ncontent-type: .*\r\n\r\n\{/s);
  });

  it('may break off while it is told', async () => {
    const { recorder } = await watch();
    const broken = new Duplex({
      read: () => {},
      write: (_chunk, _encoding, done) => done(new Error('gone')),
    });
    refuseOnSocket(recorder, broken, OPENING, new GatewayError('invalid_request', 'no.'));
    await new Promise<void>((resolve) => broken.on('close', resolve));
    expect(broken.destroyed).toBe(true);
  });
});

it('a client is reached where it was found to be', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = connect(port, '127.0.0.1');
  onTestFinished(() => void client.destroy());
  const [socket] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => void socket.destroy());
  const request = new IncomingMessage(socket);
  expect(peerOf(request)).toEqual({ address: '127.0.0.1', localPort: port });
  setPeer(request, { address: '192.0.2.1', localPort: 1 });
  expect(peerOf(request)).toEqual({ address: '192.0.2.1', localPort: 1 });
  const gone = connect(port, '127.0.0.1');
  gone.destroy();
  expect(peerOf(new IncomingMessage(gone))).toEqual({ address: 'gone', localPort: 0 });
});
