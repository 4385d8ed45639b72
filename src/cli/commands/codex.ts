import { Command } from 'commander';
import { bypassProxyFor } from '../../codex/run/bypass-proxy.ts';
import { searchCodex } from '../../codex/run/find-codex.ts';
import { launchArguments, RUN_KEY_VARIABLE } from '../../codex/run/launch-settings.ts';
import { readSignIn } from '../../codex/run/read-sign-in.ts';
import { runProgram } from '../../codex/run/run-program.ts';
import { createWorkingFolder } from '../../state/working-folder.ts';
import { contextArguments } from '../codex/find-context-window.ts';
import type { CommandContext } from '../context.ts';
import { type LaunchFlags, readBudget, withLaunchOptions } from '../launch/launch-flags.ts';
import { requireProgram } from '../launch/require-program.ts';
import { findOrStart } from '../launch/run-gateway.ts';
import { runLauncher } from '../launch/run-launcher.ts';

const EXAMPLES = `
Put Codex's own arguments last. Everything after -- is passed on as it is.

Examples:
  $ npx gomodel-ts codex                          Codex's own screen, through the gateway
  $ npx gomodel-ts codex exec 'Explain this repository'
  $ npx gomodel-ts codex --demo -- exec -m gpt-5.5 'Reply with exactly ok'
  $ npx gomodel-ts codex -- --model gpt-5.5 resume --last
  $ npx gomodel-ts codex --budget 5               ends once the run has cost 5 USD
  $ npx gomodel-ts codex --open                   with the live story in the browser
`;

const launch = async (
  args: readonly string[],
  flags: LaunchFlags,
  context: CommandContext,
): Promise<void> => {
  const { env, cwd, homeDir } = context;
  const budgetUsd = readBudget(flags);
  const search = await searchCodex(env, createWorkingFolder(cwd, homeDir));
  const codex = requireProgram(search, 'Codex', 'npm install -g @openai/codex');
  const signIn = await readSignIn(codex, env);
  // Who is signed in expects their plan to pay, also where a key for other uses is in the shell.
  const isPaidByPlan = signIn === 'chatgpt' && env.CHATGPT_LOGIN === undefined;
  const more: Readonly<Record<string, string>> = isPaidByPlan ? { CHATGPT_LOGIN: 'passthrough' } : {};
  const gateway = await findOrStart({ flags, more }, context);
  const run = async (runId: string): Promise<number> => {
    const own = launchArguments({ baseUrl: gateway.baseUrl, signIn, runId, budgetUsd });
    const size = await contextArguments(gateway, args);
    return runProgram(codex, [...own, ...size, ...args], {
      ...env,
      ...bypassProxyFor(new URL(gateway.baseUrl), env),
      [RUN_KEY_VARIABLE]: gateway.key,
    });
  };
  await runLauncher({ flags, gateway, run }, context);
};

/** `gomodel-ts codex`: Codex through the gateway, with nothing written anywhere. */
export const codexCommand = (context: CommandContext): Command =>
  withLaunchOptions(new Command('codex'))
    .summary('run Codex through the gateway without writing any file')
    .description(
      "Runs Codex through the gateway once. Uses the running gateway, or starts one for this run. Codex's files stay as they are.",
    )
    .argument('[args...]', "Codex's own arguments")
    .option('--demo', 'start a gateway for the run, answered by the built-in upstream')
    .addHelpText('after', EXAMPLES)
    .action((args: readonly string[], flags: LaunchFlags) => launch(args, flags, context));
