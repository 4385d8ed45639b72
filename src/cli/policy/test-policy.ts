import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type JsonObject } from '../../base/json-object.ts';
import { type AppServer, startAppServer } from '../../codex/run/app-server.ts';
import { executableOf, type InstalledProgram } from '../../codex/run/find-program.ts';
import { whyNoPrivateEtc, withPrivateEtc } from '../../codex/run/private-etc.ts';
import type { Policy } from '../../config/policy.ts';
import { compilePolicy } from '../../fleet/compile-policy.ts';
import { rulesFor } from '../../fleet/rules-for.ts';
import type { Step } from '../../probe/step.ts';
import { createTemporaryFolder } from '../../state/temporary-folder.ts';
import { createWorkingFolder } from '../../state/working-folder.ts';
import type { CommandContext } from '../context.ts';
import { checkCodex } from '../doctor/check-codex.ts';
import { hostileConfig } from './hostile-user.ts';
import { featuresOf, judgeDefaults, judgeRules } from './judge-rules.ts';

export interface PolicyTest {
  readonly policy: Policy;
  readonly groups: readonly string[];
  readonly context: CommandContext;
}

/** No request leaves: what Codex says of itself is all that is asked. */
const DEAD_PROXY = 'http://127.0.0.1:9';
/** MCP servers that may run are started soon after a thread. */
const SETTLE_MS = 1_000;

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** Starts Codex in a home and an /etc of its own, and takes all of it away again. */
const withCodex = async <Answer>(
  { policy, groups, context }: PolicyTest,
  codex: InstalledProgram,
  userConfig: string,
  work: (server: AppServer) => Promise<Answer>,
): Promise<Answer> => {
  const folder = await createTemporaryFolder('gomodel-ts-policy-');
  try {
    const [home, codexHome, workFolder] = ['home', 'codex', 'work'].map((name) => join(folder, name));
    for (const path of [home, codexHome, workFolder]) await mkdir(path ?? '');
    await writeFile(join(codexHome ?? '', 'config.toml'), userConfig);
    const { configToml: config, requirementsToml: requirements } = compilePolicy(policy, groups).codex;
    const [file, args] = executableOf(codex);
    const variable = policy.auth.kind === 'command' ? undefined : policy.auth.variable;
    const server = await startAppServer({
      command: withPrivateEtc(folder, { config, requirements }, [file, ...args, 'app-server']),
      cwd: workFolder ?? folder,
      env: {
        ...{ PATH: context.env.PATH, HOME: home, CODEX_HOME: codexHome, NO_COLOR: '1' },
        ...{ HTTP_PROXY: DEAD_PROXY, HTTPS_PROXY: DEAD_PROXY, ALL_PROXY: DEAD_PROXY },
        ...(variable !== undefined && { [variable]: 'policy-test' }),
      },
    });
    try {
      return await work(server);
    } finally {
      server.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const tryRules = async (input: PolicyTest, codex: InstalledProgram): Promise<readonly Step[]> => {
  const { rules } = rulesFor(input.policy, input.groups);
  const forced = await withCodex(input, codex, hostileConfig(rules), async ({ call, told }) => {
    const { requirements } = await call('configRequirements/read');
    const { config } = await call('config/read', { includeLayers: false });
    const features = featuresOf(await call('experimentalFeature/list', {}));
    const thread = await call('thread/start', {});
    await pause(SETTLE_MS);
    const seen = { requirements: objectOf(requirements), config: objectOf(config), thread, features, told };
    return judgeRules(input.policy, rules, seen);
  });
  const defaults = await withCodex(input, codex, '', async ({ call }) =>
    judgeDefaults(rules, await call('thread/start', {})),
  );
  return [...forced, ...defaults];
};

/**
 * Lets the Codex of this machine show what of a policy holds: it is started twice, for a user who wants all that is not
 * allowed, and for one who wants nothing. Nothing outside of a temporary folder is written, and no model is asked.
 */
export const testPolicy = async (input: PolicyTest, tell: (step: Step) => void): Promise<readonly Step[]> => {
  const told: Step[] = [];
  const note = (step: Step): void => {
    told.push(step);
    tell(step);
  };
  const { env, cwd, homeDir } = input.context;
  const { step, codex } = await checkCodex(env, createWorkingFolder(cwd, homeDir));
  note(step);
  if (!codex) return told;
  const reason = whyNoPrivateEtc();
  if (reason !== undefined) {
    note({ name: 'Policy', state: 'skipped', message: `nothing was tried: ${reason}` });
    return told;
  }
  try {
    for (const judged of await tryRules(input, codex)) note(judged);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    // Warnings come first.
    const message = said.slice(Math.max(0, said.indexOf('Error: ')));
    const remedy = 'Codex does not start under this policy. Correct what it names.';
    note({ name: 'Start', state: 'failed', message: message.slice(0, 1000), remedy });
  }
  return told;
};
