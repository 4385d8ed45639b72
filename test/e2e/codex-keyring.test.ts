import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { whyNoPrivateEtc } from '../../src/codex/run/private-etc.ts';
import { findFreePort } from '../bench/find-free-port.ts';
import { createBrowserDouble } from '../support/cli/browser-double.ts';
import { startHeldGateway } from '../support/faults/start-held-gateway.ts';
import { keyringEnv, whyNoKeyring, withKeyring } from '../support/fleet/keyring.ts';
import { createMachine } from '../support/fleet/run-enrolled-codex.ts';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { createBrowser } from '../support/identity/browser.ts';
import { type Account, startProvider } from '../support/identity/start-provider.ts';
import { createAuthority } from '../support/tls/create-authority.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const WITHOUT = whyNoPrivateEtc() ?? whyNoKeyring();
const authority = createAuthority();
const pair = authority.issue('DNS:localhost');

const ANNA: Account = { subject: 'u-1', name: 'anna', groups: ['platform'], isActive: true };

const POLICY = `  auth: { env: GATEWAY_KEY }
  default: { model: gpt-default }
  groups:
    platform: { model: gpt-platform }
`;

/** A gateway over TLS that people sign in to, and a machine whose desktop has a keyring. */
const setUp = async () => {
  // The browser of these tests trusts whatever it is led to; Codex, which they are about, has the authority alone.
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  onTestFinished(() => void vi.unstubAllEnvs());
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  const port = await findFreePort();
  const url = `https://localhost:${port}`;
  const person = { ...ANNA };
  const provider = await startProvider([person], { redirectUri: `${url}/oauth/callback` });
  const env = { TLS_CERT: pair.certFile, TLS_KEY: pair.keyFile, PUBLIC_URL: url };
  const gateway = await startHeldGateway({
    upstreamUrl: upstream.url,
    masterKey: MASTER_KEY,
    env: { ...env, ...provider.env },
    args: ['--port', String(port)],
    configFile: `policy:\n  url: ${url}\n${POLICY}`,
  });
  const machineOf = (version: string, requirements: string, config: string, more = {}) =>
    createMachine(
      version,
      { requirements },
      config,
      { GATEWAY_KEY: MASTER_KEY, CODEX_CA_CERTIFICATE: authority.file, ...keyringEnv(), ...more },
      withKeyring,
    );
  return { url, gateway, provider, person, upstream, machineOf };
};

const endAll = async (url: string): Promise<number> => {
  const response = await fetch(`${url}/admin/api/v1/sign-ins?person=anna`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${MASTER_KEY}` },
  });
  return ((await response.json()) as { ended: number }).ended;
};

it.skipIf(WITHOUT)(
  'Codex 0.171.0 signs in to its configuration server, and keeps that in the keyring over a restart',
  async () => {
    const { url, gateway, machineOf } = await setUp();
    const machine = await machineOf(
      '0.171.0',
      `[config_server]
base_url = "${url}"
[config_server.oauth]
client_id = "codex"
authorization_url = "${url}/oauth/authorize"
token_url = "${url}/oauth/token"
`,
      '',
    );
    const before = await machine.exec(['hello']);
    expect([before.code, before.stderr]).toEqual([
      1,
      expect.stringContaining('Sign in to the configuration server'),
    ]);
    const login = await machine.logIn((address) => createBrowser().open(address));
    expect([login.code, login.told]).toEqual([0, expect.stringContaining('Successfully logged in')]);
    // Each run has a session bus and a keyring daemon of its own, as after a restart of the machine.
    for (const _run of ['first', 'asked anew']) {
      const run = await machine.exec(['hello']);
      expect([run.code, run.stdout.trim()]).toEqual([0, 'ok']);
      // What holds for the group of whoever has signed in.
      expect(run.stderr).toContain('model: gpt-platform');
      machine.forgetPolicy();
    }
    const served = readFileSync(join(gateway.dataDir, 'admin-log.jsonl'), 'utf8');
    expect(served).toMatch(/"by":"sso:u-1","action":"policy\.serve","target":"platform"/);
    expect(await endAll(url)).toBe(1);
    const after = await machine.exec(['hello']);
    expect([after.code, after.stderr]).toEqual([
      1,
      expect.stringContaining('Could not authenticate with the configuration server'),
    ]);
  },
);

it.skipIf(WITHOUT).each(['0.169.0', '0.171.0'])(
  'Codex %s signs in with its first request by gateway_oauth, and keeps that in the keyring over a restart',
  async (version) => {
    const { url, gateway, machineOf } = await setUp();
    const browser = createBrowserDouble();
    const machine = await machineOf(
      version,
      '',
      `model_provider = "gomodel"
[model_providers.gomodel]
name = "Company gateway"
base_url = "${url}/v1"
wire_api = "responses"
[model_providers.gomodel.gateway_oauth]
authorization_url = "${url}/oauth/authorize"
token_url = "${url}/oauth/token"
client_id = "codex"
scopes = ["openid"]
delivery = { kind = "header", name = "X-GoModel-Key", scheme = "Bearer" }
`,
      { BROWSER: browser.program },
    );
    const running = machine.exec(['hello']);
    await createBrowser().open(await browser.opened());
    const first = await running;
    expect([first.code, first.stdout.trim()]).toEqual([0, 'ok']);
    const again = await machine.exec(['hello']);
    expect([again.code, again.stdout.trim()]).toEqual([0, 'ok']);
    expect(again.stderr).not.toContain('Authorize the model provider');
    const asked = (await gateway.everyRecord()).filter(({ model }) => model !== undefined);
    expect(asked.map(({ auth, status }) => [auth, status])).toEqual([
      ['sso:u-1', 200],
      ['sso:u-1', 200],
    ]);
    expect(await endAll(url)).toBe(1);
    const after = await machine.exec(['hello']);
    expect([after.code, after.stderr]).toEqual([
      1,
      expect.stringContaining('the sign-in in X-GoModel-Key has ended. Sign in again'),
    ]);
  },
);
