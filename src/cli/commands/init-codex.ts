import process from 'node:process';
import { Command, Option } from 'commander';
import { systemClock } from '../../base/time/clock.ts';
import type { ConfigEdit } from '../../codex/edit/edit-journal.ts';
import {
  parseBaseUrl,
  parseEnvKey,
  parseModel,
  parseProviderId,
} from '../../codex/edit/parse-provider-options.ts';
import { type WantedSettings, wantBuiltin, wantProvider } from '../../codex/edit/provider-settings.ts';
import { bypassProxyFor, findProxyBefore } from '../../codex/run/bypass-proxy.ts';
import { configFileOf, resolveCodexHome } from '../../codex/run/codex-home.ts';
import { findCodex } from '../../codex/run/find-codex.ts';
import { type CodexSignIn, readSignIn } from '../../codex/run/read-sign-in.ts';
import { readSignInFile } from '../../codex/run/read-sign-in-file.ts';
import { admitSources } from '../../config/admit-sources.ts';
import { catalogFileOf } from '../../config/data-dir.ts';
import { refuseStrayCredential } from '../../config/providers/refuse-stray-credential.ts';
import { readSetting, variableOf } from '../../config/read-setting.ts';
import { readTls } from '../../config/read-tls.ts';
import type { Sourced } from '../../config/sourced.ts';
import { openState } from '../../state/state.ts';
import { createWorkingFolder } from '../../state/working-folder.ts';
import { askHealth } from '../ask-health.ts';
import type { CommandContext } from '../context.ts';
import { undoConfig } from '../init-codex/undo-config.ts';
import { writeConfig } from '../init-codex/write-config.ts';
import { ENV_FILE_OPTION } from '../read-config.ts';
import { readVariables, type Variables } from '../read-variables.ts';
import type { CodexSetup } from '../render/codex-steps.ts';
import { detectShell } from '../render/shell.ts';
import { findLivingGateway } from '../running-instances.ts';

interface InitFlags {
  readonly model?: string;
  readonly baseUrl?: string;
  readonly envKey: string;
  readonly providerId: string;
  readonly profile?: string;
  readonly default: boolean;
  readonly auth?: 'key' | 'chatgpt';
  readonly builtin?: true;
  readonly catalog?: true;
  readonly codexHome?: string;
  readonly dataDir?: string;
  readonly envFile?: string;
  readonly dryRun?: true;
  readonly undo?: true;
  readonly yes?: true;
}

const DEFAULT_PORT = 8080;

const EXAMPLES = `
Without a terminal (in a script or a pipe) it does not ask, as with --yes.

Examples:
  $ npx gomodel-ts init-codex                    Codex uses the gateway, keeping its sign-in
  $ npx gomodel-ts init-codex --dry-run          shows what would change
  $ npx gomodel-ts init-codex --auth chatgpt     keeps a ChatGPT sign-in
  $ npx gomodel-ts init-codex --builtin          keeps the sign-in and the list of sessions
  $ npx gomodel-ts init-codex --profile work     only for codex --profile work
  $ npx gomodel-ts init-codex --undo             restores what was there before
`;

/** `init-codex`: points Codex at the gateway by its own configuration file, and takes that back. */
export const initCodexCommand = (context: CommandContext): Command => {
  const changesNothingElse = ['model', 'baseUrl', 'envKey', 'providerId', 'auth', 'builtin', 'catalog'];
  return new Command('init-codex')
    .alias('init')
    .description('point Codex at the gateway, in its config.toml')
    .option(
      '--base-url <url>',
      'where the gateway is (default: the running one, else http://localhost:8080/v1)',
    )
    .option('--model <name>', 'also set the model')
    .addOption(
      new Option(
        '--auth <how>',
        'what Codex sends: a key or its ChatGPT sign-in (default: however Codex is signed in)',
      ).choices(['key', 'chatgpt']),
    )
    .addOption(
      new Option(
        '--builtin',
        "change the address of Codex's built-in provider instead of adding one",
      ).conflicts(['auth', 'envKey', 'providerId', 'default']),
    )
    .option('--env-key <name>', 'name of the variable that holds the key Codex sends', 'OPENAI_API_KEY')
    .option('--provider-id <id>', "the provider's name in the file", 'gomodel')
    .option('--profile <name>', 'write NAME.config.toml, for codex --profile NAME (Codex 0.134 or newer)')
    .option('--no-default', 'add the provider without choosing it')
    .option('--catalog', "give Codex a model catalog that includes the gateway's models")
    .option('--codex-home <folder>', "Codex's folder (default: $CODEX_HOME, else ~/.codex)")
    .option(
      '--data-dir <folder>',
      'folder that remembers the edit (default: $GOMODEL_HOME, else ~/.gomodel-ts)',
    )
    .option(...ENV_FILE_OPTION)
    .option('--dry-run', 'print the change as a diff and write nothing')
    .addOption(new Option('--undo', 'restore what init-codex changed').conflicts(changesNothingElse))
    .option('-y, --yes', 'do not ask before writing')
    .addHelpText('after', EXAMPLES)
    .action((flags: InitFlags) => initCodex(flags, context));
};

const initCodex = async (flags: InitFlags, context: CommandContext): Promise<void> => {
  const { cwd, homeDir } = context;
  const { dryRun = false, yes = false } = flags;
  const variables = await readVariables(flags, context);
  const { dataDir } = variables;
  const onNotice = (message: string): void => void context.stderr.write(`${message}\n`);
  const state = await openState<ConfigEdit>(dataDir, { onNotice });
  const deps = { journal: state.edits, clock: systemClock };
  const codexHome = resolveCodexHome({ flag: flags.codexHome, env: context.env, homeDir, cwd });
  const path = configFileOf(codexHome, flags.profile);
  if (flags.undo) return undoConfig(path, { dryRun, yes }, deps, context);

  const baseUrl = flags.baseUrl === undefined ? await findBaseUrl(variables) : flagged(flags.baseUrl);
  const gateway = new URL(baseUrl.value);
  const signIn = await findSignIn(codexHome, context);
  const auth = flags.auth ?? (signIn === 'chatgpt' ? 'chatgpt' : 'key');
  const { wanted, setup } = readWish(flags, auth, baseUrl.value);
  if (flags.auth === undefined && !flags.builtin) onNotice(`${PROPOSALS[signIn]}\n`);
  const catalog = flags.catalog && {
    path: catalogFileOf(dataDir),
    baseUrl: baseUrl.value,
    key: findKey(setup, baseUrl, variables),
  };
  const isFoundByCodex = codexHome === resolveCodexHome({ flag: undefined, env: context.env, homeDir, cwd });
  const place = {
    codexHome: isFoundByCodex ? undefined : codexHome,
    profile: flags.profile,
    providerId: flags.default || flags.builtin ? undefined : flags.providerId,
    shell: detectShell(context.env, process.platform),
    known: { signIn, env: context.env, isGuarded: (await askHealth(gateway.origin))?.isGuarded },
    noProxy: findProxyBefore(gateway, context.env)
      ? bypassProxyFor(gateway, context.env).NO_PROXY
      : undefined,
  };
  await writeConfig({ path, wanted, setup, catalog, place, dryRun, yes }, deps, context);
};

/** What is proposed, and why, in one sentence. */
const PROPOSALS: Readonly<Record<CodexSignIn, string>> = {
  chatgpt:
    'Codex is signed in with ChatGPT: it keeps that sign-in, and your plan pays (--auth key to pay by a key).',
  key: 'Codex is signed in with a key, and will send the key of the gateway instead.',
  none: 'Codex is not signed in with ChatGPT: it will send a key.',
};

/** By `auth.json`, or else by Codex's own word: the system's keyring may hold the credential. */
const findSignIn = async (codexHome: string, { env, cwd, homeDir }: CommandContext): Promise<CodexSignIn> => {
  const found = await readSignInFile(codexHome);
  if (found !== undefined) return found;
  const codex = await findCodex(env, createWorkingFolder(cwd, homeDir));
  return codex ? readSignIn(codex, { ...env, CODEX_HOME: codexHome }) : 'none';
};

const flagged = (baseUrl: string): Sourced<string> => ({
  value: parseBaseUrl(baseUrl),
  origin: '--base-url',
  source: 'flag',
});

const findBaseUrl = async (variables: Variables): Promise<Sourced<string>> => {
  const running = await findLivingGateway(variables.dataDir);
  if (running) return { value: `${running.url}/v1`, origin: 'default', source: 'default' };
  const port = readSetting('port', admitSources({ ...variables, flags: {} }).sources);
  const { origin = 'default', source = 'default' } = port ?? {};
  const scheme = readTls({ ...variables, flags: {} }) ? 'https' : 'http';
  return { value: `${scheme}://localhost:${port?.value || DEFAULT_PORT}/v1`, origin, source };
};

/** The key by which the gateway is asked for its models. */
const findKey = (setup: CodexSetup, baseUrl: Sourced<string>, variables: Variables): string | undefined => {
  const names = ['GOMODEL_MASTER_KEY', ...(setup.kind === 'key' ? [setup.envKey] : [])];
  const key = names.flatMap((name) => variableOf(name, variables)).find(({ value }) => value);
  if (key) refuseStrayCredential(key, { ...baseUrl, url: new URL(baseUrl.value), variable: 'PORT' });
  return key?.value;
};

type Wish = { readonly wanted: WantedSettings; readonly setup: CodexSetup };

const readWish = (flags: InitFlags, auth: 'key' | 'chatgpt', baseUrl: string): Wish => {
  const model = flags.model === undefined ? undefined : parseModel(flags.model);
  if (flags.builtin) return { wanted: wantBuiltin(baseUrl, model), setup: { kind: 'builtin', baseUrl } };
  const id = parseProviderId(flags.providerId);
  const setup = auth === 'key' ? { kind: auth, envKey: parseEnvKey(flags.envKey) } : { kind: auth };
  return { wanted: wantProvider({ id, baseUrl, auth: setup, model, isDefault: flags.default }), setup };
};
