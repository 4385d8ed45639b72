import process from 'node:process';
import { bypassProxyFor } from '../../codex/run/bypass-proxy.ts';
import { runHeaders } from '../../codex/run/run-headers.ts';
import { isOfAnthropic } from './chosen-model.ts';

export interface ClaudeRun {
  /** Such as `http://localhost:8080`. */
  readonly gatewayUrl: string;
  /** Whether the demo answers, to any name of a model. */
  readonly isDemo: boolean;
  /** The gateway's. */
  readonly key: string;
  readonly runId: string;
  readonly budgetUsd: number | undefined;
  /** The model that was chosen; absent: Claude Code's own choice. */
  readonly model: string | undefined;
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
export const baseUrlOf = ({ gatewayUrl, isDemo, model }: ClaudeRun): string =>
  !isDemo && (model === undefined || isOfAnthropic(model)) ? `${gatewayUrl}/p/anthropic` : gatewayUrl;

/** Holds the key for `KEY_HELPER`. */
const KEY_VARIABLE = 'GOMODEL_RUN_KEY';

/**
 * What goes into `--settings` where settings files replace the variables that carry the key: its arguments may be
 * seen by other users of the machine, so that the key comes from the environment, by a command.
 */
export const settingsOverHeaders = ({ runId, budgetUsd }: ClaudeRun): PinnedHeaders => ({
  env: {
    ANTHROPIC_CUSTOM_HEADERS: headerLines(runHeaders(runId, budgetUsd)),
    ANTHROPIC_AUTH_TOKEN: '',
    ANTHROPIC_API_KEY: '',
  },
  apiKeyHelper: `"${process.execPath}" -p process.env.${KEY_VARIABLE}`,
});

export interface PinnedHeaders {
  readonly env: Readonly<Record<string, string>>;
  readonly apiKeyHelper: string;
}

const headerLines = (headers: readonly (readonly [name: string, value: string])[]): string =>
  headers.map(([name, value]) => `${name}: ${value}`).join('\n');

/** What it does beside the conversation, such as titles, is asked of the chosen model too where it is another's. */
const modelVariables = ({ model }: ClaudeRun, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
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
    ANTHROPIC_BASE_URL: baseUrlOf(run),
    ANTHROPIC_AUTH_TOKEN: key,
    [KEY_VARIABLE]: key,
    ANTHROPIC_CUSTOM_HEADERS: [
      ...(env.ANTHROPIC_CUSTOM_HEADERS ? [env.ANTHROPIC_CUSTOM_HEADERS] : []),
      headerLines(headers),
    ].join('\n'),
  };
  for (const name of TAKEN_AWAY) delete variables[name];
  return variables;
};
