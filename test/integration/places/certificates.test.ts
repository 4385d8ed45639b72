import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { startTlsServer } from '../../support/upstream/start-tls-server.ts';

const turn = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"model":"gpt-test","input":"hi"}',
};

const startProvider = async () => {
  const provider = await startTlsServer('reached by TLS');
  onTestFinished(() => provider.close());
  return provider;
};

/** A proxy that leads every tunnel to one port. */
const startTunnel = async (port: number): Promise<string> => {
  const proxy = createServer();
  proxy.on('connect', (_request, socket) => {
    const target = connect(port, 'localhost', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    socket.on('error', () => target.destroy()).pipe(target);
    target.on('error', () => socket.destroy()).pipe(socket);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
};

describe("a company's certificate (P10)", () => {
  it.each(['SSL_CERT_FILE', 'CODEX_CA_CERTIFICATE'])('is trusted where %s names it', async (variable) => {
    const { url, certificate } = await startProvider();
    const gateway = await composeGateway(url, { env: { [variable]: certificate } });
    const response = await fetch(`${gateway.v1}/responses`, turn);
    expect(await response.text()).toContain('reached by TLS');
  });

  it('is not trusted where nothing does', async () => {
    const { url } = await startProvider();
    const gateway = await composeGateway(url);
    expect((await fetch(`${gateway.v1}/responses`, turn)).status).toBe(502);
  });

  it('is trusted through a tunnel', async () => {
    const { url, certificate } = await startProvider();
    const HTTPS_PROXY = await startTunnel(Number(new URL(url).port));
    // The name of the certificate is localhost, which never goes through a proxy: the reason must be the name.
    const env = { SSL_CERT_FILE: certificate, HTTPS_PROXY };
    const gateway = await composeGateway('https://provider.test/v1', { env });
    const text = await (await fetch(`${gateway.v1}/responses`, turn)).text();
    expect(text).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it.each([
    [
      'which is missing',
      '/no/such/file.pem',
      /SSL_CERT_FILE names \/no\/such\/file\.pem, which cannot be read/,
    ],
    ['without a certificate', 'empty.pem', /SSL_CERT_FILE names .*empty\.pem, which has no PEM certificate/],
  ])('file %s is refused at the start by name', (_, name, message) => {
    const file = name.startsWith('/') ? name : join(createTemporaryFolder('pem'), name);
    if (!name.startsWith('/')) writeFileSync(file, 'nothing');
    const env = { SSL_CERT_FILE: file };
    expect(() => loadConfig({ flags: {}, env, dotenv: {}, dataDir: '/tmp/none' })).toThrow(message);
  });
});
