import { isObject, type JsonObject, nonEmptyString } from '../../base/json-object.ts';
import { isAtLeast } from './is-at-least.ts';
import { RESERVED_IDS } from './reserved-ids.ts';

/** Something in a configuration that Codex refuses (`failed`), or that is likely not meant (`warning`). */
export interface ConfigProblem {
  readonly state: 'failed' | 'warning';
  readonly message: string;
  readonly remedy: string;
}

interface FindProblemsInput {
  /** The configuration as Codex merges it. */
  readonly config: JsonObject;
  readonly providers: JsonObject;
  readonly providerId: string;
  readonly version: string | undefined;
}

const PROVIDER_KEYS = new Set(
  `name base_url env_key env_key_instructions experimental_bearer_token auth wire_api query_params http_headers
  env_http_headers request_max_retries stream_max_retries stream_idle_timeout_ms websocket_connect_timeout_ms
  requires_openai_auth supports_websockets`.split(/\s+/),
);

const failed = (message: string, remedy: string): ConfigProblem => ({ state: 'failed', message, remedy });
const warning = (message: string, remedy: string): ConfigProblem => ({ state: 'warning', message, remedy });

/** What Codex refuses to start with: in any block, whether it is the chosen one or not. */
const findRefused = ({ providers, providerId, config, version }: FindProblemsInput): ConfigProblem[] => {
  const problems: ConfigProblem[] = [];
  for (const [id, block] of Object.entries(providers)) {
    const where = `model_providers.${id}`;
    // Of Amazon's, Codex takes the region and the profile.
    if (RESERVED_IDS.includes(id) && id !== 'amazon-bedrock') {
      const isPassedOver = version !== undefined && !isAtLeast(version, '0.122.0');
      const message = `${where}: Codex keeps this id for itself`;
      const remedy = `Rename the block, such as model_providers.${id}-custom.`;
      problems.push(isPassedOver ? warning(message, remedy) : failed(message, remedy));
    }
    if (!isObject(block)) continue;
    if (block.wire_api === 'chat') {
      problems.push(
        failed(`${where}.wire_api is "chat", which Codex no longer takes`, 'Set it to "responses".'),
      );
    }
    if (nonEmptyString(block.name) === undefined) {
      problems.push(failed(`${where} has no name, without which Codex does not start`, 'Add name = "…".'));
    }
  }
  if (!RESERVED_IDS.includes(providerId) && !isObject(providers[providerId])) {
    problems.push(
      failed(
        `model_provider is "${providerId}", and there is no model_providers.${providerId}`,
        'Run `npx gomodel-ts init-codex`, or name a provider that is there.',
      ),
    );
  }
  const profile = nonEmptyString(config.profile);
  if (profile !== undefined && version !== undefined && isAtLeast(version, '0.134.0')) {
    problems.push(
      failed(
        `profile = "${profile}" is refused by Codex ${version}`,
        `Take it out, and put the profile into ${profile}.config.toml: codex --profile ${profile} (Codex 0.134 and newer).`,
      ),
    );
  }
  return problems;
};

/** What Codex takes, and does not do as its user may think. */
const findDoubtful = ({ providers, providerId, version }: FindProblemsInput): ConfigProblem[] => {
  const provider = providers[providerId];
  if (!isObject(provider)) return [];
  const where = `model_providers.${providerId}`;
  const sends =
    'env_key experimental_bearer_token auth requires_openai_auth http_headers env_http_headers'.split(' ');
  const problems: ConfigProblem[] = [];
  if (!sends.some((key) => provider[key]) && version !== undefined && isAtLeast(version, '0.149.0')) {
    problems.push(
      warning(
        `${where} names no credential, and Codex ${version} then sends none`,
        'Add env_key = "OPENAI_API_KEY", or run `npx gomodel-ts init-codex`. A gateway without a master key needs none.',
      ),
    );
  }
  const unknown = Object.keys(provider).filter((key) => !PROVIDER_KEYS.has(key));
  if (unknown.length > 0) {
    problems.push(warning(`${where}: Codex does not know ${unknown.join(', ')}`, 'Look for a typing error.'));
  }
  return problems;
};

/**
 * What is wrong with a configuration for a version of Codex, as measured with 0.113.0 to 0.169.0. Without
 * a version only what is wrong for all of them.
 */
export const findProblems = (input: FindProblemsInput): ConfigProblem[] => [
  ...findRefused(input),
  ...findDoubtful(input),
];
