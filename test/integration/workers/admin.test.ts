import { mkdirSync, readdirSync, statSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { askAnew } from '../../support/gateway/ask-anew.ts';
import { MASTER_KEY } from '../../support/gateway/start-gateway.ts';
import { startWorkersGateway } from '../../support/gateway/start-workers.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const CONNECTIONS = 6;

/** The same over several connections, so that each worker is asked. */
const askAll = (url: string, headers: Readonly<Record<string, string>> = {}): Promise<number[]> =>
  Promise.all(Array.from({ length: CONNECTIONS }, async () => (await askAnew(url, { headers })).status));

const all = (status: number): number[] => Array(CONNECTIONS).fill(status);

it('lets into the dashboard by whichever worker, and out again', async () => {
  const gateway = await startWorkersGateway(2, { args: ['--demo'], masterKey: MASTER_KEY });
  const log = `${gateway.origin}/admin/api/v1/audit/log`;
  const session = `${gateway.origin}/admin/api/v1/session`;
  expect(await askAll(`${gateway.origin}/admin/dashboard/audit`)).toEqual(all(200));
  expect(await askAll(log)).toEqual(all(401));
  expect(await askAll(log, { 'x-gomodel-key': MASTER_KEY })).toEqual(all(200));
  const login = await askAnew(session, { method: 'POST', body: { key: MASTER_KEY } });
  expect(login.status).toBe(204);
  const cookie = login.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  expect(cookie).toContain(`gomodel_session_${gateway.port}=`);
  expect(await askAll(log, { cookie })).toEqual(all(200));
  const logout = await askAnew(session, { method: 'DELETE', headers: { cookie } });
  expect(logout.status).toBe(204);
  expect(await askAll(log, { cookie })).toEqual(all(401));
});

it('opens nothing by the way that workers have to the primary', async () => {
  const gateway = await startWorkersGateway(2, { args: ['--demo'], masterKey: MASTER_KEY });
  const [folder = ''] = readdirSync(gateway.temporary);
  const socketPath = join(gateway.temporary, folder, 'inner');
  expect(statSync(join(gateway.temporary, folder)).mode & 0o777).toBe(0o700);
  const askInside = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = http.request({ socketPath, path: '/readyz', headers, agent: false });
      request.once('error', reject).once('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.end();
    });
  expect(await askInside({})).toBe(403);
  expect(await askInside({ 'x-gomodel-inner-secret': 'x'.repeat(43) })).toBe(403);
  // What a client says in those headers is not heard.
  const forged = { 'x-gomodel-inner-secret': 'x', 'x-gomodel-inner-peer': '1 10.0.0.1' };
  expect(await askAll(`${gateway.origin}/readyz`, forged)).toEqual(all(200));
  expect(await askAll(`${gateway.origin}/admin/api/v1/audit/log`, forged)).toEqual(all(401));
  expect(await gateway.stop('SIGTERM')).toBe(0);
  expect(readdirSync(gateway.temporary)).toEqual([]);
});

it('answers where the path of the temporary folder is too long for a socket', async () => {
  const deep = join(createTemporaryFolder('deep'), 'x'.repeat(90));
  mkdirSync(deep);
  const gateway = await startWorkersGateway(2, { args: ['--demo'], env: { TMPDIR: deep } });
  expect(await askAll(`${gateway.origin}/readyz`)).toEqual(all(200));
  expect(readdirSync(deep)).toEqual([]);
  expect(await gateway.stop('SIGTERM')).toBe(0);
});

it('counts wrong keys by the address of the client, whichever worker it came to', async () => {
  const gateway = await startWorkersGateway(2, { args: ['--demo'], masterKey: MASTER_KEY });
  const log = `${gateway.origin.replace('localhost', '127.0.0.1')}/admin/api/v1/audit/log`;
  const statuses: number[] = [];
  for (let tries = 0; tries < 7; tries++) {
    // An address that it names itself is not its own.
    const headers = { 'x-gomodel-key': 'wrong', 'x-gomodel-inner-peer': `1 10.0.0.${tries}` };
    statuses.push((await askAnew(log, { headers })).status);
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  const other = `${gateway.origin.replace('localhost', '[::1]')}/admin/api/v1/audit/log`;
  expect((await askAnew(other, { headers: { 'x-gomodel-key': MASTER_KEY } })).status).toBe(200);
});

it('passes on every request with a body, however quickly it is answered', async () => {
  const gateway = await startWorkersGateway(2, { args: ['--demo'], masterKey: MASTER_KEY });
  const session = `${gateway.origin}/admin/api/v1/session`;
  const logIn = async (): Promise<number> =>
    (await askAnew(session, { method: 'POST', body: { key: MASTER_KEY } })).status;
  const statuses = new Set<number>();
  for (let round = 0; round < 50; round++) {
    for (const status of await Promise.all(Array.from({ length: 8 }, logIn))) statuses.add(status);
  }
  expect([...statuses]).toEqual([204]);
});

it('sends a recorded request again through whichever worker takes it', async () => {
  const gateway = await startWorkersGateway(2, { args: ['--demo'], masterKey: MASTER_KEY });
  const headers = { authorization: `Bearer ${MASTER_KEY}` };
  const first = await askAnew(`${gateway.origin}/v1/responses`, {
    method: 'POST',
    headers,
    body: { model: 'gpt-test', input: 'hi' },
  });
  const id = String(first.headers['x-request-id']);
  const again = `${gateway.origin}/admin/api/v1/audit/log/${id}/again`;
  const sent = await askAnew(again, { method: 'POST', headers, body: { model: 'gpt-other' } });
  expect(sent.status).toBe(202);
  const record = `${gateway.origin}/admin/api/v1/audit/log/${JSON.parse(sent.text).id}`;
  await expect
    .poll(async () => JSON.parse((await askAnew(record, { headers })).text).entry)
    .toMatchObject({ sentAgainOf: id, auth: 'master_key', requestedModel: 'gpt-other', status: 200 });
});
