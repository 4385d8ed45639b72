import process from 'node:process';
import { Command, Option } from 'commander';
import { configFileOf, resolveCodexHome } from '../../codex/run/codex-home.ts';
import { readSignIn } from '../../codex/run/read-sign-in.ts';
import { readSignInFile } from '../../codex/run/read-sign-in-file.ts';
import { loadConfig } from '../../config/load-config.ts';
import { readSetting } from '../../config/read-setting.ts';
import type { Step } from '../../probe/step.ts';
import { createWorkingFolder } from '../../state/working-folder.ts';
import type { CommandContext } from '../context.ts';
import { checkCodex } from '../doctor/check-codex.ts';
import { checkConfig } from '../doctor/check-config.ts';
import { checkDataFolder } from '../doctor/check-data-folder.ts';
import { checkGateway } from '../doctor/check-gateway.ts';
import { checkKeys } from '../doctor/check-keys.ts';
import { checkNode } from '../doctor/check-node.ts';
import { checkProviderKeys } from '../doctor/check-provider-keys.ts';
import { checkProxy } from '../doctor/check-proxy.ts';
import { checkRoundTrip } from '../doctor/check-round-trip.ts';
import { checkStorage } from '../doctor/check-storage.ts';
import { checkTls } from '../doctor/check-tls.ts';
import { checkUpstream } from '../doctor/check-upstream.ts';
import { type FixFlags, fixAdvised } from '../doctor/fix-advised.ts';
import { suggestModel } from '../doctor/suggest-model.ts';
import { CONFIG_OPTION, ENV_FILE_OPTION, readSources } from '../read-config.ts';
import { renderStep, renderVerdict } from '../render/checklist.ts';
import { createColour } from '../render/colour.ts';
import { screenOf } from '../render/tail/screen.ts';

interface DoctorFlags extends FixFlags {
  readonly json?: true;
  readonly model?: string;
  readonly demo?: true;
  readonly fix?: true;
  readonly roundTrip: boolean;
}

const DEFAULT_MODEL = 'gpt-5.5';

const EXAMPLES = `
The round trip asks the model twice for one word: about 200 tokens in, 32 out at most.

Examples:
  $ npx gomodel-ts doctor                     everything, up to a real answer
  $ npx gomodel-ts doctor --no-round-trip     without a model request, free of charge
  $ npx gomodel-ts doctor --demo              the round trip without a key, using the built-in upstream
  $ npx gomodel-ts doctor --fix               offers to start the gateway and to run init-codex
  $ npx gomodel-ts doctor --json | jq 'select(.state == "failed")'
`;

const examine = async (
  flags: DoctorFlags,
  context: CommandContext,
  tell: (step: Step) => void,
): Promise<void> => {
  const { env, cwd, homeDir } = context;
  const isDemo = flags.demo === true;
  const sources = await readSources(flags, context);
  const config = loadConfig(sources);
  tell(await checkNode());
  tell(await checkDataFolder(config.dataDir, config.maxDiskBytes));
  for (const step of await checkStorage(config.storage)) tell(step);
  for (const step of await checkTls(config)) tell(step);
  const { step: gateway, running, isStranger } = await checkGateway(config);
  tell(gateway);
  const { step: installed, codex } = await checkCodex(env, createWorkingFolder(cwd, homeDir));
  tell(installed);
  const codexHome = resolveCodexHome({ flag: flags.codexHome, env, homeDir, cwd });
  const { steps, resolved } = await checkConfig({
    path: configFileOf(codexHome, undefined),
    profilePath: flags.profile === undefined ? undefined : configFileOf(codexHome, flags.profile),
    dataDir: config.dataDir,
    codex,
  });
  for (const step of steps) tell(step);
  const gatewayUrl = running?.url ?? `${config.tls ? 'https' : 'http'}://localhost:${config.port}`;
  for (const step of checkProxy(new URL(gatewayUrl), env, process.platform)) tell(step);
  // The port of a file of the working folder must not lead the shell's keys to whoever listens there.
  const isOfFolder = isStranger && readSetting('port', sources)?.source === 'working_folder';
  const shell = isOfFolder ? sources.dotenv : { ...sources.dotenv, ...env };
  const signIn = (await readSignInFile(codexHome)) ?? (codex && (await readSignIn(codex, env)));
  const keys = await checkKeys({ config, running, resolved, env: shell, shellEnv: env, signIn, isDemo });
  for (const step of keys.steps) tell(step);
  const upstream = await checkUpstream({ config, running, key: keys.key, isDemo });
  tell(upstream.step);
  for (const step of await checkProviderKeys(config)) tell(step);
  if (!flags.roundTrip) {
    tell({
      name: 'Round trip',
      state: 'skipped',
      message: 'skipped by --no-round-trip, so nothing is proven',
    });
    return;
  }
  const model = flags.model ?? resolved?.model ?? (await suggestModel(config)) ?? DEFAULT_MODEL;
  const { hasKey: hasProviderKey } = upstream;
  await checkRoundTrip({ config, running, key: keys.key, hasProviderKey, isDemo, model, onStep: tell });
};

const doctor = async (flags: DoctorFlags, context: CommandContext): Promise<void> => {
  const { stdout, env } = context;
  const colour = createColour(stdout, env);
  const told: Step[] = [];
  await examine(flags, context, (step) => {
    told.push(step);
    stdout.write(
      flags.json
        ? `${JSON.stringify({ schemaVersion: 1, ...step })}\n`
        : renderStep(step, screenOf(stdout, env).columns, colour),
    );
  });
  if (!flags.json) stdout.write(renderVerdict(told, colour));
  const isAnswered = !flags.fix || (await fixAdvised(told, flags, context));
  process.exitCode = !isAnswered || told.some(({ state }) => state === 'failed') ? 1 : 0;
};

/** `gomodel-ts doctor`: every part of the way from Codex to the model, with a remedy where one fails. */
export const doctorCommand = (context: CommandContext): Command =>
  new Command('doctor')
    .summary('check every hop, up to a real answer')
    .description(
      'Checks every hop between Codex and the model, and says what to do if one fails. Ends with two small model requests, because a server that can be reached may still refuse to answer.',
    )
    .option('--json', 'print one line of JSON per check')
    .addOption(new Option('--fix', 'apply the suggested fixes, asking before each').conflicts('json'))
    .option('-y, --yes', 'with --fix: do not ask')
    .option('--no-round-trip', 'make no model request')
    .option('--demo', 'make the round trip through the built-in upstream, free of charge')
    .option(
      '--model <name>',
      `model for the round trip (default: the one in config.toml, else a small one of the provider)`,
    )
    .option('-p, --port <port>', 'port the gateway should listen on (PORT, default 8080)')
    .option('--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)')
    .option(...CONFIG_OPTION)
    .option(...ENV_FILE_OPTION)
    .option('--profile <name>', 'also check NAME.config.toml')
    .option('--codex-home <folder>', "Codex's folder (default: $CODEX_HOME, else ~/.codex)")
    .addHelpText('after', EXAMPLES)
    .action((flags: DoctorFlags) => doctor(flags, context));
