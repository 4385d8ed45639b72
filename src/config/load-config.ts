import { GatewayError } from '../base/errors.ts';
import type { ConfiguredProvider } from '../providers/configured-provider.ts';
import type { ModelAlias } from '../providers/route-model.ts';
import { openaiSpec } from '../providers/specs/openai.ts';
import type { Environment } from './data-dir.ts';
import { isLoopbackHost, isOwnAddress } from './own-address.ts';
import { type ConfigSources, candidatesOf, type Origin, readSetting, type Sourced } from './read-setting.ts';
import type { ChatgptLogin, SettingName, SettingValue, WebSocketSetting } from './settings.ts';

export interface GatewayConfig {
  readonly port: number;
  /** Absent: both loopback addresses. */
  readonly host: string | undefined;
  readonly dataDir: string;
  readonly masterKey: string | undefined;
  readonly upstream: {
    readonly baseUrl: URL;
    readonly apiKey: string | undefined;
    /** The variable that the key came from, for the banner. */
    readonly apiKeyOrigin: Origin | undefined;
  };
  /** All of them, the default one included; at least that. Several may be of one kind. */
  readonly providers: readonly ConfiguredProvider[];
  /** The `id` of the provider that gets what no rule sends elsewhere; `upstream` is its address and key. */
  readonly defaultProvider: string;
  /** By name. */
  readonly aliases: ReadonlyMap<string, ModelAlias>;
  readonly failover: FailoverConfig;
  readonly chatgpt: { readonly login: ChatgptLogin; readonly baseUrl: URL };
  readonly bodySizeLimitBytes: number;
  readonly websockets: WebSocketSetting;
  readonly logBodies: boolean;
  readonly retentionDays: number;
  readonly maxDiskBytes: number;
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in either case. */
  readonly proxies: { readonly https?: string; readonly http?: string; readonly no?: string };
  /** What the user should know of how the configuration was read, in whole sentences. */
  readonly notices: readonly string[];
}

/** What happens when a provider fails before the first byte of its answer. */
export interface FailoverConfig {
  /** How often one provider is asked, the first time included; 1: never again. Fallbacks are asked after that. */
  readonly attempts: number;
  /** Before the second attempt; doubled before each further one, and jittered. */
  readonly initialBackoffMs: number;
  /** No wait is longer, `Retry-After` included: a provider that asks for more is given up. */
  readonly maxBackoffMs: number;
  readonly breaker: {
    /** Failures in a row after which a provider is asked no more for a while; 0: never. */
    readonly failures: number;
    readonly pauseMs: number;
  };
}

export interface LoadConfigSources extends ConfigSources {
  readonly dataDir: string;
}

/** Clients ask again themselves, and what is asked again unseen costs their users' money. */
const NO_FAILOVER: FailoverConfig = {
  attempts: 1,
  initialBackoffMs: 500,
  maxBackoffMs: 10_000,
  breaker: { failures: 5, pauseMs: 30_000 },
};

/** The strongest value that passes; `refuse` says why one does not, and the next source is asked. */
const pick = <Name extends SettingName>(
  name: Name,
  sources: ConfigSources,
  refuse: (candidate: Sourced<SettingValue<Name>>) => string | undefined,
  notices: string[],
): Sourced<SettingValue<Name>> | undefined =>
  candidatesOf(name, sources).find((candidate) => {
    const reason = refuse(candidate);
    if (reason) notices.push(reason);
    return reason === undefined;
  });

const readProxies = (env: Environment): GatewayConfig['proxies'] => {
  const read = (name: string): string | undefined => env[name.toLowerCase()] || env[name];
  const https = read('HTTPS_PROXY') ?? read('ALL_PROXY');
  const http = read('HTTP_PROXY') ?? read('ALL_PROXY');
  const no = read('NO_PROXY');
  return { ...(https && { https }), ...(http && { http }), ...(no && { no }) };
};

/**
 * The configuration of one run: flag over environment over `.env` over default.
 *
 * The shell that starts the gateway is often the one that starts Codex, so `OPENAI_BASE_URL` may be the
 * gateway's own address and `OPENAI_API_KEY` the master key. Both are passed over with a notice, and the
 * next source is asked.
 * @throws GatewayError invalid_config: a value that its setting does not take, or a bind beyond loopback
 *   without a master key
 */
export const loadConfig = (sources: LoadConfigSources): GatewayConfig => {
  const notices: string[] = [];
  const read = <Name extends SettingName>(name: Name) => readSetting(name, sources)?.value;
  const required = <Name extends SettingName>(name: Name): SettingValue<Name> => {
    const value = read(name);
    if (value === undefined) throw new GatewayError('invalid_config', `The setting ${name} has no value.`);
    return value;
  };

  const port = required('port');
  const host = read('host');
  const masterKey = read('masterKey');
  if (host !== undefined && !isLoopbackHost(host) && !masterKey) {
    throw new GatewayError(
      'invalid_config',
      `HOST ${host} is reachable from other machines, and no GOMODEL_MASTER_KEY is set: anyone there could spend your provider's money. Set GOMODEL_MASTER_KEY, or leave HOST out to listen on this machine alone.`,
    );
  }

  const baseUrl = pick(
    'openaiBaseUrl',
    sources,
    ({ value, origin }) =>
      isOwnAddress(value, { host, port })
        ? `${origin} is ${value.href}, this gateway's own address: that is meant for Codex. It is passed over; put the provider's address into a .env file here if it is not OpenAI's.`
        : undefined,
    notices,
  );
  const apiKey = pick(
    'openaiApiKey',
    sources,
    ({ value, origin }) =>
      masterKey !== undefined && value === masterKey
        ? `${origin} is the master key: that is what Codex sends to the gateway, not a key at the provider. It is passed over; start the gateway with OPENAI_API_KEY set to the provider's key, or put it into a .env file here.`
        : undefined,
    notices,
  );
  if (!baseUrl) throw new GatewayError('invalid_config', 'OPENAI_BASE_URL names no upstream.');

  return {
    port,
    host,
    dataDir: sources.dataDir,
    masterKey,
    upstream: { baseUrl: baseUrl.value, apiKey: apiKey?.value, apiKeyOrigin: apiKey?.origin },
    providers: [
      {
        id: openaiSpec.id,
        spec: openaiSpec,
        baseUrl: baseUrl.value,
        apiKey: apiKey?.value,
        apiKeyOrigin: apiKey?.origin,
        keyVariable: 'OPENAI_API_KEY',
        apiVersion: undefined,
        models: [],
        headers: {},
      },
    ],
    defaultProvider: openaiSpec.id,
    aliases: new Map(),
    failover: NO_FAILOVER,
    chatgpt: {
      // With a key of its own the gateway pays; without one, who is signed in does.
      login: read('chatgptLogin') ?? (apiKey ? 'replace' : 'passthrough'),
      baseUrl: required('chatgptBaseUrl'),
    },
    bodySizeLimitBytes: required('bodySizeLimit'),
    websockets: required('websockets'),
    logBodies: required('logBodies'),
    retentionDays: required('retentionDays'),
    maxDiskBytes: required('maxDisk'),
    proxies: readProxies({ ...sources.dotenv, ...sources.env }),
    notices,
  };
};
