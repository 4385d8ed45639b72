import { parseByteSize } from '../base/bytes.ts';
import { trimTrailing } from '../base/trim-text.ts';
import { isHeaderName } from './header-name.ts';
import { parseDuration } from './parse-duration.ts';
import { parseTrustedProxies } from './read-trusted-proxies.ts';
import { type Parse, type Setting, setting } from './setting.ts';
import { SIGN_IN_SETTINGS } from './sign-in-settings.ts';

export const parseText: Parse<string> = (text) => text.trim() || undefined;

const parsePort: Parse<number> = (text) => {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : undefined;
};

export const parseSwitch: Parse<boolean> = (text) => {
  const word = text.trim().toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  return undefined;
};

const parseDays: Parse<number> = (text) => {
  const days = Number(text);
  return text.trim() !== '' && days > 0 && days <= 36_500 ? days : undefined;
};

const parseCount: Parse<number> = (text) => {
  const count = Number(text);
  return Number.isSafeInteger(count) && count > 0 ? count : undefined;
};

const parseUsd: Parse<number> = (text) => {
  const usd = Number(text.trim().replace(/^\$/, ''));
  return text.trim() !== '' && usd >= 0 && usd <= 1_000_000 ? usd : undefined;
};

const MAX_WORKERS = 64;

const parseWorkers: Parse<number> = (text) => {
  const count = /^\d+$/.test(text.trim()) ? parseCount(text) : undefined;
  return count !== undefined && count <= MAX_WORKERS ? count : undefined;
};

const parseSize: Parse<number> = (text) => {
  const bytes = parseByteSize(text);
  return bytes !== undefined && bytes > 0 ? bytes : undefined;
};

/** How WebSocket connections are served: `auto` relays, and bridges where the upstream refuses that. */
export type WebSocketSetting = 'auto' | 'relay' | 'bridge' | 'off';

const parseWebSockets: Parse<WebSocketSetting> = (text) => {
  const word = text.trim().toLowerCase();
  return (['auto', 'relay', 'bridge', 'off'] as const).find((known) => known === word);
};

const parseHeaderName: Parse<string> = (text) => (isHeaderName(text.trim()) ? text.trim() : undefined);

const OTHER_ROUTES =
  /^\/(?:v1|p|api|admin|dashboard|health|readyz|oauth|device|managed|codex|\.well-known)(?:\/|$)/;

/** A path of letters, digits, dots, dashes and underscores. */
const parseEndpoint: Parse<string> = (text) => {
  const path = text.trim();
  return /^(?:\/[\w.-]{1,100}){1,5}$/.test(path) && !path.includes('..') && !OTHER_ROUTES.test(path)
    ? path
    : undefined;
};

/** Without a slash at its end, so that paths are appended as they are. */
export const parseBaseUrl: Parse<URL> = (text) => {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.search || url.hash) return undefined;
  url.pathname = trimTrailing(url.pathname, '/');
  return url;
};

export type ChatgptLogin = 'passthrough' | 'replace' | 'off';

const parseChatgptLogin: Parse<ChatgptLogin> = (text) => {
  const word = text.trim().toLowerCase();
  return word === 'passthrough' || word === 'replace' || word === 'off' ? word : undefined;
};

/** Where keys, budgets, limits and the log are kept. */
type StorageType = 'files' | 'postgresql';

const parseStorageType: Parse<StorageType> = (text) => {
  const word = text.trim().toLowerCase();
  return word === 'files' || word === 'postgresql' ? word : undefined;
};

/** What budgets and limits do while their database does not answer. */
export type StorageFallback = 'open' | 'closed';

const parseFallback: Parse<StorageFallback> = (text) => {
  const word = text.trim().toLowerCase();
  return word === 'open' || word === 'closed' ? word : undefined;
};

const parsePostgresUrl: Parse<string> = (text) => {
  const url = text.trim();
  const isKnown = URL.canParse(url) && ['postgres:', 'postgresql:'].includes(new URL(url).protocol);
  return isKnown ? url : undefined;
};

/** Every setting of the gateway by its environment variable; the names are GoModel's where it has one. */
export const SETTINGS = {
  port: setting({
    variable: 'PORT',
    path: ['server', 'port'],
    takes: 'a port from 0 (any free one) to 65535',
    summary: 'where the gateway listens',
    parse: parsePort,
    fallback: '8080',
  }),
  host: setting({
    variable: 'HOST',
    path: ['server', 'host'],
    takes: 'a host name or an address',
    summary: 'the address to bind; loopback, IPv4 and IPv6, if absent',
    parse: parseText,
  }),
  tlsCert: setting({
    variable: 'TLS_CERT',
    path: ['server', 'tls', 'cert'],
    takes: 'the path of a file',
    summary:
      "the gateway's certificate and those that signed it, PEM: clients speak https; read again when it changes",
    parse: parseText,
  }),
  tlsKey: setting({
    variable: 'TLS_KEY',
    path: ['server', 'tls', 'key'],
    takes: 'the path of a file',
    summary: 'the private key of TLS_CERT, PEM, without a passphrase',
    parse: parseText,
  }),
  trustedProxies: setting({
    variable: 'TRUSTED_PROXIES',
    path: ['server', 'trusted_proxies'],
    takes: 'addresses and networks such as 10.0.0.0/8, ::1, and none that has everybody in it',
    summary: 'proxies in front whose X-Forwarded-For, -Proto and -Host count; nobody if absent',
    parse: parseTrustedProxies,
  }),
  masterKey: setting({
    variable: 'GOMODEL_MASTER_KEY',
    path: ['server', 'master_key'],
    takes: 'any text',
    summary: 'the key that clients must send; open on loopback if absent',
    secret: true,
    parse: parseText,
  }),
  defaultProvider: setting({
    variable: 'GOMODEL_DEFAULT_PROVIDER',
    path: ['default_provider'],
    takes: 'the name of a provider',
    summary: 'the provider of models that no prefix, alias or list sends elsewhere',
    parse: parseText,
  }),
  modelLists: setting({
    variable: 'MODEL_LISTS',
    path: ['server', 'model_lists'],
    takes: 'true or false',
    summary: 'whether providers are asked which models they have, once an hour',
    parse: parseSwitch,
    fallback: 'true',
  }),
  keepsOnlyAliases: setting({
    variable: 'KEEP_ONLY_ALIASES_AT_MODELS_ENDPOINT',
    path: ['server', 'keep_only_aliases'],
    takes: 'true or false',
    summary: 'whether the list of models has aliases alone; other models are served all the same',
    parse: parseSwitch,
    fallback: 'false',
  }),
  promptCaching: setting({
    variable: 'PROMPT_CACHING',
    path: ['prompt_caching'],
    takes: 'true or false',
    summary: 'whether translated requests ask the provider to cache the prompt, where it wants to be asked',
    parse: parseSwitch,
    fallback: 'true',
  }),
  streamStallTimeout: setting({
    variable: 'STREAM_STALL_TIMEOUT',
    path: ['server', 'stream_stall_timeout'],
    takes: 'a duration such as 90s or 10m, or 0 for none',
    summary: 'after so long without a byte from the provider, a stream is ended; 0: never',
    parse: (text: string) => (text.trim() === '0' ? 0 : parseDuration(text.trim())),
    fallback: '0',
  }),
  chatgptLogin: setting({
    variable: 'CHATGPT_LOGIN',
    path: ['chatgpt', 'login'],
    takes: 'passthrough, replace or off',
    summary: "what becomes of a ChatGPT sign-in: sent on, replaced by the gateway's key, or refused",
    parse: parseChatgptLogin,
  }),
  chatgptBaseUrl: setting({
    variable: 'CHATGPT_BASE_URL',
    path: ['chatgpt', 'base_url'],
    takes: 'an http(s) URL without query',
    summary: 'where ChatGPT sign-ins are sent on to',
    parse: parseBaseUrl,
    fallback: 'https://chatgpt.com/backend-api/codex',
  }),
  bodySizeLimit: setting({
    variable: 'BODY_SIZE_LIMIT',
    path: ['server', 'body_size_limit'],
    takes: 'a size such as 128M or 1G',
    summary: 'the largest request body, decoded',
    parse: parseSize,
    fallback: '128M',
  }),
  bodyMemoryLimit: setting({
    variable: 'BODY_MEMORY_LIMIT',
    path: ['server', 'body_memory_limit'],
    takes: 'a size such as 512M or 2G',
    summary: 'what all request bodies may take in memory together; four times BODY_SIZE_LIMIT if absent',
    parse: parseSize,
  }),
  maxOpenExchanges: setting({
    variable: 'MAX_OPEN_EXCHANGES',
    path: ['server', 'max_open_exchanges'],
    takes: 'a whole number above 0',
    summary: 'how many requests are served at once; more get 503 with Retry-After',
    parse: parseCount,
    fallback: '1000',
  }),
  workers: setting({
    variable: 'GOMODEL_WORKERS',
    path: ['server', 'workers'],
    takes: `a whole number from 1 to ${MAX_WORKERS}`,
    summary: 'how many processes serve requests',
    parse: parseWorkers,
    fallback: '1',
  }),
  updateCheck: setting({
    variable: 'GOMODEL_UPDATE_CHECK',
    path: ['server', 'update_check'],
    takes: 'true or false',
    summary: 'whether `serve` asks npm for a newer version when it starts',
    parse: parseSwitch,
    fallback: 'false',
  }),
  cacheLossNotice: setting({
    variable: 'CACHE_LOSS_NOTICE',
    path: ['server', 'cache_loss_notice'],
    takes: 'an amount in USD, or 0 for never',
    summary:
      'the tail and the page tell of a session that has lost its prompt cache for more than this, in USD',
    parse: parseUsd,
    fallback: '0.25',
  }),
  userPathHeader: setting({
    variable: 'USER_PATH_HEADER',
    path: ['server', 'user_path_header'],
    takes: 'the name of a header field',
    summary: 'the header field in which a request may say its user path',
    parse: parseHeaderName,
    fallback: 'X-GoModel-User-Path',
  }),
  websockets: setting({
    variable: 'WEBSOCKETS',
    path: ['server', 'websockets'],
    takes: 'auto, relay, bridge or off',
    summary: 'whether WebSocket is spoken to the upstream too (relay) or turned into HTTP (bridge)',
    parse: parseWebSockets,
    fallback: 'auto',
  }),
  logBodies: setting({
    variable: 'LOGGING_LOG_BODIES',
    path: ['logging', 'log_bodies'],
    takes: 'true or false',
    summary: 'whether the log keeps bodies',
    parse: parseSwitch,
    fallback: 'true',
  }),
  metricsEnabled: setting({
    variable: 'METRICS_ENABLED',
    path: ['metrics', 'enabled'],
    takes: 'true or false',
    summary: 'whether Prometheus is told how the gateway is',
    parse: parseSwitch,
    fallback: 'false',
  }),
  metricsEndpoint: setting({
    variable: 'METRICS_ENDPOINT',
    path: ['metrics', 'endpoint'],
    takes: 'a path such as /metrics that no other route has',
    summary: 'where Prometheus asks',
    parse: parseEndpoint,
    fallback: '/metrics',
  }),
  retentionDays: setting({
    variable: 'LOGGING_RETENTION_DAYS',
    path: ['logging', 'retention_days'],
    takes: 'a number of days above 0',
    summary: 'how long the log is kept',
    parse: parseDays,
    fallback: '30',
  }),
  maxDisk: setting({
    variable: 'LOGGING_MAX_DISK',
    path: ['logging', 'max_disk'],
    takes: 'a size such as 2G',
    summary: 'how much disk the log may take; the oldest goes first',
    parse: parseSize,
    fallback: '2G',
  }),
  storageType: setting({
    variable: 'STORAGE_TYPE',
    path: ['storage', 'type'],
    takes: 'files or postgresql',
    summary:
      'where keys, budgets, limits and the log are kept: in the data folder, or in a database for all gateways',
    parse: parseStorageType,
    fallback: 'files',
  }),
  postgresUrl: setting({
    variable: 'POSTGRES_URL',
    path: ['storage', 'postgresql', 'url'],
    takes: 'an address such as postgres://user:password@host:5432/gomodel',
    summary: 'the database of STORAGE_TYPE=postgresql',
    secret: true,
    parse: parsePostgresUrl,
  }),
  postgresMaxConns: setting({
    variable: 'POSTGRES_MAX_CONNS',
    path: ['storage', 'postgresql', 'max_conns'],
    takes: 'a whole number above 0',
    summary: 'how many connections to the database each process may have',
    parse: parseCount,
    fallback: '10',
  }),
  postgresFallback: setting({
    variable: 'POSTGRES_FALLBACK',
    path: ['storage', 'postgresql', 'fallback'],
    takes: 'open or closed',
    summary:
      'while the database does not answer: open lets requests in within what was last known to be left, closed refuses those that have a budget or a limit',
    parse: parseFallback,
    fallback: 'open',
  }),
  ...SIGN_IN_SETTINGS,
} as const;

export type SettingName = keyof typeof SETTINGS;
export type SettingValue<Name extends SettingName> =
  (typeof SETTINGS)[Name] extends Setting<infer Value> ? Value : never;
