const CACHE = 'answers are not cached here; the prompt caches of providers are used (prompt_caching)';
const LISTS = 'the lists of models are fetched once an hour and kept';
const TIMEOUT =
  'no limit is set on a whole request; server.stream_stall_timeout ends streams that stand still';

const group = (prefix: string, names: readonly string[], text: string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${prefix}${name}`, text]));

/** Why settings of GoModel have no counterpart, and what to do, by their paths. Empty: there is nothing to say. */
export const GOMODEL_REMARKS: Readonly<Record<string, string>> = {
  mcp: 'MCP servers are configured in the client (Codex, Claude Code), not here',
  guardrails: 'guardrails are not run here',
  plugins: 'there are no plugins here',
  extensions: 'there are no extensions here',
  workflows: 'there are no workflows here',
  session: 'sessions are known by the headers of the clients; other headers cannot be named',
  tagging:
    'header fields that label requests are variables here: TAGGING_HEADER_1=X-My-Tags, with _PREFIX, _DELIMITER and _DONOTPASS',
  users: 'who may use which models is said by keys: `gomodel-ts keys create --model NAME`',
  opentelemetry: 'collectors are named by OTEL_EXPORTER_OTLP_ENDPOINT and the other OTEL variables',
  admin: 'the page and its API are always there, for the master key and for keys with a role',
  media: 'sound and pictures are not kept in files of their own',
  'cache.response': CACHE,
  'cache.model': LISTS,
  'http.timeout': TIMEOUT,
  'http.response_header_timeout': TIMEOUT,
  'http.tls': 'certificates are always checked: name your own ones in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE',
  'models.enabled_by_default': '',
  'models.configured_provider_models_mode': 'models of the file are added to those that the provider lists',
  ...group(
    'server.',
    [
      'enable_passthrough_routes',
      'allow_passthrough_v1_alias',
      'enabled_passthrough_providers',
      'realtime_enabled',
    ],
    '',
  ),
  ...group('server.', ['swagger_enabled', 'pprof_enabled', 'pid_file'], ''),
  'server.base_path':
    'the gateway answers at the root of its address: let the proxy in front take the prefix off and say it in X-Forwarded-Prefix, and name that proxy in TRUSTED_PROXIES',
  'server.client_ip_header':
    'the address of a client is read from X-Forwarded-For: let the proxy in front set that',
  'server.trusted_hops': 'hops are not counted: name all proxies in TRUSTED_PROXIES',
  ...group(
    'logging.',
    ['log_headers', 'only_model_interactions', 'buffer_size', 'flush_interval', 'log_revision_bodies'],
    '',
  ),
  ...group(
    'usage.',
    ['pricing_recalculation_enabled', 'enforce_returning_usage_data', 'buffer_size', 'flush_interval'],
    '',
  ),
  'usage.retention_days': 'usage is read from the log, so logging.retention_days holds for both',
  'rate_limits.flush_interval': '',
  ...group('resilience.retry.', ['backoff_factor', 'jitter_factor'], 'waits are doubled and jittered here'),
  'resilience.circuit_breaker.success_threshold': 'one request that succeeds closes the breaker here',
  'failover.max_attempts': 'all targets of a name are tried in turn',
};

/** Of a provider, whatever its name. */
export const GOMODEL_PROVIDER_REMARKS: Readonly<Record<string, string>> = {
  resilience: '`failover` holds for all providers alike',
  auth_type: 'set GOOGLE_APPLICATION_CREDENTIALS in the environment of the gateway',
  vertex_project: 'set GOOGLE_CLOUD_PROJECT to it',
  vertex_location: 'set GOOGLE_CLOUD_LOCATION to it',
  service_account_file: 'set GOOGLE_APPLICATION_CREDENTIALS to it',
  service_account_json: 'write it into a file of your own and set GOOGLE_APPLICATION_CREDENTIALS to that',
  service_account_json_base64:
    'write it into a file of your own and set GOOGLE_APPLICATION_CREDENTIALS to that',
  api_mode: 'which API a provider is asked in follows from its type',
  model_filter:
    'lists of models are not narrowed; `gomodel-ts keys create --model NAME` says who may use what',
  models: 'prices of your own stand in prices.json of the data folder',
};
