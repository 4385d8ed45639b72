import { beforeEach, describe, expect, it } from 'vitest';
import { askAnew } from '../support/gateway/ask-anew.ts';
import { composeGateway, MASTER_KEY, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';
import { connectClient } from '../support/websocket/connect-client.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  return () => upstream.close();
});

type Headers = Readonly<Record<string, string>>;
interface Ask {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Headers;
}

const ask = async ({ port }: RunningGateway, { path, method = 'GET', headers = {} }: Ask) => {
  const body = method === 'POST' ? { model: 'gpt-test', input: 'hi' } : undefined;
  return askAnew(`http://127.0.0.1:${port}${path}`, { method, headers, ...(body && { body }) });
};

const OPEN = {};
const GUARDED = { env: { GOMODEL_MASTER_KEY: MASTER_KEY } };
const KEY = { 'x-gomodel-key': MASTER_KEY };

const EVERYWHERE: readonly Ask[] = [
  { path: '/v1/models' },
  { path: '/v1/models', method: 'OPTIONS' },
  { path: '/v1/models', method: 'HEAD' },
  { path: '/v1/responses', method: 'POST' },
  { path: '/responses', method: 'POST' },
  { path: '/v1/files/f', method: 'DELETE' },
  { path: '/p/openai/models' },
  { path: '/nothing' },
  { path: '/health' },
  { path: '/health', method: 'HEAD' },
  { path: '/readyz' },
  { path: '/admin' },
  { path: '/admin/dashboard/audit' },
  { path: '/admin/api/v1/session' },
  { path: '/admin/api/v1/audit/log' },
  { path: '/admin/api/v1/session', method: 'DELETE' },
  { path: '/admin/api/v1/audit/log?path=*a*a*b' },
];

describe('H3 a request that a page of another origin makes', () => {
  const FROM_ELSEWHERE: readonly Headers[] = [
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    { 'sec-fetch-site': 'none, cross-site' },
    { 'sec-fetch-site': 'something-new' },
    { 'sec-fetch-site': '' },
  ];

  it.each([
    ['without a key', OPEN],
    ['with a key', GUARDED],
  ])(
    'is refused on every route and for every method: %s',
    async (_title, options) => {
      const gateway = await composeGateway(upstream.url, options);
      for (const one of EVERYWHERE) {
        for (const headers of FROM_ELSEWHERE) {
          const { status } = await ask(gateway, { ...one, headers: { ...headers, ...KEY } });
          expect([one.method, one.path, headers, status]).toEqual([one.method, one.path, headers, 403]);
        }
      }
      expect([...upstream.requests, ...upstream.others]).toEqual([]);
      const refused = (await gateway.records()).map(({ status, error }) => [status, error?.code]);
      expect(new Set(refused.map(String))).toEqual(new Set(['403,forbidden_origin']));
    },
    60_000,
  );

  it('opens the dashboard where it is a link, and nothing else', async () => {
    const gateway = await composeGateway(upstream.url);
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'sec-fetch-user': '?1',
    };
    expect((await ask(gateway, { path: '/admin', headers: link })).status).toBe(302);
    expect((await ask(gateway, { path: '/admin/dashboard/audit', headers: link })).status).toBe(200);
    for (const one of [
      { path: '/admin/api/v1/audit/log' },
      { path: '/admin/api/v1/audit/export' },
      { path: '/admin/dashboard/audit', method: 'POST' },
      { path: '/health' },
      { path: '/v1/models' },
    ]) {
      expect([one, (await ask(gateway, { ...one, headers: link })).status]).toEqual([one, 403]);
    }
    const framed = { ...link, 'sec-fetch-dest': 'iframe' };
    expect((await ask(gateway, { path: '/admin/dashboard/audit', headers: framed })).status).toBe(403);
  });

  it.each([
    'http://localhost:3000',
    'http://127.0.0.1:1',
    'https://evil.example',
    'null',
    'file://',
    'tauri://localhost',
    'vscode-webview://1f2e',
    'chrome-extension://abcdef',
    'not an origin',
  ])('is known by its origin where the browser says no more: %s', async (origin) => {
    const gateway = await composeGateway(upstream.url);
    for (const one of EVERYWHERE) {
      expect([one, (await ask(gateway, { ...one, headers: { origin } })).status]).toEqual([one, 403]);
    }
    await expect(connectClient(gateway.v1, { headers: { origin } })).rejects.toThrow('403');
    expect([...upstream.requests, ...upstream.others]).toEqual([]);
  });

  it('may not change anything in the dashboard with a session that its browser adds', async () => {
    const gateway = await composeGateway(upstream.url, GUARDED);
    const own = `http://127.0.0.1:${gateway.port}`;
    const path = '/admin/api/v1/session';
    const statusOf = async (origin: string, method: string) =>
      (await ask(gateway, { path, method, headers: { origin } })).status;
    expect(await statusOf(own, 'GET')).toBe(200);
    expect(await statusOf(own, 'DELETE')).toBe(204);
    for (const origin of ['http://127.0.0.1:1', `tauri://127.0.0.1:${gateway.port}`, 'null']) {
      expect([origin, await statusOf(origin, 'GET')]).toEqual([origin, 403]);
      expect([origin, await statusOf(origin, 'DELETE')]).toEqual([origin, 403]);
    }
  });
});

describe('M1 an answer of a model', () => {
  it.each(['document', 'iframe', 'frame', 'embed', 'object', 'script', 'style', 'worker', 'image'])(
    'is not given to a browser as a %s, whoever asks',
    async (use) => {
      const gateway = await composeGateway(upstream.url);
      for (const site of ['none', 'same-origin', undefined]) {
        const headers = { 'sec-fetch-dest': use, ...(site && { 'sec-fetch-site': site }) };
        expect((await ask(gateway, { path: '/v1/models', headers })).status).toBe(403);
        expect((await ask(gateway, { path: '/p/openai/models', headers })).status).toBe(403);
        expect((await ask(gateway, { path: '/v1/responses', method: 'POST', headers })).status).toBe(403);
      }
      expect([...upstream.requests, ...upstream.others]).toEqual([]);
    },
  );

  it('is not navigated to, while the health routes and the dashboard may be typed in', async () => {
    const gateway = await composeGateway(upstream.url);
    const typed = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await ask(gateway, { path: '/v1/models', headers: typed })).status).toBe(403);
    const bare = { 'sec-fetch-mode': 'navigate' };
    expect((await ask(gateway, { path: '/v1/models', headers: bare })).status).toBe(403);
    for (const path of ['/health', '/readyz', '/admin/dashboard/audit', '/admin/api/v1/session']) {
      expect([path, (await ask(gateway, { path, headers: typed })).status]).toEqual([path, 200]);
    }
  });

  it('is inert, and so is every refusal and every answer of the gateway’s own', async () => {
    const html = '<script>document.cookie</script>';
    upstream.play([
      { kind: 'bytes', body: Buffer.from(html), headers: { 'content-type': 'text/html' } },
      {
        kind: 'bytes',
        status: 500,
        body: Buffer.from(html),
        headers: { 'content-type': 'text/html', 'x-content-type-options': 'off' },
      },
    ]);
    const gateway = await composeGateway(upstream.url);
    for (const one of [
      { path: '/v1/responses', method: 'POST' },
      { path: '/v1/responses', method: 'POST' },
      { path: '/v1/models' },
      { path: '/v1/models?client_version=0.169.0' },
      { path: '/nothing' },
      { path: '/v1/responses' },
      { path: '/health' },
      { path: '/readyz' },
    ]) {
      const { headers } = await ask(gateway, one);
      expect([one, headers['x-content-type-options']]).toEqual([one, 'nosniff']);
      expect([one, headers['content-security-policy']]).toEqual([one, 'sandbox']);
    }
  });

  it('is inert where the demo gives it', async () => {
    const gateway = await composeGateway(upstream.url, { demo: true });
    const { headers, status } = await ask(gateway, { path: '/v1/responses', method: 'POST' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
    });
  });
});

describe('a name that was rebound to this machine', () => {
  it('is refused also after a request under a local name, and on the same connection', async () => {
    const gateway = await composeGateway(upstream.url);
    const local = { host: `localhost:${gateway.port}` };
    for (const one of EVERYWHERE) {
      await ask(gateway, { ...one, headers: local });
      for (const host of ['evil.example', `evil.example:${gateway.port}`, `localhost.evil.example`]) {
        const { status } = await ask(gateway, { ...one, headers: { host } });
        expect([one, host, status]).toEqual([one, host, 403]);
        const same = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
        expect((await ask(gateway, { ...one, headers: same })).status).toBe(403);
      }
    }
  });
});

describe('a program that is not a browser', () => {
  it('is served as before', async () => {
    const gateway = await composeGateway(upstream.url);
    for (const headers of [
      {},
      // What Node's fetch, and so the SDKs, send.
      { 'sec-fetch-mode': 'cors' },
      { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
      { origin: `http://127.0.0.1:${gateway.port}` },
      { referer: 'https://evil.example/' },
    ]) {
      const { status } = await ask(gateway, { path: '/v1/responses', method: 'POST', headers });
      expect([headers, status]).toEqual([headers, 200]);
    }
  });

  it('may be a web view or an extension where it was given the key', async () => {
    const gateway = await composeGateway(upstream.url, GUARDED);
    for (const origin of ['vscode-webview://1f2e', 'app://obsidian.md', 'chrome-extension://abc']) {
      const headers = { origin, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' };
      const asked = { path: '/v1/responses', method: 'POST' };
      expect((await ask(gateway, { ...asked, headers: { ...headers, ...KEY } })).status).toBe(200);
      expect((await ask(gateway, { ...asked, headers })).status).toBe(401);
    }
    const page = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', ...KEY };
    expect((await ask(gateway, { path: '/v1/models', headers: page })).status).toBe(403);
  });
});
