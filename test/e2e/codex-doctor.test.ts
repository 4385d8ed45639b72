import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { CODEX_VERSIONS, ensureCodex } from '../support/codex/ensure-codex.ts';
import { createCodexFolders } from '../support/codex/run-codex.ts';
import { signInto } from '../support/codex/sign-in.ts';
import { startProxyTrap } from '../support/codex/start-proxy-trap.ts';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { chatGptProvider, keyProvider } from './codex-config.ts';
import { useStage } from './use-stage.ts';

/** Of what `codex doctor --json` prints. */
interface DoctorReport {
  readonly checks: Readonly<
    Record<string, { readonly status: string; readonly summary: string; readonly details: object }>
  >;
}

const stage = useStage();

it.each([
  ['open', 'key', undefined],
  ['guarded', 'key', MASTER_KEY],
  ['open', 'chatgpt', undefined],
  ['guarded', 'chatgpt', MASTER_KEY],
] as const)(
  'codex doctor finds no fault with a gateway that is %s, by %s',
  async (_title, signIn, masterKey) => {
    const { upstream, gateway } = await stage.setUp(
      { kind: 'sse', events: responsesStream([{ text: 'ok' }]) },
      { ...(masterKey && { masterKey }) },
    );
    const binary = await ensureCodex(CODEX_VERSIONS[2]);
    const { codexHome, home, workFolder } = createCodexFolders();
    const trap = await startProxyTrap();
    onTestFinished(() => trap.close());
    const key = masterKey ?? 'anything';
    const env = {
      ...{ PATH: process.env.PATH, HOME: home, CODEX_HOME: codexHome, ...trap.env },
      ...{ OPENAI_API_KEY: key, GOMODEL_MASTER_KEY: key },
    };
    const configure = signIn === 'chatgpt' ? chatGptProvider : keyProvider;
    writeFileSync(join(codexHome, 'config.toml'), `${configure(gateway.url)}supports_websockets = true\n`);
    signInto(codexHome, signIn === 'chatgpt' ? signIn : 'none', binary, env);
    const running = promisify(execFile)(binary, ['doctor', '--json'], { cwd: workFolder, env });
    running.child.stdin?.end();
    const { stdout } = await running;
    const report: DoctorReport = JSON.parse(stdout);
    const ofProvider = Object.entries(report.checks).filter(([id]) => /provider|websocket|auth/.test(id));
    expect(ofProvider.length).toBeGreaterThan(1);
    for (const [id, check] of ofProvider)
      expect(check, `${id}: ${JSON.stringify(check)}`).toMatchObject({ status: 'ok' });
    // It asks by itself whether things are there, which costs nothing.
    expect(upstream.requests).toEqual([]);
  },
);
