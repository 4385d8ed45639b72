import type { CodexSignIn } from './read-sign-in.ts';
import { runHeaders } from './run-headers.ts';

export interface LaunchWish {
  /** The gateway's, ending in `/v1`. */
  readonly baseUrl: string;
  readonly signIn: CodexSignIn;
  /** Marks the run's requests in the log. */
  readonly runId: string;
  /** What the run may cost, in USD; absent: no bound of its own. */
  readonly budgetUsd?: number | undefined;
}

/** The variable that hands the gateway's key to Codex for one run. */
export const RUN_KEY_VARIABLE = 'GOMODEL_RUN_KEY';

/** A JSON string is a TOML basic string, for the characters that occur here. */
const quote = (text: string): string => JSON.stringify(text);

/**
 * The arguments that give Codex a provider for one run, with nothing written: `-c` overrides whose values
 * are TOML. A ChatGPT sign-in stays in `Authorization`, and the gateway's key goes beside it.
 */
export const launchArguments = ({ baseUrl, signIn, runId, budgetUsd }: LaunchWish): string[] => {
  const isSignedIn = signIn === 'chatgpt';
  const headers = runHeaders(runId, budgetUsd).map(([name, value]) => `${quote(name)}=${quote(value)}`);
  const entries = [
    // The name decides: Codex compresses with zstd, and compacts remotely, only for one called "OpenAI".
    `name=${quote(isSignedIn ? 'OpenAI' : 'GoModel')}`,
    `base_url=${quote(baseUrl)}`,
    'wire_api="responses"',
    `http_headers={${headers.join(',')}}`,
    ...(isSignedIn
      ? ['requires_openai_auth=true', `env_http_headers={"X-GoModel-Key"=${quote(RUN_KEY_VARIABLE)}}`]
      : [`env_key=${quote(RUN_KEY_VARIABLE)}`]),
  ];
  return ['-c', 'model_provider="gomodel"', '-c', `model_providers.gomodel={${entries.join(',')}}`];
};
