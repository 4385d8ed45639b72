import { parseEnv } from 'node:util';
import { parseJson } from '../../../base/json-object.ts';
import { ALL_SPECS } from '../../../providers/all-specs.ts';
import type { Locate } from '../../file/parse-yaml.ts';
import { isDefinitionVariable } from '../../sources.ts';
import type { Remark } from '../remark.ts';
import { GOMODEL_PREFIXES } from './gomodel-types.ts';

/** Where each variable stands in GoModel's file. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  PORT: ['server', 'port'],
  BASE_PATH: ['server', 'base_path'],
  GOMODEL_MASTER_KEY: ['server', 'master_key'],
  BODY_SIZE_LIMIT: ['server', 'body_size_limit'],
  USER_PATH_HEADER: ['server', 'user_path_header'],
  TRUSTED_PROXIES: ['server', 'trusted_proxies'],
  SERVER_TRUSTED_PROXIES: ['server', 'trusted_proxies'],
  CLIENT_IP_HEADER: ['server', 'client_ip_header'],
  TRUSTED_HOPS: ['server', 'trusted_hops'],
  KEEP_ONLY_ALIASES_AT_MODELS_ENDPOINT: ['models', 'keep_only_aliases_at_models_endpoint'],
  CONFIGURED_PROVIDER_MODELS_MODE: ['models', 'configured_provider_models_mode'],
  HTTP_TIMEOUT: ['http', 'timeout'],
  HTTP_RESPONSE_HEADER_TIMEOUT: ['http', 'response_header_timeout'],
  HTTP_STREAM_IDLE_TIMEOUT: ['http', 'stream_idle_timeout'],
  METRICS_ENABLED: ['metrics', 'enabled'],
  METRICS_ENDPOINT: ['metrics', 'endpoint'],
  PROVIDER_PROMPT_CACHE_PLANNER_ENABLED: ['cache', 'provider_prompt_cache_planner_enabled'],
  GOMODEL_VERSION_CHECK_ENABLED: ['version_check', 'enabled'],
  STORAGE_TYPE: ['storage', 'type'],
  POSTGRES_URL: ['storage', 'postgresql', 'url'],
  POSTGRES_MAX_CONNS: ['storage', 'postgresql', 'max_conns'],
  LOGGING_ENABLED: ['logging', 'enabled'],
  LOGGING_LOG_BODIES: ['logging', 'log_bodies'],
  LOGGING_RETENTION_DAYS: ['logging', 'retention_days'],
  USAGE_ENABLED: ['usage', 'enabled'],
  USAGE_RETENTION_DAYS: ['usage', 'retention_days'],
  RATE_LIMITS_ENABLED: ['rate_limits', 'enabled'],
  BUDGETS_ENABLED: ['budgets', 'enabled'],
  FAILOVER_ENABLED: ['failover', 'enabled'],
  FAILOVER_MAX_ATTEMPTS: ['failover', 'max_attempts'],
  RETRY_MAX_RETRIES: ['resilience', 'retry', 'max_retries'],
  RETRY_INITIAL_BACKOFF: ['resilience', 'retry', 'initial_backoff'],
  RETRY_MAX_BACKOFF: ['resilience', 'retry', 'max_backoff'],
  CIRCUIT_BREAKER_ENABLED: ['resilience', 'circuit_breaker', 'enabled'],
  CIRCUIT_BREAKER_FAILURE_THRESHOLD: ['resilience', 'circuit_breaker', 'failure_threshold'],
  CIRCUIT_BREAKER_TIMEOUT: ['resilience', 'circuit_breaker', 'timeout'],
};

/** Those whose value is JSON, or a list. */
const JSON_PATHS: Readonly<Record<string, readonly string[]>> = {
  VIRTUAL_MODELS: ['virtual_models'],
  FAILOVER_RULES_JSON: ['failover', 'rules'],
  MCP_SERVERS: ['mcp'],
  USERS: ['users'],
};

const SECRETS = new Set(['GOMODEL_MASTER_KEY', 'POSTGRES_URL']);

const FIELDS = {
  API_KEY: 'api_key',
  BASE_URL: 'base_url',
  MODELS: 'models',
  API_VERSION: 'api_version',
  PROXY_URL: 'proxy_url',
  SESSION_STICKY_KEYS: 'session_sticky_keys',
} as const;

const PREFIXES = [...ALL_SPECS.map(({ prefix }) => prefix), ...GOMODEL_PREFIXES].toSorted(
  (one, other) => other.length - one.length,
);
const TYPE_OF_PREFIX = new Map(ALL_SPECS.map(({ prefix, id }) => [prefix, id]));

const KEPT = 'it stays a variable, and means the same here';

/** Those that mean the same where they stand in the environment. */
const isKept = (name: string): boolean =>
  isDefinitionVariable(name) ||
  name.startsWith('OTEL_') ||
  /^TAGGING_HEADER_\d+(?:_|$)/.test(name) ||
  /_API_KEY_\d{1,2}$/.test(name);

interface ProviderVariable {
  readonly id: string;
  readonly type: string;
  readonly field: (typeof FIELDS)[keyof typeof FIELDS];
}

/** `OPENAI_EAST_BASE_URL` is the address of `openai-east`. */
const splitVariable = (name: string): ProviderVariable | undefined => {
  const field = (Object.keys(FIELDS) as (keyof typeof FIELDS)[]).find((end) => name.endsWith(`_${end}`));
  if (field === undefined) return undefined;
  const stem = name.slice(0, -field.length - 1);
  const prefix = PREFIXES.find((one) => stem === one || stem.startsWith(`${one}_`));
  if (prefix === undefined) return undefined;
  const type = TYPE_OF_PREFIX.get(prefix) ?? prefix.toLowerCase().replace('bedrock_', 'bedrock-');
  const suffix = stem
    .slice(prefix.length + 1)
    .toLowerCase()
    .replaceAll('_', '-');
  return { id: suffix === '' ? type : `${type}-${suffix}`, type, field: FIELDS[field] };
};

type Tree = { [key: string]: Tree | unknown };

const put = (tree: Tree, path: readonly string[], value: unknown): void => {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const inner = typeof tree[key] === 'object' && tree[key] !== null ? (tree[key] as Tree) : {};
  tree[key] = inner;
  put(inner, rest, value);
};

export interface VariableDocument {
  /** As GoModel's file would say it; secrets as references to their variables. */
  readonly content: Tree;
  readonly locate: Locate;
  /** Of variables that have no place in such a file. */
  readonly remarks: readonly Remark[];
}

const lineOf = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text.split(/\r?\n/).map((line, index) => {
      const name = line.slice(0, Math.max(0, line.indexOf('='))).trim();
      return [name.startsWith('export ') ? name.slice('export '.length).trim() : name, index + 1] as const;
    }),
  );

/** GoModel's variables, as in a `.env` file. @param file as messages call it */
export const readVariables = (text: string, file: string): VariableDocument => {
  const content: Tree = {};
  const remarks: Remark[] = [];
  const places = new Map<string, string>();
  const lines = lineOf(text);
  const placeOf = (name: string): string => `${file}:${lines.get(name) ?? 1}`;
  const set = (name: string, path: readonly string[], value: unknown): void => {
    places.set(path.join('\0'), placeOf(name));
    put(content, path, value);
  };
  for (const [name, value = ''] of Object.entries(parseEnv(text))) {
    if (value.trim() === '') continue;
    const known = Object.hasOwn(PATHS, name) ? PATHS[name] : undefined;
    const json = Object.hasOwn(JSON_PATHS, name) ? JSON_PATHS[name] : undefined;
    const provider = known || json || isKept(name) ? undefined : splitVariable(name);
    if (known) set(name, known, SECRETS.has(name) ? `\${${name}}` : value);
    else if (json) set(name, json, parseJson(value));
    else if (provider) {
      const { id, type, field } = provider;
      const isSecret = field === 'api_key' || (field === 'proxy_url' && value.includes('@'));
      const list = value
        .split(',')
        .map((word) => word.trim())
        .filter(Boolean);
      put(content, ['providers', id, 'type'], type);
      places.set(['providers', id].join('\0'), placeOf(name));
      set(name, ['providers', id, field], isSecret ? `\${${name}}` : field === 'models' ? list : value);
    } else {
      const told = isKept(name) ? KEPT : 'it has no counterpart here and is left out';
      remarks.push({ place: placeOf(name), setting: name, text: told });
    }
  }
  const locate: Locate = (path) => {
    for (let length = path.length; length > 0; length--) {
      const place = places.get(path.slice(0, length).map(String).join('\0'));
      if (place !== undefined) return place;
    }
    return `${file}:1`;
  };
  return { content, locate, remarks };
};
