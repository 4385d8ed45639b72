import { formatByteSize } from '../base/bytes.ts';
import { showUrl } from '../base/show-url.ts';
import { admitSources } from './admit-sources.ts';
import type { LoadConfigSources } from './load-config.ts';
import { loadConfig } from './load-config.ts';
import { readProviders, type SourcedProvider } from './providers/read-providers.ts';
import { PROXY_VARIABLES } from './providers/read-proxies.ts';
import { DOTENV, givenOf } from './read-setting.ts';
import type { Setting } from './settings/setting.ts';
import { SETTINGS, type SettingName } from './settings.ts';
import type { Origin } from './sourced.ts';
import { TELEMETRY_SIGNALS } from './telemetry.ts';

/** One setting, and where its value came from. */
export interface ExplainedSetting {
  /** As it stands in the file: `server.port`, `providers.groq.api_key`. */
  readonly name: string;
  /** The variable that sets it, where there is one. */
  readonly variable: string | undefined;
  readonly isSecret: boolean;
  /** As it was written; undefined where there is none. Of a secret, `set`. */
  readonly value: string | undefined;
  /** Undefined where there is no value. */
  readonly origin: Origin | undefined;
}

const NAMES = Object.keys(SETTINGS) as readonly SettingName[];

const NAMES_ADDRESS = /(?:_URL|_PROXY)$/;

/** An address may hold a password. */
const showValue = (value: string | undefined, variable: string | undefined): string | undefined =>
  value !== undefined && (value.includes('://') || NAMES_ADDRESS.test(variable ?? ''))
    ? showUrl(value)
    : value;

const row = (
  name: string,
  value: string | undefined,
  origin: Origin | undefined,
  more: { readonly variable?: string | undefined; readonly isSecret?: boolean } = {},
): ExplainedSetting => ({
  name,
  variable: more.variable,
  isSecret: more.isSecret ?? false,
  value: more.isSecret && value !== undefined ? 'set' : showValue(value, more.variable),
  origin: value === undefined ? undefined : origin,
});

/** Only where it is the provider's own setting. */
const promptCachingOf = (
  { promptCaching }: SourcedProvider['provider'],
  origins: SourcedProvider['origins'],
): string | undefined => (origins.promptCaching === undefined ? undefined : String(promptCaching ?? true));

const explainProvider = ({ provider, origins }: SourcedProvider): readonly ExplainedSetting[] => {
  const { id, spec, baseUrl, apiKey, apiVersion, keyVariable, models, headers, native, proxy } = provider;
  const at = `providers.${id}`;
  const stem = keyVariable.replace(/_API_KEY$/, '');
  const all = [
    row(`${at}.type`, spec.id, origins.type),
    row(`${at}.base_url`, baseUrl.href, origins.baseUrl, { variable: `${stem}_BASE_URL` }),
    row(`${at}.api_key`, apiKey, origins.apiKey, { variable: keyVariable, isSecret: true }),
  ];
  const some = [
    row(`${at}.api_version`, apiVersion, origins.apiVersion, { variable: `${stem}_API_VERSION` }),
    row(`${at}.models`, models.map((model) => model.id).join(', ') || undefined, origins.models, {
      variable: `${stem}_MODELS`,
    }),
    row(`${at}.prompt_caching`, promptCachingOf(provider, origins), origins.promptCaching, {
      variable: `${stem}_PROMPT_CACHING`,
    }),
    row(`${at}.proxy`, proxy, origins.proxy, { variable: `${stem}_PROXY_URL` }),
    row(`${at}.native`, native?.join(', '), origins.type),
    // A header may be a key.
    ...Object.entries(headers).map(([header, value]) =>
      row(`${at}.headers.${header}`, value, origins.type, { isSecret: true }),
    ),
  ];
  return [...all, ...some.filter(({ value }) => value !== undefined)];
};

/**
 * Every setting with its value and where that came from, in the order of the file.
 * @param places where the data folder and the file came from, which cannot say that themselves
 * @throws GatewayError invalid_config, as `loadConfig` does
 */
export const explainConfig = (
  given: LoadConfigSources,
  places: { readonly dataDir: Origin; readonly file: Origin },
): readonly ExplainedSetting[] => {
  const config = loadConfig(given);
  const { sources } = admitSources(given);
  const { file, env, dotenv, dotenvFile = DOTENV } = sources;
  /** What follows from other settings where it was not set. */
  const derived: Partial<Record<SettingName, string>> = {
    chatgptLogin: config.chatgpt.login,
    defaultProvider: config.defaultProvider,
    bodyMemoryLimit: formatByteSize(config.bodyMemoryBytes),
  };
  const settings = NAMES.map((name) => {
    const { path, variable, secret }: Setting<unknown> = SETTINGS[name];
    const given = givenOf(name, sources).find(({ value }) => value?.trim());
    const value = given?.value?.trim() ?? derived[name];
    return row(path.join('.'), value, given?.origin ?? 'default', { variable, isSecret: secret === true });
  });
  const configured = new Set(config.providers.map(({ id }) => id));
  const providers = readProviders(sources, config, []).filter(({ provider }) => configured.has(provider.id));
  const aliases = [...(file?.aliases ?? [])].map(([name, { value, origin }]) => {
    const { model, effort, fallbacks } = value;
    const said = [
      model,
      effort && `effort ${effort}`,
      fallbacks.length > 0 && `else ${fallbacks.join(', ')}`,
    ];
    return row(`aliases.${name}`, said.filter(Boolean).join('; '), origin);
  });
  const { attempts, initialBackoffMs, maxBackoffMs, breaker } = config.failover;
  const failover = Object.entries({
    attempts: String(attempts),
    initial_backoff: `${initialBackoffMs}ms`,
    max_backoff: `${maxBackoffMs}ms`,
    breaker_failures: String(breaker.failures),
    breaker_pause: `${breaker.pauseMs}ms`,
  }).map(([key, value]) => row(`failover.${key}`, value, file?.failover?.origin ?? 'default'));
  const telemetry = TELEMETRY_SIGNALS.map((signal) => {
    const target = config.telemetry?.targets[signal];
    const variable = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`;
    return row(`telemetry.${signal}`, target?.url.href, target?.origin, { variable });
  });
  const proxies = (['https', 'http', 'no'] as const).map((kind) => {
    const variable = `${kind.toUpperCase()}_PROXY`;
    const names = PROXY_VARIABLES[kind].flatMap((each) => [each.toLowerCase(), each]);
    const name = names.find((each) => env[each] || dotenv[each]);
    const origin = name && (env[name] ? name : `${name} in ${dotenvFile.name}`);
    const value = config.proxies[kind];
    return row(variable.toLowerCase(), value, origin, { variable });
  });
  return [
    row('config_file', file?.name, places.file, { variable: 'GOMODEL_CONFIG' }),
    row('data_dir', config.dataDir, places.dataDir, { variable: 'GOMODEL_HOME' }),
    ...settings,
    ...providers.flatMap(explainProvider),
    ...aliases,
    ...failover,
    ...telemetry,
    ...proxies,
  ];
};
