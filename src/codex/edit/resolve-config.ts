import { getStaticTOMLValue } from 'toml-eslint-parser';
import { isObject, type JsonObject, nonEmptyString } from '../../base/json-object.ts';
import { readToml } from '../toml/read-toml.ts';
import { type ConfigProblem, findProblems } from './find-problems.ts';

/** How Codex proves itself to the provider that it would use. */
type ResolvedAuth =
  /** A key from this variable, as a bearer token. */
  | { readonly kind: 'env'; readonly variable: string }
  /** A key that stands in the file, or that a command prints. */
  | { readonly kind: 'fixed' }
  /** What `codex login` left; `keyVariable` holds the key that goes beside it, in `X-GoModel-Key`. */
  | { readonly kind: 'sign-in'; readonly keyVariable: string | undefined }
  | { readonly kind: 'none' };

/** Where a configuration sends Codex. */
export interface ResolvedConfig {
  readonly model: string | undefined;
  readonly providerId: string;
  /** Absent: the provider's own address. */
  readonly baseUrl: string | undefined;
  readonly auth: ResolvedAuth;
  readonly problems: readonly ConfigProblem[];
}

export interface ConfigTexts {
  readonly config: string;
  /** The text of `NAME.config.toml`, where a profile is chosen. */
  readonly profile?: string;
  /** For messages. */
  readonly path: string;
}

const tableOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** The layers of a configuration, the strongest first. */
const layersOf = ({ config, profile, path }: ConfigTexts): JsonObject[] => {
  const base = tableOf(getStaticTOMLValue(readToml(config, path).root));
  // Before 0.134 a profile was a table of the same file, chosen by a key.
  const inside = tableOf(tableOf(base.profiles)[nonEmptyString(base.profile) ?? '']);
  const file = profile === undefined ? {} : tableOf(getStaticTOMLValue(readToml(profile, path).root));
  return [file, inside, base];
};

const keyVariableOf = (provider: JsonObject): string | undefined => {
  const line = Object.entries(tableOf(provider.env_http_headers)).find(
    ([name]) => name.toLowerCase() === 'x-gomodel-key',
  );
  return nonEmptyString(line?.[1]);
};

const authOf = (provider: JsonObject): ResolvedAuth => {
  const variable = nonEmptyString(provider.env_key);
  if (variable !== undefined) return { kind: 'env', variable };
  if (provider.experimental_bearer_token !== undefined || provider.auth !== undefined)
    return { kind: 'fixed' };
  if (provider.requires_openai_auth === true)
    return { kind: 'sign-in', keyVariable: keyVariableOf(provider) };
  return { kind: 'none' };
};

/**
 * What Codex makes of its configuration: the provider it would use, and what it would refuse or do without.
 * @param version of the installed Codex; absent: not known, and nothing that depends on it is told
 * @throws GatewayError invalid_toml
 * @see https://developers.openai.com/codex/config-reference
 */
export const resolveConfig = (texts: ConfigTexts, version: string | undefined): ResolvedConfig => {
  const layers = layersOf(texts);
  const read = (key: string): string | undefined =>
    layers.map((layer) => nonEmptyString(layer[key])).find((value) => value !== undefined);
  const providerId = read('model_provider') ?? 'openai';
  const providers = Object.assign({}, ...layers.toReversed().map((layer) => tableOf(layer.model_providers)));
  const provider = isObject(providers[providerId]) ? providers[providerId] : undefined;
  const isBuiltIn = providerId === 'openai';
  const auth: ResolvedAuth = isBuiltIn ? { kind: 'sign-in', keyVariable: undefined } : authOf(provider ?? {});
  return {
    model: read('model'),
    providerId,
    baseUrl: isBuiltIn ? read('openai_base_url') : nonEmptyString(provider?.base_url),
    auth,
    problems: findProblems({
      config: Object.assign({}, ...layers.toReversed()),
      providers,
      providerId,
      version,
    }),
  };
};
