import { bypassProxyFor } from '../../codex/run/bypass-proxy.ts';
import { runHeaders } from '../../codex/run/run-headers.ts';
import { chosenModel, isOfAnthropic } from './chosen-model.ts';

export interface ClaudeRun {
  /** Such as `http://localhost:8080`. */
  readonly gatewayUrl: string;
  /** Whether the demo answers, to any name of a model. */
  readonly isDemo: boolean;
  /** The gateway's. */
  readonly key: string;
  readonly runId: string;
  readonly budgetUsd: number | undefined;
  /** Claude Code's own arguments. */
  readonly args: readonly string[];
}

/** Variables that would send Claude Code past the gateway, or give it another key. */
const TAKEN_AWAY = [
  'ANTHROPIC_API_KEY',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_VERTEX',
  'CLAUDE_CODE_USE_FOUNDRY',
] as const;

/**
 * Where Claude Code sends its requests. Anthropic's own models go to the provider `anthropic` as they are; of any
 * other one, the gateway finds the provider by its name.
 */
export const baseUrlOf = ({ gatewayUrl, isDemo, args }: ClaudeRun, env: NodeJS.ProcessEnv): string => {
  const model = chosenModel(args, env);
  return !isDemo && (model === undefined || isOfAnthropic(model)) ? `${gatewayUrl}/p/anthropic` : gatewayUrl;
};

/** What it does beside the conversation, such as titles, is asked of the chosen model too where it is another's. */
const modelVariables = ({ args }: ClaudeRun, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const model = chosenModel(args, env);
  const isNamed = env.ANTHROPIC_DEFAULT_HAIKU_MODEL || env.ANTHROPIC_SMALL_FAST_MODEL;
  return model === undefined || isOfAnthropic(model) || isNamed
    ? {}
    : { ANTHROPIC_DEFAULT_HAIKU_MODEL: model };
};

/**
 * The environment of one run of Claude Code through the gateway. The key goes in two fields: where the user is
 * signed in, or their settings name another token, Claude Code fills `Authorization` itself.
 */
export const claudeVariables = (run: ClaudeRun, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const { key, runId, budgetUsd, gatewayUrl } = run;
  const headers = [...runHeaders(runId, budgetUsd), ['X-GoModel-Key', key] as const];
  const variables: NodeJS.ProcessEnv = {
    ...env,
    ...bypassProxyFor(new URL(gatewayUrl), env),
    ...modelVariables(run, env),
    ANTHROPIC_BASE_URL: baseUrlOf(run, env),
    ANTHROPIC_AUTH_TOKEN: key,
    ANTHROPIC_CUSTOM_HEADERS: [
      ...(env.ANTHROPIC_CUSTOM_HEADERS ? [env.ANTHROPIC_CUSTOM_HEADERS] : []),
      ...headers.map(([name, value]) => `${name}: ${value}`),
    ].join('\n'),
  };
  for (const name of TAKEN_AWAY) delete variables[name];
  return variables;
};
