import { request as send } from 'node:http';
import { expect, it } from 'vitest';
import { askAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway, MASTER_KEY } from '../../support/gateway/compose-gateway.ts';

const guarded = () =>
  composeGateway('http://127.0.0.1:9/v1', { demo: true, env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
const open = () => composeGateway('http://127.0.0.1:9/v1', { demo: true });

const logIn = (port: number, key: string, headers: Record<string, string> = {}): Promise<Response> =>
  askAdmin(port, 'session', { method: 'POST', headers, body: JSON.stringify({ key }) });

/** `fetch` sets `Host` and `Origin` itself. */
const statusOf = (
  port: number,
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<number> =>
  new Promise((resolve, reject) => {
    const request = send({ port, host: '127.0.0.1', path, headers, method }, (response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.once('error', reject);
    request.end();
  });

it('shows nothing of the log without the key, and everything in a session', async () => {
  const { port } = await guarded();
  for (const path of ['audit/log', 'audit/stream', 'usage/summary', 'openapi.json', 'nowhere']) {
    const refused = await askAdmin(port, path);
    expect([path, refused.status]).toEqual([path, 401]);
    expect(await refused.json()).toMatchObject({ error: { code: 'missing_api_key' } });
  }
  expect(await (await askAdmin(port, 'session')).json()).toEqual({ required: true, authenticated: false });
  const entered = await logIn(port, MASTER_KEY);
  const setCookie = entered.headers.get('set-cookie') ?? '';
  expect(entered.status).toBe(204);
  expect(setCookie).toMatch(/; Path=\/admin; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
  expect(setCookie).not.toContain(MASTER_KEY);
  const cookie = setCookie.split(';')[0] ?? '';
  expect((await askAdmin(port, 'audit/log', { headers: { cookie } })).status).toBe(200);
  expect((await askAdmin(port, 'session', { method: 'DELETE', headers: { cookie } })).status).toBe(204);
  expect((await askAdmin(port, 'audit/log', { headers: { cookie } })).status).toBe(401);
});

it('ends the event streams of a session with it, and no others', async () => {
  const { port } = await guarded();
  const enter = async (): Promise<string> =>
    (await logIn(port, MASTER_KEY)).headers.get('set-cookie')?.split(';')[0] ?? '';
  const [leaving, staying] = [await enter(), await enter()];
  const listen = async (cookie: string) =>
    (await askAdmin(port, 'audit/stream', { headers: { cookie } })).body?.getReader();
  const [cut, other] = [await listen(leaving), await listen(staying)];
  await askAdmin(port, 'session', { method: 'DELETE', headers: { cookie: leaving } });
  let last = await cut?.read();
  while (last && !last.done) last = await cut?.read();
  expect(last?.done).toBe(true);
  expect((await other?.read())?.done).toBe(false);
  expect((await askAdmin(port, 'audit/stream', { headers: { cookie: leaving } })).status).toBe(401);
  await other?.cancel();
});

it('takes the key itself from a script', async () => {
  const { port } = await guarded();
  const bearer = { authorization: `Bearer ${MASTER_KEY}` };
  expect((await askAdmin(port, 'audit/log', { headers: bearer })).status).toBe(200);
  expect((await askAdmin(port, 'audit/log', { headers: { 'x-gomodel-key': MASTER_KEY } })).status).toBe(200);
  expect((await askAdmin(port, 'audit/log', { headers: { authorization: 'Bearer wrong' } })).status).toBe(
    401,
  );
});

it('refuses more wrong keys than anyone mistypes, whichever way they come, and never the right one', async () => {
  const { port } = await guarded();
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    statuses.push((await logIn(port, 'wrong')).status);
    statuses.push((await askAdmin(port, 'audit/log', { headers: { 'x-gomodel-key': 'wrong' } })).status);
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  const limited = await logIn(port, 'wrong');
  expect(limited.status).toBe(429);
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await limited.json()).toMatchObject({ error: { code: 'too_many_attempts' } });
  expect((await logIn(port, MASTER_KEY)).status).toBe(204);
});

it('lets no page of another origin log in or out, key or not', async () => {
  const { port } = await guarded();
  const path = '/admin/api/v1/session';
  expect(await statusOf(port, path, { origin: 'https://evil.example' }, 'DELETE')).toBe(403);
  expect(await statusOf(port, path, { origin: 'null' }, 'DELETE')).toBe(403);
  expect(await statusOf(port, path, { 'sec-fetch-site': 'cross-site' }, 'DELETE')).toBe(403);
  expect(await statusOf(port, path, { origin: `http://127.0.0.1:${port}` }, 'DELETE')).toBe(204);
});

// LESSONS.md 30: dashboards were reachable by DNS rebinding.
it('answers by a name of this machine alone where there is no key', async () => {
  const { port } = await open();
  for (const path of ['/admin/api/v1/audit/log', '/admin/dashboard/audit', '/admin']) {
    expect([path, await statusOf(port, path, { host: 'evil.example' })]).toEqual([path, 403]);
    expect([path, await statusOf(port, path, { origin: 'https://evil.example' })]).toEqual([path, 403]);
  }
  expect(await statusOf(port, '/admin/api/v1/audit/log', { host: `localhost:${port}` })).toBe(200);
});

it('sends the page under a policy without inline scripts, and the API’s answers into no cache', async () => {
  const { port } = await open();
  const page = await fetch(`http://127.0.0.1:${port}/admin/dashboard/sessions/anything`);
  expect(page.headers.get('content-type')).toContain('text/html');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain('unsafe');
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  const asset = /\/admin\/dashboard\/assets\/[^"]+\.js/.exec(await page.text())?.[0];
  const script = await fetch(`http://127.0.0.1:${port}${asset}`);
  expect(script.headers.get('cache-control')).toContain('immutable');
  expect(script.headers.get('content-encoding')).toMatch(/br|gzip/);
  const log = await askAdmin(port, 'audit/log');
  expect(log.headers.get('cache-control')).toBe('no-store');
  for (const path of ['/admin/dashboard/..%2f..%2fpackage.json', '/admin/dashboard/assets/none.js']) {
    expect([path, await statusOf(port, path, {})]).toEqual([path, 404]);
  }
});

it('leads /admin to the log, and answers HEAD, OPTIONS and wrong methods for what they are', async () => {
  const { port, records } = await open();
  for (const path of ['/admin', '/admin/dashboard', '/admin/dashboard/']) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/admin/dashboard/audit']);
  }
  expect((await askAdmin(port, 'audit/log', { method: 'HEAD' })).status).toBe(200);
  const options = await askAdmin(port, 'session', { method: 'OPTIONS' });
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, POST, DELETE, HEAD, OPTIONS']);
  expect((await askAdmin(port, 'audit/log', { method: 'DELETE' })).status).toBe(405);
  expect(await records(), 'the page’s own requests are no exchanges').toEqual([]);
});
