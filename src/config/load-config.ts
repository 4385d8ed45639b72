import { GatewayError } from '../base/errors.ts';
import { type ConfiguredProvider, hasCredential } from '../providers/configured-provider.ts';
import type { ModelAlias } from '../providers/route-model.ts';
import { openaiSpec } from '../providers/specs/openai.ts';
import { admitSources } from './admit-sources.ts';
import { ownOf, policyOf } from './keep-from-repository.ts';
import { isLoopbackHost } from './own-address.ts';
import type { Policy } from './policy.ts';
import { chooseDefault } from './providers/choose-default.ts';
import type { Definition } from './providers/definition.ts';
import { type FailoverConfig, NO_FAILOVER } from './providers/failover.ts';
import { readBudgetVariables, readLimitVariables } from './providers/read-definitions.ts';
import { readProviders } from './providers/read-providers.ts';
import { type ProxySettings, readProxies } from './providers/read-proxies.ts';
import { refuseStrayCredential } from './providers/refuse-stray-credential.ts';
import { unknownTargets } from './providers/unknown-targets.ts';
import { readTrustedCertificates } from './read-certificates.ts';
import { type ConfigSources, readSetting } from './read-setting.ts';
import { readSignIn, type SignInConfig } from './read-sign-in.ts';
import { readStorage, type StorageConfig } from './read-storage.ts';
import { readTagging, type TaggingHeader } from './read-tagging.ts';
import { readTelemetry } from './read-telemetry.ts';
import { readTls, type TlsFiles } from './read-tls.ts';
import type { ChatgptLogin } from './settings/model-settings.ts';
import type { WebSocketSetting } from './settings/request-settings.ts';
import type { SettingName, SettingValue } from './settings.ts';
import type { Origin } from './sourced.ts';
import type { TelemetryConfig } from './telemetry.ts';

export interface GatewayConfig {
  readonly port: number;
  /** Absent: both loopback addresses. */
  readonly host: string | undefined;
  /** Absent: plain HTTP. */
  readonly tls: TlsFiles | undefined;
  /** Addresses and networks. */
  readonly trustedProxies: readonly string[];
  readonly dataDir: string;
  readonly masterKey: string | undefined;
  /** Of the default provider. */
  readonly upstream: {
    readonly baseUrl: URL;
    readonly apiKey: string | undefined;
    /** The variable that the key came from, for the banner. */
    readonly apiKeyOrigin: Origin | undefined;
  };
  /** All of them, the default one included; at least that. Several may be of one kind. */
  readonly providers: readonly ConfiguredProvider[];
  /** The `id` of the provider that gets what no rule sends elsewhere. */
  readonly defaultProvider: string;
  /** By name. */
  readonly aliases: ReadonlyMap<string, ModelAlias>;
  readonly failover: FailoverConfig;
  /** Those of the environment come first, and win. */
  readonly budgets: readonly Definition[];
  readonly rateLimits: readonly Definition[];
  /** Whether providers are asked which models they have. */
  readonly modelLists: boolean;
  /** Whether the list of models has the user's own names alone. */
  readonly keepsOnlyAliases: boolean;
  /** Without a byte for so long, a stream is ended; 0: never. */
  readonly streamStallMs: number;
  readonly chatgpt: { readonly login: ChatgptLogin; readonly baseUrl: URL };
  readonly bodySizeLimitBytes: number;
  /** Of all request bodies that are in memory, in all workers. */
  readonly bodyMemoryBytes: number;
  readonly maxOpenExchanges: number;
  /** How many processes of `serve` share the traffic; 1: the one that has all else, too. */
  readonly workers: number;
  /** In lower case. */
  readonly userPathHeader: string;
  readonly tagging: readonly TaggingHeader[];
  readonly websockets: WebSocketSetting;
  readonly logBodies: boolean;
  /** Whether npm may be asked for a newer version. */
  readonly updateCheck: boolean;
  /** Of a session: what is lost from the provider's cache is told of from here on. USD; 0: never. */
  readonly cacheLossUsd: number;
  /** Where Prometheus finds the metrics; absent where nobody wants them. */
  readonly metrics: { readonly endpoint: string } | undefined;
  /** Absent where no collector is told anything. */
  readonly telemetry: TelemetryConfig | undefined;
  /** What clients are configured with; absent: they are left alone. */
  readonly policy: Policy | undefined;
  readonly retentionDays: number;
  readonly maxDiskBytes: number;
  readonly storage: StorageConfig;
  /** By which identity provider people sign in; absent where nobody does. */
  readonly signIn: SignInConfig | undefined;
  /** By which browsers and clients reach the gateway; absent: where it listens. */
  readonly publicUrl: URL | undefined;
  readonly proxies: ProxySettings;
  /** What the user should know of how the configuration was read, in whole sentences. */
  readonly notices: readonly string[];
}

export interface LoadConfigSources extends ConfigSources {
  readonly dataDir: string;
  /** What the reading of the sources has to say, in whole sentences. */
  readonly notices?: readonly string[];
}

/** What a sign-in is good for, a key at OpenAI is good for too; a key elsewhere is not. */
const defaultLogin = (providers: readonly ConfiguredProvider[]): ChatgptLogin =>
  providers.some(({ spec, apiKey }) => spec.id === openaiSpec.id && apiKey !== undefined)
    ? 'replace'
    : 'passthrough';

/** @throws GatewayError internal_error where a configuration was put together without it */
export const defaultProviderOf = ({ providers, defaultProvider }: GatewayConfig): ConfiguredProvider => {
  const found = providers.find(({ id }) => id === defaultProvider);
  if (!found) throw new GatewayError('internal_error', `there is no provider ${defaultProvider}.`);
  return found;
};

/** True where the default provider has a key, or asks for none. */
export const canAskDefault = (config: GatewayConfig): boolean => {
  const provider = defaultProviderOf(config);
  return hasCredential(provider) || provider.spec.keyless;
};

/** How many bodies of the largest size are in memory at once where nothing else was asked for. */
const BODIES_IN_MEMORY = 4;

/**
 * The configuration of one run: flag over environment over `.env` over file over default, where the table of
 * sources lets each set what it sets.
 * @throws GatewayError invalid_config: a value that its setting does not take, a bind beyond loopback
 *   without a master key, or a credential that would go to an address from a less trusted source
 */
export const loadConfig = (given: LoadConfigSources): GatewayConfig => {
  const { sources, refused } = admitSources(given);
  const notices = [...(given.notices ?? []), ...refused];
  const read = <Name extends SettingName>(name: Name) => readSetting(name, sources)?.value;
  const required = <Name extends SettingName>(name: Name): SettingValue<Name> => {
    const value = read(name);
    if (value === undefined) throw new GatewayError('invalid_config', `The setting ${name} has no value.`);
    return value;
  };

  const port = required('port');
  const host = read('host');
  const masterKey = read('masterKey');
  const signIn = readSignIn(sources, ownOf(sources.file, 'groups', notices));
  if (host !== undefined && !isLoopbackHost(host) && !masterKey && !signIn) {
    throw new GatewayError(
      'invalid_config',
      `HOST ${host} is reachable from other machines, and no GOMODEL_MASTER_KEY is set: anyone there could spend your provider's money. Set GOMODEL_MASTER_KEY, or leave HOST out to listen on this machine alone.`,
    );
  }

  const certificates = readTrustedCertificates(sources.env);
  const workers = required('workers');
  const maxOpenExchanges = required('maxOpenExchanges');
  if (maxOpenExchanges < workers) {
    throw new GatewayError(
      'invalid_config',
      `MAX_OPEN_EXCHANGES ${maxOpenExchanges} is shared out among ${workers} workers, and each needs at least 1.`,
    );
  }

  const bodySizeLimitBytes = required('bodySizeLimit');
  const known = readProviders(sources, { host, port, masterKey }, notices);
  const first = chooseDefault(known, readSetting('defaultProvider', sources), notices);
  const providers = known
    .filter(({ isBare, isInFile, provider }) => !isBare || isInFile || provider === first)
    .map(({ provider }) => provider);

  const aliases = new Map([
    ...[...(sources.file?.aliases ?? [])].map(([name, { value }]) => [name, value] as const),
    ...(sources.virtualModels ?? []),
  ]);
  notices.push(...unknownTargets(aliases, providers));

  // With a key of its own at OpenAI the gateway pays; without one, who is signed in does.
  const login = read('chatgptLogin') ?? defaultLogin(providers);
  const chatgptAddress = readSetting('chatgptBaseUrl', sources);
  if (login === 'passthrough' && chatgptAddress) {
    const { value: url, origin, source } = chatgptAddress;
    const address = { url, origin, source, variable: 'CHATGPT_BASE_URL' };
    // Whoever is signed in did that beside the gateway.
    refuseStrayCredential({ origin: 'The ChatGPT sign-in', source: 'environment' }, address);
  }

  const storage = readStorage(sources);
  if (storage.kind === 'files' && readSetting('bodiesUrl', sources)) {
    notices.push('BODIES_URL counts with STORAGE_TYPE=postgresql alone: bodies stay in the data folder.');
  }

  return {
    port,
    host,
    tls: readTls(sources),
    trustedProxies: read('trustedProxies') ?? [],
    dataDir: sources.dataDir,
    masterKey,
    upstream: { baseUrl: first.baseUrl, apiKey: first.apiKey, apiKeyOrigin: first.apiKeyOrigin },
    providers,
    defaultProvider: first.id,
    aliases,
    modelLists: required('modelLists'),
    keepsOnlyAliases: required('keepsOnlyAliases'),
    streamStallMs: required('streamStallTimeout'),
    failover: sources.file?.failover?.value ?? NO_FAILOVER,
    budgets: [...readBudgetVariables(sources), ...ownOf(sources.file, 'budgets', notices)],
    rateLimits: [
      ...readLimitVariables(sources, [...providers.map(({ id }) => id), 'chatgpt']),
      ...ownOf(sources.file, 'rateLimits', notices),
    ],
    chatgpt: { login, baseUrl: required('chatgptBaseUrl') },
    bodySizeLimitBytes,
    bodyMemoryBytes: read('bodyMemoryLimit') ?? BODIES_IN_MEMORY * bodySizeLimitBytes,
    maxOpenExchanges,
    workers,
    userPathHeader: required('userPathHeader').toLowerCase(),
    tagging: readTagging(sources),
    websockets: required('websockets'),
    logBodies: required('logBodies'),
    updateCheck: required('updateCheck'),
    cacheLossUsd: required('cacheLossNotice'),
    metrics: required('metricsEnabled') ? { endpoint: required('metricsEndpoint') } : undefined,
    telemetry: readTelemetry(sources, { host, port }, notices),
    policy: policyOf(sources.file, notices),
    retentionDays: required('retentionDays'),
    maxDiskBytes: required('maxDisk'),
    storage,
    signIn,
    publicUrl: read('publicUrl'),
    proxies: {
      ...readProxies({ ...sources.dotenv, ...sources.env }),
      ...(certificates && { certificates }),
    },
    notices,
  };
};
