import process from 'node:process';
import { Command } from 'commander';
import { createPricing } from '../../admin/cost/create-pricing.ts';
import { systemClock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import { createId } from '../../base/ids.ts';
import { bypassProxyFor } from '../../codex/run/bypass-proxy.ts';
import { type InstalledCodex, searchCodex } from '../../codex/run/find-codex.ts';
import { launchArguments, RUN_KEY_VARIABLE } from '../../codex/run/launch-settings.ts';
import { readSignIn } from '../../codex/run/read-sign-in.ts';
import { runCodex } from '../../codex/run/run-codex.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { compose } from '../../server/compose.ts';
import { composeUpstreams } from '../../server/compose-upstreams.ts';
import type { Gateway } from '../../server/gateway.ts';
import { createWorkingFolder } from '../../state/working-folder.ts';
import { contextArguments } from '../codex/find-context-window.ts';
import { findGateway, type UsableGateway } from '../codex/find-gateway.ts';
import { summarizeRun } from '../codex/summarize-run.ts';
import type { CommandContext } from '../context.ts';
import { type ConfigFlags, readConfig } from '../read-config.ts';
import { createColour } from '../render/colour.ts';
import { plainLine } from '../render/plain-text.ts';
import { createRunSummary } from '../render/run-summary.ts';
import { openAddress } from '../serve/open-address.ts';
import { readVersion } from '../version.ts';

interface CodexFlags extends ConfigFlags {
  readonly demo?: true;
  readonly own?: true;
  readonly open?: true;
  readonly budget?: string;
}

/** The gateway of a run, and what ends it where it was started for the run alone. */
interface RunGateway extends UsableGateway {
  readonly config: GatewayConfig;
  /** Where it runs on after the run; undefined where it was started for the run. */
  readonly url: string | undefined;
  close(): Promise<void>;
}

const LAUNCHER = { isLauncher: true } as const;

const EXAMPLES = `
Codex's own arguments come last; after -- whatever they are.

Examples:
  $ npx gomodel-ts codex                          Codex's own screen, through the gateway
  $ npx gomodel-ts codex exec 'Explain this repository'
  $ npx gomodel-ts codex --demo -- exec -m gpt-5.5 'Reply with exactly ok'
  $ npx gomodel-ts codex -- --model gpt-5.5 resume --last
  $ npx gomodel-ts codex --budget 5               ends once the run has cost 5 USD
`;

const budgetOf = ({ budget }: CodexFlags): number | undefined => {
  if (budget === undefined) return undefined;
  const usd = Number(budget);
  if (budget.trim() !== '' && usd > 0 && usd <= 1_000_000) return usd;
  throw new GatewayError(
    'invalid_usage',
    `--budget ${budget}: it is an amount in USD above 0, such as 5 or 2.50.`,
  );
};

const requireCodex = async ({ env, cwd, homeDir }: CommandContext): Promise<InstalledCodex> => {
  const { codex, broken } = await searchCodex(env, createWorkingFolder(cwd, homeDir));
  if (codex) return codex;
  const [first] = broken;
  throw new GatewayError(
    'command_failed',
    first
      ? `Codex at ${first.path} does not work: ${first.reason}. Install it again with \`npm install -g @openai/codex\`, then run this again.`
      : 'Codex is not on PATH (what lies in the working folder does not count). Install it with `npm install -g @openai/codex`, then run this again.',
  );
};

const startGateway = async (
  flags: CodexFlags,
  isSignedIn: boolean,
  context: CommandContext,
): Promise<RunGateway> => {
  const { env } = context;
  // Who is signed in expects their plan to pay, also where a key for other uses is in the shell.
  const isPaidByPlan = isSignedIn && env.CHATGPT_LOGIN === undefined;
  const config = await readConfig({ port: '0', ...flags }, context, {
    ...LAUNCHER,
    more: isPaidByPlan ? { CHATGPT_LOGIN: 'passthrough' } : {},
  });
  const key = config.masterKey ?? createId('gm_run', systemClock.now());
  for (const notice of config.notices) context.stderr.write(`gomodel-ts: ${plainLine(notice)}\n`);
  const gateway: Gateway = await compose(
    { ...config, masterKey: key },
    { version: readVersion(), demo: flags.demo === true },
  );
  return { baseUrl: `${gateway.url}/v1`, key, config, url: undefined, close: () => gateway.close(0) };
};

const findOrStart = async (
  flags: CodexFlags,
  isSignedIn: boolean,
  context: CommandContext,
): Promise<RunGateway> => {
  const config = await readConfig(flags, context, LAUNCHER);
  const { dataDir, masterKey } = config;
  const needsOwn = flags.own || flags.demo || flags.port !== undefined || flags.host !== undefined;
  const running = needsOwn ? undefined : await findGateway(dataDir, masterKey);
  if (running) {
    return { ...running, config, url: new URL(running.baseUrl).origin, close: async () => {} };
  }
  return startGateway(flags, isSignedIn, context);
};

/** Opens the page on which the run's session appears, where a gateway runs on to show it. */
const openStory = async ({ url }: RunGateway, context: CommandContext): Promise<void> => {
  const { stderr } = context;
  if (url === undefined) {
    stderr.write('--open shows the page of a running gateway: start one with `npx gomodel-ts serve`.\n');
    return;
  }
  const address = `${url}/admin/dashboard/sessions`;
  if (!(await openAddress(address, context, process.platform))) stderr.write(`the story: ${address}\n`);
};

const launch = async (args: readonly string[], flags: CodexFlags, context: CommandContext): Promise<void> => {
  const { env, stderr } = context;
  const budgetUsd = budgetOf(flags);
  const codex = await requireCodex(context);
  const signIn = await readSignIn(codex, env);
  const gateway = await findOrStart(flags, signIn === 'chatgpt', context);
  if (flags.open) await openStory(gateway, context);
  const startedAtMs = systemClock.now();
  const runId = createId('run', startedAtMs);
  try {
    const own = launchArguments({ baseUrl: gateway.baseUrl, signIn, runId, budgetUsd });
    const size = await contextArguments(gateway, args);
    process.exitCode = await runCodex(codex, [...own, ...size, ...args], {
      ...env,
      ...bypassProxyFor(new URL(gateway.baseUrl), env),
      [RUN_KEY_VARIABLE]: gateway.key,
    });
  } finally {
    await gateway.close();
  }
  const { dataDir } = gateway.config;
  const { upstreams, chatgpt } = composeUpstreams(gateway.config, undefined);
  const pricing = createPricing(dataDir, [...upstreams, chatgpt]);
  const summary = await summarizeRun(dataDir, runId, startedAtMs, pricing);
  if (summary.turns > 0) stderr.write(createRunSummary(summary, gateway.url, createColour(stderr, env)));
};

/** `gomodel-ts codex`: Codex through the gateway, with nothing written anywhere. */
export const codexCommand = (context: CommandContext): Command =>
  new Command('codex')
    .summary('run Codex through the gateway, with nothing written')
    .description(
      "Runs Codex through the gateway for once: the running one, or one that is started for the run. Codex's files stay as they are.",
    )
    .argument('[args...]', "Codex's own arguments")
    .option('-p, --port <port>', 'start a gateway for the run, on this port')
    .option('--host <host>', 'start a gateway for the run, on this address')
    .option('--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)')
    .option('--config <file>', 'configuration file (GOMODEL_CONFIG, default gomodel.yaml in the data folder)')
    .option('--dotenv, --env-file <file>', 'file of variables, weaker than the environment')
    .option('--demo', 'start a gateway for the run, answered by the built-in upstream')
    .option('--open', 'open the page with the live story, where a gateway is running')
    .option('--own', 'start a gateway for the run even if one is running')
    .option('--budget <usd>', 'what the run may cost; then its requests are refused')
    .passThroughOptions()
    .addHelpText('after', EXAMPLES)
    .action((args: readonly string[], flags: CodexFlags) => launch(args, flags, context));
