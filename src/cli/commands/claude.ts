import type { Command } from 'commander';
import { GatewayError } from '../../base/errors.ts';
import { runProgram } from '../../codex/run/run-program.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { type ConfiguredProvider, hasCredential } from '../../providers/configured-provider.ts';
import { chosenModel, isOfAnthropic } from '../claude/chosen-model.ts';
import { baseUrlOf, claudeVariables, settingsOverHeaders } from '../claude/claude-variables.ts';
import { searchClaude } from '../claude/find-claude.ts';
import { pinAddress } from '../claude/pin-address.ts';
import { readUserSettings } from '../claude/user-settings.ts';
import type { CommandContext } from '../context.ts';
import { type Launcher, launcherCommand } from '../launch/launcher-command.ts';
import { authorityFor } from '../launch/reach-over-tls.ts';
import { findOrStart } from '../launch/run-gateway.ts';

const EXAMPLES = `
Put Claude Code's own arguments last. Everything after -- is passed on as it is. Claude's own models need
ANTHROPIC_API_KEY; with --model, any model of any provider answers, whichever API it speaks.

Examples:
  $ npx gomodel-ts claude                         Claude Code's own screen, through the gateway
  $ npx gomodel-ts claude -- -p 'Explain this repository'
  $ npx gomodel-ts claude -- --model gpt-5.5
  $ npx gomodel-ts claude -- --model openrouter/moonshotai/kimi-k2
  $ npx gomodel-ts claude --demo -- -p 'Reply with exactly ok'
  $ npx gomodel-ts claude --budget 5              ends once the run has cost 5 USD
  $ npx gomodel-ts claude --open                  with the live story in the browser
`;

const canAnswer = (provider: ConfiguredProvider): boolean =>
  hasCredential(provider) || provider.spec.keyless === true;

/** @throws GatewayError command_failed where no provider could answer Claude Code */
const requireProvider = ({ providers }: GatewayConfig, model: string | undefined): void => {
  const able = providers.filter(canAnswer);
  const needsAnthropic = model === undefined || isOfAnthropic(model);
  if (needsAnthropic ? able.some(({ id }) => id === 'anthropic') : able.length > 0) return;
  const [other] = able;
  const instead = other
    ? ` To ask ${other.id}, name one of its models: npx gomodel-ts claude -- --model ${other.id}/…`
    : '';
  throw new GatewayError(
    'command_failed',
    `there is no key for Anthropic: set ANTHROPIC_API_KEY (it stays with the gateway), then run this again.${instead}`,
  );
};

const prepare: Launcher['prepare'] = async ({ program, args, flags, budgetUsd }, context) => {
  const { env, cwd, homeDir } = context;
  const settings = readUserSettings(env, homeDir, cwd);
  const model = chosenModel(args, env, settings);
  const isDemo = flags.demo === true;
  const check = (config: GatewayConfig): void => {
    if (!isDemo) requireProvider(config, model);
  };
  const gateway = await findOrStart({ flags, more: {}, check }, context);
  const { url: gatewayUrl, key } = gateway;
  const run = async (runId: string): Promise<number> => {
    const wish = { gatewayUrl, isDemo, key, runId, budgetUsd, model };
    const pin = { ...settings, baseUrl: baseUrlOf(wish), overHeaders: settingsOverHeaders(wish) };
    const pinned = pinAddress(args, pin, cwd);
    const trust = authorityFor('claude', gatewayUrl, gateway.config, env);
    return runProgram(program, pinned, { ...claudeVariables(wish, env), ...trust });
  };
  return { gateway, run };
};

/** `gomodel-ts claude`: Claude Code through the gateway, with nothing written anywhere. */
export const claudeCommand = (context: CommandContext): Command =>
  launcherCommand(
    {
      name: 'claude',
      product: 'Claude Code',
      install: 'npm install -g @anthropic-ai/claude-code',
      examples: EXAMPLES,
      search: searchClaude,
      prepare,
    },
    context,
  );
