import type { TomlScalar } from '../toml/format-toml.ts';

/** How Codex proves itself to the gateway. */
type ProviderAuth = { kind: 'key'; envKey: string } | { kind: 'chatgpt' };

/** Environment variable with the gateway's key, which travels beside a ChatGPT sign-in. */
const GATEWAY_KEY_VARIABLE = 'GOMODEL_MASTER_KEY';

const GATEWAY_KEY_HEADER = 'X-GoModel-Key';

/** What a configuration file shall say when the edit is done. */
export interface WantedSettings {
  /** Keys above the first table; where `onlyOver` is true, only if the key is there already. */
  readonly top: ReadonlyArray<{ key: string; value: string; onlyOver?: boolean }>;
  readonly provider?: WantedProvider;
}

export interface WantedProvider {
  readonly id: string;
  readonly entries: Readonly<Record<string, TomlScalar | Readonly<Record<string, TomlScalar>>>>;
  /** Keys of an existing block that would send another credential than the wanted one. */
  readonly remove: readonly string[];
}

export interface ProviderWish {
  readonly id: string;
  readonly baseUrl: string;
  readonly auth: ProviderAuth;
  readonly model: string | undefined;
  /** False leaves `model_provider` alone. */
  readonly isDefault: boolean;
}

/** A provider block of its own: `[model_providers.ID]`, chosen by `model_provider`. */
export const wantProvider = ({ id, baseUrl, auth, model, isDefault }: ProviderWish): WantedSettings => ({
  top: [...wantModel(model), ...(isDefault ? [{ key: 'model_provider', value: id }] : [])],
  provider: auth.kind === 'key' ? keyProvider(id, baseUrl, auth.envKey) : chatgptProvider(id, baseUrl),
});

/** Codex's built-in provider at another address: sessions stay in the list that they are in. */
export const wantBuiltin = (baseUrl: string, model: string | undefined): WantedSettings => ({
  top: [
    ...wantModel(model),
    { key: 'model_provider', value: 'openai', onlyOver: true },
    { key: 'openai_base_url', value: baseUrl },
  ],
});

const wantModel = (model: string | undefined) =>
  model === undefined ? [] : [{ key: 'model', value: model }];

const keyProvider = (id: string, baseUrl: string, envKey: string): WantedProvider => ({
  id,
  entries: { name: 'GoModel', base_url: baseUrl, env_key: envKey, wire_api: 'responses' },
  remove: ['requires_openai_auth'],
});

// The name decides: Codex compresses with zstd and compacts remotely only for one called "OpenAI".
const chatgptProvider = (id: string, baseUrl: string): WantedProvider => ({
  id,
  entries: {
    name: 'OpenAI',
    base_url: baseUrl,
    wire_api: 'responses',
    requires_openai_auth: true,
    env_http_headers: { [GATEWAY_KEY_HEADER]: GATEWAY_KEY_VARIABLE },
  },
  remove: ['env_key'],
});
