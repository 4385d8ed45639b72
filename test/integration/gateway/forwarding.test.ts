import { createHash } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { compress as zstdCompress } from '@mongodb-js/zstd';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  composeGateway,
  MASTER_KEY,
  type RunningGateway,
  UPSTREAM_KEY,
} from '../../support/gateway/compose-gateway.ts';
import { openRaw, readToEnd } from '../../support/gateway/send-raw.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

const OK = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) } as const;
const JSON_HEADERS = { 'content-type': 'application/json' };
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream(OK);
  return () => upstream.close();
});

/** Sends a body in pieces of its own, and reads the answer whole. */
const sendPieces = (
  gateway: RunningGateway,
  pieces: readonly Buffer[],
  headers: Record<string, string>,
): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(
      `${gateway.v1}/responses`,
      { method: 'POST', headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    for (const piece of pieces) request.write(piece);
    request.end();
  });

describe('the request on its way to the upstream', () => {
  it('arrives byte for byte, whatever JSON it is, however it is coded and wherever it is split', async () => {
    const gateway = await composeGateway(upstream.url);
    const encode: Record<string, (bytes: Buffer) => Buffer | Promise<Buffer>> = {
      zstd: (bytes) => zstdCompress(bytes, 3),
      gzip: (bytes) => gzipSync(bytes),
      deflate: (bytes) => deflateSync(bytes),
      'raw deflate': (bytes) => deflateRawSync(bytes),
      br: (bytes) => brotliCompressSync(bytes),
      identity: (bytes) => bytes,
    };
    const property = fc.asyncProperty(
      fc.json({ depthSize: 'medium', maxDepth: 6 }),
      fc.constantFrom(...Object.keys(encode)),
      fc.array(fc.nat(4000), { maxLength: 4 }),
      async (text, coding, cuts) => {
        const body = Buffer.from(text);
        const wire = await (encode[coding] ?? encode.identity)?.(body);
        if (!wire) throw new Error('no such coding');
        const at = [0, ...cuts.map((cut) => cut % (wire.length + 1)).sort((a, b) => a - b), wire.length];
        const pieces = at.slice(1).map((end, index) => wire.subarray(at[index], end));
        const answer = await sendPieces(gateway, pieces, {
          ...JSON_HEADERS,
          'content-encoding': coding.replace('raw ', ''),
        });
        expect(answer.status).toBe(200);
        const seen = upstream.requests.at(-1);
        expect(seen?.sha256).toBe(sha256(body));
        expect(seen?.headers['content-length']).toBe(String(body.length));
        expect(seen?.headers).not.toHaveProperty('content-encoding');
        expect(seen?.headers).not.toHaveProperty('transfer-encoding');
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });

  it('keeps every header of the client but hop-by-hop ones, credentials and what described the coding', async () => {
    const gateway = await composeGateway(upstream.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
    const kept = {
      session_id: 'abc',
      'thread-id': 'def',
      originator: 'codex_exec',
      'user-agent': 'codex_exec/0.169.0 (Debian)',
      'x-codex-turn-metadata': '{"turn_id":"1"}',
      'x-client-request-id': 'ghi',
      version: '0.169.0',
      accept: 'text/event-stream',
    };
    await sendPieces(gateway, [Buffer.from('{}')], {
      ...JSON_HEADERS,
      ...kept,
      'chatgpt-account-id': 'acc_1',
      'x-gomodel-key': MASTER_KEY,
      authorization: 'Bearer of-the-client',
      cookie: 'session=1',
      'proxy-authorization': 'Basic eA==',
      'accept-encoding': 'gzip, br',
      connection: 'close, X-Of-This-Hop',
      'x-of-this-hop': 'yes',
      te: 'trailers',
    });
    const { headers } = await upstream.request(0);
    expect(headers).toMatchObject(kept);
    expect(headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`);
    expect(headers['accept-encoding']).toBe('identity');
    expect(headers.host).toBe(new URL(upstream.url).host);
    for (const name of [
      'x-gomodel-key',
      'chatgpt-account-id',
      'cookie',
      'proxy-authorization',
      'x-of-this-hop',
      'te',
    ]) {
      expect(headers).not.toHaveProperty(name);
    }
    expect(JSON.stringify(upstream.requests)).not.toContain(MASTER_KEY);
  });

  it('trap 1: neither leaks the master key nor loses the body under Expect: 100-continue', async () => {
    const gateway = await composeGateway(upstream.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
    const body = JSON.stringify({ model: 'gpt-test', input: 'hello' });
    const answer = await sendPieces(gateway, [Buffer.from(body)], {
      ...JSON_HEADERS,
      authorization: `Bearer ${MASTER_KEY}`,
      expect: '100-continue',
    });
    expect(answer.status).toBe(200);
    const seen = await upstream.request(0);
    expect(seen.body.toString()).toBe(body);
    expect(seen.headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`);
    expect(seen.headers).not.toHaveProperty('expect');
  });

  it('takes its path and query as they are, with and without /v1', async () => {
    const gateway = await composeGateway(upstream.url);
    const send = (path: string) =>
      fetch(`http://127.0.0.1:${gateway.port}${path}`, { method: 'POST', body: '{}', headers: JSON_HEADERS });
    await send('/v1/responses/resp%2F1/cancel?a=%20b&c=?d');
    await send('/responses');
    await send('/v1/some/future/route');
    expect(upstream.requests.map(({ url }) => url)).toEqual([
      '/v1/responses/resp%2F1/cancel?a=%20b&c=?d',
      '/v1/responses',
      '/v1/some/future/route',
    ]);
  });

  it.each([
    '/v1/../admin/keys',
    '/v1/%2e%2e/organization/api_keys',
    '/v1/files/..%2f..%2forganization',
    '/v1/files\\..\\x',
    '/v1/.%2e/x',
    '/v1/',
    '/v1',
    '/v1x/responses',
    '/responsesx',
    '*',
  ])('cannot leave the upstream base path by %s', async (path) => {
    const gateway = await composeGateway(upstream.url);
    const socket = await openRaw(
      gateway.port,
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
    );
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 404 .*"code":"unknown_route"/s);
    expect(upstream.requests).toHaveLength(0);
  });

  it('cannot choose the upstream by a request line in absolute form', async () => {
    const gateway = await composeGateway(upstream.url);
    const socket = await openRaw(
      gateway.port,
      'POST http://169.254.169.254/v1/responses HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}',
    );
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 200 /);
    expect(upstream.requests.map(({ url }) => url)).toEqual(['/v1/responses']);
  });

  it('is served as it is where the client would rather speak HTTP/2, as Java does with every request', async () => {
    const gateway = await composeGateway(upstream.url);
    const body = '{"model":"m"}';
    const request = [
      'POST /v1/responses HTTP/1.1',
      'host: localhost',
      'content-type: application/json',
      `content-length: ${body.length}`,
      'connection: Upgrade, HTTP2-Settings',
      'upgrade: h2c',
      'http2-settings: AAEAAEAAAAI',
      '',
      body,
    ].join('\r\n');

    // What is sent at once behind it is not answered, which the client must be told.
    const answers = await readToEnd(await openRaw(gateway.port, `${request}${request}`));

    expect(answers).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\nconnection: close\r\n.*response\.completed/is);
    const [asked, ...more] = upstream.requests;
    expect(asked?.body.toString()).toBe(body);
    expect(asked?.headers).not.toHaveProperty('upgrade');
    expect(asked?.headers).not.toHaveProperty('http2-settings');
    expect(more).toEqual([]);
  });

  it('streams an upload through before the client has sent all of it', async () => {
    const arrived: string[] = [];
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => {
        arrived.push(chunk.toString());
        if (arrived.join('').includes('first')) clientMayGoOn();
      });
      request.on('end', () => response.end('{"id":"file-1"}'));
    });
    let clientMayGoOn = (): void => {};
    const firstArrived = new Promise<void>((resolve) => {
      clientMayGoOn = resolve;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const uploads = await composeGateway(`http://127.0.0.1:${address.port}/v1`);
    const answer = new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        `${uploads.v1}/files`,
        { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode));
        },
      );
      request.on('error', reject);
      request.write('first part');
      firstArrived.then(() => request.end(' and the last'));
    });
    expect(await answer).toBe(200);
    expect(arrived.join('')).toBe('first part and the last');
    const [record] = await uploads.records();
    expect(record?.request.wireBytes).toBe('first part and the last'.length);
  });
});
