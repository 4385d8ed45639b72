import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import type { UsageSummaryAnswer } from '../../../src/admin/api-types/usage.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway, MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'json', status: 200, body: {} });
  return () => upstream.close();
});

const NAVIGATION = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

const ask = async (
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = NAVIGATION,
  method = 'GET',
): Promise<IncomingMessage> => {
  const asked = httpRequest({ host: '127.0.0.1', port, path, method, headers }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'close');
  return answer;
};

describe('a browser', () => {
  it.each(['/', '/?from=here', '/dashboard', '/dashboard/', '/dashboard/usage', '/v1', '/v1/'])(
    'is led to the dashboard from %s, and the log says nothing of it',
    async (path) => {
      const gateway = await composeGateway(upstream.url);
      const answer = await ask(gateway.port, path);
      expect(answer.statusCode).toBe(302);
      expect(answer.headers.location).toBe('/admin/dashboard/audit');
      expect(await gateway.records()).toEqual([]);
    },
  );

  it('finds the icon that it looks for by itself, and is told shortly of the rest', async () => {
    const gateway = await composeGateway(upstream.url);
    const icon = await ask(gateway.port, '/favicon.ico', {});
    expect([icon.statusCode, icon.headers.location]).toEqual([302, '/admin/dashboard/favicon.svg']);
    for (const path of [
      '/robots.txt',
      '/apple-touch-icon-precomposed.png',
      '/.well-known/appspecific/com.chrome.devtools.json',
    ])
      expect((await ask(gateway.port, path, {})).statusCode).toBe(404);
    expect(await gateway.records()).toEqual([]);
  });

  it('under a foreign name is refused there as on the dashboard', async () => {
    const gateway = await composeGateway(upstream.url);
    expect((await ask(gateway.port, '/', { ...NAVIGATION, host: 'rebound.example' })).statusCode).toBe(403);
  });

  it('is led there with a master key, too, where it can log in', async () => {
    const gateway = await composeGateway(upstream.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
    expect((await ask(gateway.port, '/v1')).statusCode).toBe(302);
  });
});

describe('a program', () => {
  it.each([
    ['GET', '/v1', {}],
    ['POST', '/', {}],
    ['POST', '/dashboard', NAVIGATION],
    ['GET', '/dashboards', {}],
    ['GET', '/robots.txt.exe', {}],
  ] as const)('that asks %s %s is refused on record', async (method, path, headers) => {
    const gateway = await composeGateway(upstream.url);
    expect((await ask(gateway.port, path, headers, method)).statusCode).toBeGreaterThanOrEqual(400);
    expect(await gateway.records()).toHaveLength(1);
  });
});

describe('a client that looks whether the gateway is there', () => {
  it.each(['HEAD', 'GET'])('by %s is a probe: no failure, and in no figure', async (method) => {
    const gateway = await composeGateway(upstream.url);
    expect((await ask(gateway.port, '/v1/responses', {}, method)).statusCode).toBe(405);
    expect(await gateway.records()).toMatchObject([{ status: 405, probe: true }]);
    const sums = await readAdmin<UsageSummaryAnswer>(gateway.port, 'usage/summary?days=1');
    expect(sums).toMatchObject({ requests: 0, failed_requests: 0, failures: [] });
    const failed = await readAdmin<{ total: number }>(gateway.port, 'audit/log?error_type=any');
    expect(failed.total).toBe(0);
  });

  it('with a wrong key is a failure like any other', async () => {
    const gateway = await composeGateway(upstream.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
    await ask(gateway.port, '/v1/responses', { authorization: 'Bearer wrong' }, 'HEAD');
    const [record] = await gateway.records();
    expect(record).toMatchObject({ status: 401, auth: 'rejected' });
    expect(record?.probe).toBeUndefined();
  });
});
