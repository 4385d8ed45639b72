import { FAILOVER, type FailoverConfig } from '../providers/failover.ts';
import { SETTINGS, type SettingName } from '../settings.ts';
import type { Sourced } from '../sourced.ts';
import type { Source } from '../sources.ts';
import type { FileConfig, FileProvider } from './file-config.ts';
import type { FileShape } from './file-schema.ts';
import { mapAlias, mapVirtualModel } from './map-alias.ts';
import { mapBudgets, mapGroups, mapRateLimits } from './map-definitions.ts';
import { mapPolicy, mapPolicyBudgets } from './map-policy.ts';
import type { Locate } from './parse-yaml.ts';

interface Place {
  readonly locate: Locate;
  readonly source: Source;
}

const mapSettings = (document: unknown, { locate, source }: Place): FileConfig['settings'] => {
  const entries = Object.entries(SETTINGS).flatMap(([name, { path }]) => {
    let value: unknown = document;
    for (const key of path) value = Object(value)[key];
    return typeof value === 'string' ? [[name, { value, origin: locate(path), source }] as const] : [];
  });
  return Object.fromEntries(entries) as Partial<Record<SettingName, Sourced<string>>>;
};

const mapProviders = ({ providers = {} }: FileShape, { locate, source }: Place): readonly FileProvider[] =>
  Object.entries(providers).map(([id, entry]) => {
    const sourced = (key: keyof typeof entry, value: string | undefined) =>
      value === undefined ? undefined : { value, origin: locate(['providers', id, key]), source };
    return {
      id,
      origin: locate(['providers', id]),
      source,
      type: entry.type,
      apiKey: sourced('api_key', entry.api_key),
      baseUrl: sourced('base_url', entry.base_url),
      apiVersion: sourced('api_version', entry.api_version),
      proxy: sourced('proxy', entry.proxy),
      promptCaching: sourced('prompt_caching', entry.prompt_caching),
      models: (entry.models ?? []).map((model) => ({
        id: model.id,
        ...('context_window' in model && model.context_window && { contextWindow: model.context_window }),
        ...('max_output_tokens' in model &&
          model.max_output_tokens && { maxOutputTokens: model.max_output_tokens }),
        ...('modalities' in model && model.modalities && { inputModalities: model.modalities }),
      })),
      headers: Object.fromEntries(
        Object.entries(entry.headers ?? {}).map(([header, value]) => [header.toLowerCase(), value]),
      ),
      native: entry.native,
    };
  });

const mapAliases = (
  { aliases = {}, virtual_models: virtual = [] }: FileShape,
  { locate, source }: Place,
): FileConfig['aliases'] =>
  new Map([
    ...Object.entries(aliases).map(
      ([alias, value]) =>
        [alias, { value: mapAlias(value), origin: locate(['aliases', alias]), source }] as const,
    ),
    ...virtual.map(
      (entry, place) =>
        [
          entry.source,
          { value: mapVirtualModel(entry), origin: locate(['virtual_models', String(place)]), source },
        ] as const,
    ),
  ]);

const mapFailover = (
  { failover }: FileShape,
  { locate, source }: Place,
): Sourced<FailoverConfig> | undefined => {
  if (!failover) return undefined;
  const { attempts, initial_backoff, max_backoff, breaker_failures, breaker_pause } = failover;
  return {
    origin: locate(['failover']),
    source,
    value: {
      attempts: attempts ?? FAILOVER.attempts,
      initialBackoffMs: initial_backoff ?? FAILOVER.initialBackoffMs,
      maxBackoffMs: max_backoff ?? FAILOVER.maxBackoffMs,
      breaker: {
        failures: breaker_failures ?? FAILOVER.breaker.failures,
        pauseMs: breaker_pause ?? FAILOVER.breaker.pauseMs,
      },
    },
  };
};

/** A checked file as the configuration uses it. */
export const mapFileConfig = (data: FileShape, name: string, place: Place): FileConfig => ({
  name,
  source: place.source,
  settings: mapSettings(data, place),
  providers: mapProviders(data, place),
  aliases: mapAliases(data, place),
  failover: mapFailover(data, place),
  budgets: [...mapBudgets(data, place.locate), ...mapPolicyBudgets(data.policy ?? {}, place.locate)],
  rateLimits: mapRateLimits(data, place.locate),
  policy: data.policy && {
    value: mapPolicy(data.policy),
    origin: place.locate(['policy']),
    source: place.source,
  },
  groups: mapGroups(data, place.locate),
});
