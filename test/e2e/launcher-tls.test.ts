import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startLauncher } from '../support/codex/start-launcher.ts';
import { startHeldGateway } from '../support/faults/start-held-gateway.ts';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { createAuthority } from '../support/tls/create-authority.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const EXEC = ['exec', 'Reply with exactly ok and no punctuation.'];
const authority = createAuthority();

/** The certificate with the authority that signed it, in one file, as the documentation wants it. */
const chainFor = (names: string) => {
  const { certFile, keyFile } = authority.issue(names);
  const chainFile = join(createTemporaryFolder('chain'), 'chain.pem');
  writeFileSync(chainFile, `${readFileSync(certFile, 'utf8')}${authority.pem}`);
  return { certFile, chainFile, keyFile };
};

const startOverTls = async (env: Readonly<Record<string, string>>) => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  const gateway = await startHeldGateway({ upstreamUrl: upstream.url, masterKey: MASTER_KEY, env });
  return { upstream, gateway };
};

it.each([
  ['localhost', 'DNS:localhost'],
  ['127.0.0.1', 'DNS:gw.corp,IP:127.0.0.1'],
])(
  'Codex reaches a running gateway as %s, and trusts the authority at the end of its chain',
  async (_name, names) => {
    const { chainFile, keyFile } = chainFor(names);
    const tls = { TLS_CERT: chainFile, TLS_KEY: keyFile };
    const { upstream, gateway } = await startOverTls(tls);
    const launcher = await startLauncher({
      version: '0.171.0',
      args: EXEC,
      dataDir: gateway.dataDir,
      env: { ...tls, GOMODEL_MASTER_KEY: MASTER_KEY },
    });
    const { code, stdout, stderr } = await launcher.ended;
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'ok\n' });
    expect(upstream.requests).toHaveLength(1);
  },
);

it('Codex is told of the authority that the shell names for other programs', async () => {
  const { certFile, keyFile } = chainFor('DNS:localhost');
  const { gateway } = await startOverTls({ TLS_CERT: certFile, TLS_KEY: keyFile });
  const launcher = await startLauncher({
    version: '0.171.0',
    args: EXEC,
    dataDir: gateway.dataDir,
    env: { GOMODEL_MASTER_KEY: MASTER_KEY, NODE_EXTRA_CA_CERTS: authority.file },
  });
  const { code, stdout, stderr } = await launcher.ended;
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'ok\n' });
});

it('a certificate with no name of this machine is refused before Codex starts, with what to do', async () => {
  const { chainFile, keyFile } = chainFor('DNS:gw.corp');
  const { gateway, upstream } = await startOverTls({ TLS_CERT: chainFile, TLS_KEY: keyFile });
  const launcher = await startLauncher({
    version: '0.171.0',
    args: EXEC,
    dataDir: gateway.dataDir,
    env: { GOMODEL_MASTER_KEY: MASTER_KEY },
  });
  const { code, stderr } = await launcher.ended;
  expect([code, stderr]).toEqual([1, expect.stringContaining('has a certificate for DNS:gw.corp')]);
  expect(stderr).toContain('--own');
  expect(upstream.requests).toHaveLength(0);
});
