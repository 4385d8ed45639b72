import { once } from 'node:events';
import { copyFileSync, readFileSync, renameSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { join } from 'node:path';
import type tls from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { openState } from '../../../src/state/state.ts';
import { runCli } from '../../support/cli/start-cli.ts';
import { startHeldGateway } from '../../support/faults/start-held-gateway.ts';
import { MASTER_KEY } from '../../support/gateway/start-gateway.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { createAuthority } from '../../support/tls/create-authority.ts';

const authority = createAuthority();

/** A pair in files that a test may replace. */
const putPair = (names = 'DNS:gw.corp') => {
  const folder = createTemporaryFolder('pair');
  const files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  const put = (pair: { certFile: string; keyFile: string }): void => {
    copyFileSync(pair.keyFile, `${files.keyFile}.new`);
    copyFileSync(pair.certFile, `${files.certFile}.new`);
    renameSync(`${files.keyFile}.new`, files.keyFile);
    renameSync(`${files.certFile}.new`, files.certFile);
  };
  put(authority.issue(names));
  return { ...files, put, env: { TLS_CERT: files.certFile, TLS_KEY: files.keyFile } };
};

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Of the certificate that the gateway showed. */
  readonly serial: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Asks by the certificate's name, trusting the authority alone; a new connection each time. */
const ask = async (
  port: number,
  path: string,
  options: https.RequestOptions & { body?: string } = {},
): Promise<Answer> => {
  const { body, ...more } = options;
  const request = https.request({
    ...{ host: '127.0.0.1', port, path, servername: 'gw.corp', ca: authority.pem, agent: false },
    ...more,
  });
  request.end(body);
  const [response] = await once(request, 'response');
  const serial = (response.socket as tls.TLSSocket).getPeerCertificate().serialNumber;
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, text, serial, headers: response.headers };
};

it.each([1, 2])(
  'speaks https with a private authority over HTTP and WebSocket, with %d workers',
  async (workers) => {
    const pair = putPair();
    const gateway = await startHeldGateway({
      env: pair.env,
      masterKey: MASTER_KEY,
      args: ['--demo', '--workers', String(workers)],
    });
    const { port } = gateway;
    expect(gateway.url).toBe(`https://localhost:${port}/v1`);
    expect(gateway.output().stderr).toContain(`https://localhost:${port}/admin/dashboard`);

    const headers = { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ model: 'gpt-test', input: 'x', stream: true });
    const answer = await ask(port, '/v1/responses', { method: 'POST', headers, body });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.text).toContain('event: response.completed');

    const ws = new WebSocket(`wss://127.0.0.1:${port}/v1/responses`, {
      ...{ ca: authority.pem, servername: 'gw.corp', headers, checkServerIdentity: () => undefined },
    });
    await once(ws, 'open');
    const told: string[] = [];
    ws.on('message', (data) => told.push(String(data)));
    ws.send(JSON.stringify({ type: 'response.create', model: 'gpt-test', input: [] }));
    while (!told.some((text) => text.includes('response.completed'))) await once(ws, 'message');
    ws.close();

    const login = await ask(port, '/admin/api/v1/session', {
      method: 'POST',
      headers,
      body: JSON.stringify({ key: MASTER_KEY }),
    });
    expect(login.status).toBe(204);
    expect(String(login.headers['set-cookie'])).toMatch(/; Secure/);

    // Its own commands know it by what it has announced, though its certificate is not for localhost.
    const status = await gateway.run(['status']);
    expect(status).toMatchObject({ code: 0 });
    expect(status.stdout).toContain(`listening  https://localhost:${port}/v1   guarded by a key`);
    const link = await gateway.run(['dashboard', '--link']);
    expect(link.stdout).toMatch(/^https:\/\/localhost:\d+\/admin\/dashboard\/enter/);
    const doctor = await gateway.run(['doctor', '--model', 'gpt-test'], {
      ...pair.env,
      GOMODEL_MASTER_KEY: MASTER_KEY,
      PORT: String(port),
    });
    expect(doctor.stdout).toMatch(/Certificate +for DNS:gw\.corp, valid until/);
    expect(doctor.stdout).toMatch(/Request over HTTP, zstd +\S+, \d+ events/);
    expect(doctor.stdout).toMatch(/Request over WebSocket +\S+, \d+ events/);
    expect(await gateway.run(['reload'])).toMatchObject({ code: 0 });

    // The page has it ask itself, too.
    const again = await ask(port, `/admin/api/v1/audit/log/${answer.headers['x-request-id']}/again`, {
      ...{ method: 'POST', headers, body: JSON.stringify({ model: 'gpt-other' }) },
    });
    expect(again).toMatchObject({ status: 202, text: expect.stringMatching(/^\{"id":"\w+"\}$/) });
  },
);

it('trusts nobody else in its place: what it announced is what its commands ask for', async () => {
  const dataDir = createTemporaryFolder('announced');
  const [announced, other] = [authority.issue('DNS:localhost'), authority.issue('DNS:localhost')];
  let asked = 0;
  const server = https.createServer(
    { cert: readFileSync(other.certFile), key: readFileSync(other.keyFile) },
    (_request, response) => {
      asked++;
      response.end('{"service":"gomodel-ts","version":"9","auth":"none"}');
    },
  );
  server.listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `https://localhost:${(server.address() as net.AddressInfo).port}`;
  const state = await openState(dataDir);
  const announce = (certFile: string) =>
    state.announce({
      ...{ url, version: '9', startedAt: new Date().toISOString() },
      certificate: readFileSync(certFile, 'utf8'),
    });
  const env = { GOMODEL_HOME: dataDir, CODEX_CA_CERTIFICATE: authority.file };
  await announce(announced.certFile);
  expect((await runCli(['status'], env)).stdout).toContain('does not answer');
  expect(asked).toBe(0);
  await announce(other.certFile);
  expect((await runCli(['status'], env)).stdout).toContain('open to this machine');
  expect(asked).toBeGreaterThan(0);
});

it('takes a new certificate without dropping a connection, and keeps the one before where the new one is broken', async () => {
  const pair = putPair();
  const gateway = await startHeldGateway({ env: pair.env, args: ['--demo', '--workers', '2'] });
  const { port } = gateway;
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  const before = await ask(port, '/health', { agent });
  const next = authority.issue('DNS:gw.corp');

  // The certificate alone: it does not fit the key.
  copyFileSync(next.certFile, pair.certFile);
  await gateway.said('is not the one of the first certificate in');
  expect((await ask(port, '/health')).serial).toBe(before.serial);
  expect(gateway.output().stdout + gateway.output().stderr).toContain(
    'The new certificate is not used, and the one before stays',
  );

  copyFileSync(next.keyFile, pair.keyFile);
  await gateway.said('The certificate was read again');
  let after = await ask(port, '/health');
  while (after.serial === before.serial) after = await ask(port, '/health');
  expect(after.status).toBe(200);
  // The connection that was open goes on with the certificate it began with.
  expect(await ask(port, '/health', { agent })).toMatchObject({ status: 200, serial: before.serial });
  agent.destroy();
  expect(await gateway.run(['status'])).toMatchObject({ code: 0 });
});

it('answers others while clients that never end their handshake fill its connections', async () => {
  const pair = putPair();
  const gateway = await startHeldGateway({
    env: { ...pair.env, MAX_OPEN_EXCHANGES: '1' },
    args: ['--demo'],
  });
  const held = Array.from({ length: 300 }, () =>
    net.connect(gateway.port, '127.0.0.1').on('error', () => {}),
  );
  await Promise.all(held.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
  expect((await ask(gateway.port, '/health')).status).toBe(200);
  // Neither does plain HTTP get further than the handshake.
  const plain = net.connect(gateway.port, '127.0.0.1', () => plain.write('GET /health HTTP/1.1\r\n\r\n'));
  plain.resume();
  await once(plain, 'close');
  expect((await ask(gateway.port, '/health')).status).toBe(200);
  for (const socket of held) socket.destroy();
});

const start = (env: Record<string, string>) =>
  runCli(['serve', '--demo', '--port', '0'], { GOMODEL_HOME: createTemporaryFolder('refused'), ...env });

it('refuses to start with files that cannot be used, and names them with a remedy', async () => {
  const pair = putPair();
  const other = authority.issue('DNS:gw.corp');
  const refusalOf = async (env: Record<string, string>): Promise<string> => {
    const { code, stderr } = await start(env);
    expect(code).not.toBe(0);
    return stderr;
  };
  expect(await refusalOf({ TLS_CERT: pair.certFile })).toContain('TLS_CERT is set and TLS_KEY is not.');
  expect(await refusalOf({ TLS_CERT: '/nowhere/tls.crt', TLS_KEY: pair.keyFile })).toContain(
    'TLS_CERT names /nowhere/tls.crt, which cannot be read (ENOENT).',
  );
  expect(await refusalOf({ TLS_CERT: pair.keyFile, TLS_KEY: pair.keyFile })).toContain(
    `TLS_CERT names ${pair.keyFile}, which has no certificate in PEM form`,
  );
  expect(await refusalOf({ TLS_CERT: pair.certFile, TLS_KEY: pair.certFile })).toContain(
    `TLS_KEY names ${pair.certFile}, which has no private key in PEM form`,
  );
  expect(await refusalOf({ TLS_CERT: pair.certFile, TLS_KEY: other.keyFile })).toContain(
    `The key in ${other.keyFile} (TLS_KEY) is not the one of the first certificate in ${pair.certFile}`,
  );
});
