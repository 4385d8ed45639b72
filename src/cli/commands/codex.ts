import type { Command } from 'commander';
import { bypassProxyFor } from '../../codex/run/bypass-proxy.ts';
import { searchCodex } from '../../codex/run/find-codex.ts';
import { launchArguments, RUN_KEY_VARIABLE } from '../../codex/run/launch-settings.ts';
import { readSignIn } from '../../codex/run/read-sign-in.ts';
import { runProgram } from '../../codex/run/run-program.ts';
import { contextArguments } from '../codex/find-context-window.ts';
import type { CommandContext } from '../context.ts';
import { type Launcher, launcherCommand } from '../launch/launcher-command.ts';
import { authorityFor } from '../launch/reach-over-tls.ts';
import { findOrStart } from '../launch/run-gateway.ts';

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

const prepare: Launcher['prepare'] = async ({ program, args, flags, budgetUsd }, context) => {
  const { env } = context;
  const signIn = await readSignIn(program, env);
  // Who is signed in expects their plan to pay, also where a key for other uses is in the shell.
  const isPaidByPlan = signIn === 'chatgpt' && env.CHATGPT_LOGIN === undefined;
  const more: Readonly<Record<string, string>> = isPaidByPlan ? { CHATGPT_LOGIN: 'passthrough' } : {};
  const gateway = await findOrStart({ flags, more }, context);
  const run = async (runId: string): Promise<number> => {
    const own = launchArguments({ baseUrl: gateway.baseUrl, signIn, runId, budgetUsd });
    const size = await contextArguments(gateway, args);
    return runProgram(program, [...own, ...size, ...args], {
      ...env,
      ...bypassProxyFor(new URL(gateway.baseUrl), env),
      ...authorityFor('codex', gateway.baseUrl, gateway.config, env),
      [RUN_KEY_VARIABLE]: gateway.key,
    });
  };
  return { gateway, run };
};

/** `gomodel-ts codex`: Codex through the gateway, with nothing written anywhere. */
export const codexCommand = (context: CommandContext): Command =>
  launcherCommand(
    {
      name: 'codex',
      product: 'Codex',
      install: 'npm install -g @openai/codex',
      examples: EXAMPLES,
      search: searchCodex,
      prepare,
    },
    context,
  );
