import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createBrowserDouble } from '../support/cli/browser-double.ts';
import { CLI, runCli, startCli } from '../support/cli/start-cli.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { createBrowser } from '../support/identity/browser.ts';
import { startProvider } from '../support/identity/start-provider.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { useStage } from './use-stage.ts';

const stage = useStage();

/** Those that know `auth.command`; 0.113.0 passes over it. */
const VERSIONS = ['0.169.0', '0.171.0'];

/** Prints a token that was never valid the first time, and from then on what `gomodel-ts token` prints. */
const createTokenCommand = (stale: string): string => {
  const folder = createTemporaryFolder('token-command');
  const [script, note] = [join(folder, 'token'), join(folder, 'asked')];
  writeFileSync(
    script,
    `#!/bin/sh\nif [ ! -e '${note}' ]; then : > '${note}'; echo '${stale}'; exit; fi\nexec '${process.execPath}' '${CLI}' "$@"\n`,
  );
  chmodSync(script, 0o755);
  return script;
};

const configFor = (base: string, command: string): string => `model_provider = "gw"
[model_providers.gw]
name = "Company gateway"
base_url = "${base}/v1"
wire_api = "responses"
auth = { command = "${command}", args = ["token", "--gateway", "${base}"], refresh_interval_ms = 300000, timeout_ms = 20000 }
`;

it.each(VERSIONS)(
  'Codex %s works with what gomodel-ts token prints, and asks it again for a token that is over',
  async (version) => {
    const provider = await startProvider([
      { subject: 'u-1', name: 'anna', groups: ['platform'], isActive: true },
    ]);
    const { gateway } = await stage.setUp(
      { kind: 'sse', events: responsesStream([{ text: 'ok' }]) },
      { env: { ...provider.env, OIDC_TOKEN_LIFETIME: '2s' } },
    );
    const base = new URL(gateway.url).origin;
    const env = { GOMODEL_HOME: join(createTemporaryFolder('token'), 'data') };
    const browser = createBrowserDouble();
    const login = startCli(['login', '--gateway', base], { ...env, BROWSER: browser.program });
    await createBrowser().open(await browser.opened());
    expect((await login.ended).code).toBe(0);
    const old = (await runCli(['token', '--gateway', base], env)).stdout.trim();
    // Until its two seconds are over.
    const ask = () => fetch(`${base}/v1/models`, { headers: { authorization: `Bearer ${old}` } });
    while ((await ask()).status === 200) await turn();
    const configToml = configFor(base, createTokenCommand(old));
    const run = await runCodex({ version, prompt: 'Say ok.', configToml, env });
    expect([run.code, run.stdout.trim()]).toEqual([0, 'ok']);
    const turns = await gateway.logs((all) => all.some(({ auth }) => auth === 'sso:u-1'));
    expect(turns.filter(({ method }) => method === 'POST').slice(-2)).toMatchObject([
      { status: 401, error: { code: 'sign_in_expired' } },
      { status: 200, auth: 'sso:u-1', userPath: '/people/anna' },
    ]);

    await runCli(['logout', '--gateway', base], env);
    const after = await runCodex({ version, prompt: 'Say ok.', configToml, env });
    expect([after.code, after.stderr]).toEqual([
      1,
      expect.stringContaining(`Run: gomodel-ts login --gateway ${base}`),
    ]);
  },
);
