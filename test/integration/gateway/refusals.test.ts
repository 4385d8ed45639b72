import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { compress as zstdCompress } from '@mongodb-js/zstd';
import { beforeEach, describe, expect, it } from 'vitest';
import { composeGateway, MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { openRaw, readToEnd } from '../../support/gateway/send-raw.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  return () => upstream.close();
});

type Sent = { readonly headers?: Record<string, string>; readonly body?: string | Uint8Array<ArrayBuffer> };

const post = (v1: string, { headers = {}, body = '{}' }: Sent = {}): Promise<Response> =>
  fetch(`${v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

const GUARDED = { env: { GOMODEL_MASTER_KEY: MASTER_KEY } };
const BESIDE_CHATGPT = { 'chatgpt-account-id': 'acc_1', authorization: 'Bearer eyJ.chatgpt.token' };

describe('who has no key', () => {
  it.each([
    ['no key', {}, 401, 'missing_api_key'],
    ['a wrong bearer', { authorization: 'Bearer wrong' }, 401, 'invalid_api_key'],
    ['a wrong X-GoModel-Key', { 'x-gomodel-key': 'wrong' }, 401, 'invalid_api_key'],
    ['a basic credential', { authorization: 'Basic eDp5' }, 401, 'missing_api_key'],
    ['only a ChatGPT sign-in', BESIDE_CHATGPT, 403, 'missing_api_key'],
    [
      'a wrong key beside a ChatGPT sign-in',
      { ...BESIDE_CHATGPT, 'x-gomodel-key': 'wrong' },
      403,
      'invalid_api_key',
    ],
  ])('is refused with %s', async (_name, headers, status, code) => {
    const gateway = await composeGateway(upstream.url, GUARDED);
    const response = await post(gateway.v1, { headers: headers as Record<string, string> });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-gomodel-error-origin')).toBe('client');
    expect(await response.json()).toMatchObject({
      error: {
        code,
        type: 'authentication_error',
        message: expect.stringMatching(/init-codex.*GOMODEL_MASTER_KEY/),
      },
    });
    expect(upstream.requests).toHaveLength(0);
    expect(await gateway.records()).toMatchObject([
      {
        id: response.headers.get('x-request-id'),
        status,
        auth: 'rejected',
        error: { origin: 'client', code },
      },
    ]);
  });

  it.each([
    ['the bearer', { authorization: `Bearer ${MASTER_KEY}` }],
    ['a bearer in lower case', { authorization: `bearer ${MASTER_KEY}` }],
    ['X-GoModel-Key', { 'x-gomodel-key': MASTER_KEY }],
    ['X-GoModel-Key beside a ChatGPT sign-in', { ...BESIDE_CHATGPT, 'x-gomodel-key': MASTER_KEY }],
  ])('is let in with the master key in %s', async (_name, headers) => {
    const gateway = await composeGateway(upstream.url, GUARDED);
    const response = await post(gateway.v1, { headers: headers as Record<string, string> });
    expect(response.status).toBe(200);
    await response.text();
    expect(await gateway.records()).toMatchObject([{ auth: 'master_key' }]);
  });
});

describe('without a master key', () => {
  it.each([
    ['a page of another origin', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a name that was rebound to loopback', { host: 'rebound.example:8080' }],
  ])('%s is refused', async (_name, headers) => {
    const gateway = await composeGateway(upstream.url);
    const request = httpRequest(`${gateway.v1}/responses`, {
      method: 'POST',
      headers: headers as Record<string, string>,
    });
    request.end('{}');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(403);
    expect(upstream.requests).toHaveLength(0);
  });

  it.each(['http://localhost:3000', 'http://127.0.0.1:8080', 'http://[::1]:8080'])(
    'a page of another port of this machine is refused: %s',
    async (origin) => {
      const gateway = await composeGateway(upstream.url);
      expect((await post(gateway.v1, { headers: { origin } })).status).toBe(403);
      expect((await post(gateway.v1, { headers: { origin: gateway.v1.slice(0, -3) } })).status).toBe(200);
    },
  );

  it('a bind beyond loopback is refused with the reason', async () => {
    await expect(composeGateway(upstream.url, { env: { HOST: '0.0.0.0' } })).rejects.toMatchObject({
      code: 'invalid_config',
      exitCode: 2,
      message: expect.stringMatching(/GOMODEL_MASTER_KEY/),
    });
  });
});

describe('a body that cannot be read', () => {
  const zstdBody = async (text: string): Promise<Uint8Array<ArrayBuffer>> =>
    Uint8Array.from(await zstdCompress(Buffer.from(text), 3));

  it.each([
    ['is cut off', (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, -3)],
    ['has bytes after its end', (bytes: Uint8Array<ArrayBuffer>) => Uint8Array.from([...bytes, 1, 2, 3])],
    ['is no zstd', () => Uint8Array.from(Buffer.from('{"model":"plain"}'))],
    ['is empty', () => new Uint8Array(0)],
  ])('because its zstd %s is a 400, and nothing reaches the upstream', async (_name, damage) => {
    const gateway = await composeGateway(upstream.url);
    const body = damage(
      await zstdBody(JSON.stringify({ input: 'some text that is long enough '.repeat(9) })),
    );
    const response = await post(gateway.v1, { headers: { 'content-encoding': 'zstd' }, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_content_encoding' } });
    expect(upstream.requests).toHaveLength(0);
    expect(await gateway.records()).toMatchObject([{ status: 400, error: { origin: 'client' } }]);
  });

  it('because its coding is unknown is a 415 that says which ones are known', async () => {
    const gateway = await composeGateway(upstream.url);
    const response = await post(gateway.v1, { headers: { 'content-encoding': 'snappy' } });
    expect(response.status).toBe(415);
    expect(response.headers.get('accept-encoding')).toContain('zstd');
  });

  it('because it is no JSON is a 400 that says so', async () => {
    const gateway = await composeGateway(upstream.url);
    const response = await post(gateway.v1, { body: '{"model":"gpt-test","input":"cut he' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_json' } });
    expect(upstream.requests).toHaveLength(0);
  });

  it('because its Content-Encoding was lost on the way is a 400 that names the coding', async () => {
    const gateway = await composeGateway(upstream.url);
    const response = await post(gateway.v1, { body: await zstdBody('{"model":"gpt-test"}') });
    expect(await response.json()).toMatchObject({
      error: {
        code: 'invalid_json',
        message: expect.stringMatching(/compressed with zstd, but no Content-Encoding/),
      },
    });
  });

  it.each([
    ['declared', { 'content-type': 'application/json' }],
    ['decoded', { 'content-encoding': 'zstd' }],
  ])('because it is larger than the limit, %s, is a 413 with a record', async (kind, headers) => {
    const gateway = await composeGateway(upstream.url, { env: { BODY_SIZE_LIMIT: '64K' } });
    const text = JSON.stringify({ input: 'x'.repeat(64 * 1024) });
    const body = kind === 'decoded' ? await zstdBody(text) : text;
    const response = await post(gateway.v1, { headers: headers as Record<string, string>, body });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      error: { code: 'request_too_large', message: expect.stringMatching(/BODY_SIZE_LIMIT/) },
    });
    expect(upstream.requests).toHaveLength(0);
    expect(await gateway.records()).toMatchObject([{ status: 413 }]);
  });

  it('because it exceeds the limit without having declared a length is a 413 too', async () => {
    const gateway = await composeGateway(upstream.url, { env: { BODY_SIZE_LIMIT: '64K' } });
    const socket = await openRaw(
      gateway.port,
      'POST /v1/responses HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    socket.on('error', () => {});
    const answer = readToEnd(socket);
    for (let sent = 0; sent < 5; sent++) socket.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`);
    socket.end('0\r\n\r\n');
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('because the client stopped sending is a 408', async () => {
    const gateway = await composeGateway(upstream.url, { timeouts: { bodyIdleMs: 80 } });
    const socket = await openRaw(
      gateway.port,
      'POST /v1/responses HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"mod',
    );
    let answer = '';
    // Head and body may come one after the other; leaving the loop ends the connection.
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      answer += chunk.toString();
      if (answer.endsWith('}}')) break;
    }
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
    expect(await gateway.records()).toMatchObject([{ status: 408, error: { code: 'request_timeout' } }]);
  });

  it('and whose client then ends its side leaves that one record alone', async () => {
    const gateway = await composeGateway(upstream.url, { timeouts: { bodyIdleMs: 80 } });
    const head = 'POST /v1/responses HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"mod';
    const socket = await openRaw(gateway.port, head);
    const answer = readToEnd(socket);
    await once(socket, 'data');
    socket.end();
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(await gateway.records()).toMatchObject([{ status: 408 }]);
  });
});

describe('a request that leads nowhere', () => {
  it('is a 404 unknown_route, with a record', async () => {
    const gateway = await composeGateway(upstream.url);
    const response = await fetch(`http://127.0.0.1:${gateway.port}/v2/responses`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { code: 'unknown_route', type: 'not_found_error' },
    });
    expect(await gateway.records()).toMatchObject([{ status: 404, path: '/v2/responses' }]);
  });

  it('is a 503 that names the variable where the gateway has no key at the provider', async () => {
    const gateway = await composeGateway(upstream.url, {
      env: { OPENAI_API_KEY: undefined, CHATGPT_LOGIN: 'off' },
    });
    const response = await post(gateway.v1);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      error: { code: 'provider_not_configured', message: expect.stringMatching(/Set OPENAI_API_KEY/) },
    });
    const ready = await fetch(`http://127.0.0.1:${gateway.port}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      checks: { upstream: expect.stringMatching(/OPENAI_API_KEY/) },
    });
  });

  it('is a 508 when it comes round again, and is not sent a third time', async () => {
    // The gateway behind the gateway is itself by another name: this is what a loop looks like.
    const gateway = await composeGateway(upstream.url);
    await (await post(gateway.v1)).text();
    const via = (await upstream.request(0)).headers.via ?? '';
    const response = await post(gateway.v1, { headers: { via: `1.0 other, ${via}` } });
    expect(response.status).toBe(508);
    expect(await response.json()).toMatchObject({ error: { code: 'loop_detected' } });
    expect(upstream.requests).toHaveLength(1);
  });

  it('is answered in the same form where it is no HTTP at all, and has a record', async () => {
    const gateway = await composeGateway(upstream.url);
    const socket = await openRaw(gateway.port, 'GET / HTTP/9.9\r\nbad header\r\n\r\n');
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 400 .*"code":"invalid_request"/s);
    const flooded = await openRaw(
      gateway.port,
      `GET /v1/models HTTP/1.1\r\nx: ${'y'.repeat(80_000)}\r\n\r\n`,
    );
    flooded.on('error', () => {});
    expect(await readToEnd(flooded)).toMatch(/^HTTP\/1\.1 431 /);
    expect((await gateway.records()).map(({ status }) => status)).toEqual([400, 431]);
  });
});

describe('the health routes', () => {
  it('say that the gateway is up and ready, and leave no record', async () => {
    const gateway = await composeGateway(upstream.url);
    const health = await fetch(`http://127.0.0.1:${gateway.port}/health`);
    expect(await health.json()).toEqual({
      status: 'ok',
      service: 'gomodel-ts',
      version: '0.0.0-test',
      auth: 'none',
    });
    const ready = await fetch(`http://127.0.0.1:${gateway.port}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({
      status: 'ready',
      checks: { accepting: 'ok', log: 'ok', upstream: 'ok' },
      log: { lost: { lines: 0, bodies: 0 }, interrupted: 0 },
    });
    expect(await gateway.records()).toEqual([]);
  });

  it('are found by localhost whichever loopback that is', async () => {
    const gateway = await composeGateway(upstream.url);
    for (const host of ['127.0.0.1', '[::1]']) {
      expect((await fetch(`http://${host}:${gateway.port}/health`)).status).toBe(200);
    }
  });
});
