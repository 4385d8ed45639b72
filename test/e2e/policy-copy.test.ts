import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { whyNoPrivateEtc } from '../../src/codex/run/private-etc.ts';
import { enrollmentToml } from '../../src/fleet/enroll.ts';
import { findFreePort } from '../bench/find-free-port.ts';
import { startHeldGateway } from '../support/faults/start-held-gateway.ts';
import { createMachine } from '../support/fleet/run-enrolled-codex.ts';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { createAuthority } from '../support/tls/create-authority.ts';

const WITHOUT = whyNoPrivateEtc();
const authority = createAuthority();
const pair = authority.issue('DNS:localhost');
const HOUR_MS = 3_600_000;

const policyOf = (url: string, approval: string): string => `policy:
  url: ${url}
  auth: { env: GATEWAY_KEY }
  default: { approval: [${approval}], sandbox: [read-only] }
`;

const aged = (copy: string): string => {
  const ago = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();
  return JSON.stringify({ ...JSON.parse(copy), cached_at: ago(2), expires_at: ago(1) });
};

it.skipIf(WITHOUT).each(['0.169.0', '0.171.0'])(
  'Codex %s does not start by a copy that is too old while the gateway is away, and by the changed policy when it is back',
  async (version) => {
    const port = await findFreePort();
    const url = `https://localhost:${port}`;
    const start = (dataDir?: string) =>
      startHeldGateway({
        upstreamUrl: 'http://127.0.0.1:9/v1',
        masterKey: MASTER_KEY,
        env: { TLS_CERT: pair.certFile, TLS_KEY: pair.keyFile },
        args: ['--port', String(port)],
        ...(dataDir === undefined ? { configFile: policyOf(url, 'on-request') } : { dataDir }),
      });
    const gateway = await start();
    const env = { GATEWAY_KEY: MASTER_KEY, CODEX_CA_CERTIFICATE: authority.file };
    const machine = await createMachine(version, { requirements: enrollmentToml(url) }, '', env);
    const allowed = () =>
      machine.ask(async ({ call }) => {
        const { requirements } = await call('configRequirements/read');
        return (requirements as { allowedApprovalPolicies?: string[] } | null)?.allowedApprovalPolicies;
      });
    expect(await allowed()).toEqual(['on-request']);

    // The limit of what a server can say: its user may rewrite the copy.
    const copy = machine.rewritePolicy((text) => text.replaceAll('on-request', 'never'));
    expect(await allowed()).toEqual(['never']);

    await gateway.stop('SIGTERM');
    machine.rewritePolicy(() => copy);
    expect(await allowed()).toEqual(['on-request']);
    machine.rewritePolicy(aged);
    const { code, stderr } = await machine.exec(['hello']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Failed to load cloud config bundle')]);

    writeFileSync(join(gateway.dataDir, 'gomodel.yaml'), policyOf(url, 'untrusted'));
    await start(gateway.dataDir);
    expect(await allowed()).toEqual(['untrusted']);
  },
);
