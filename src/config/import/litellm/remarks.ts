const CLIENTS = 'the client says it in its requests; nothing is added to them here';
const DATABASE =
  'keys, teams and spending are not taken over: make keys with `gomodel-ts keys create`; for several gateways set STORAGE_TYPE=postgresql with a database of its own';
const REDIS = 'gateways share their state in PostgreSQL alone: STORAGE_TYPE=postgresql';
const PRICE =
  'prices of your own stand in prices.json of the data folder, in USD for a million tokens: { "MODEL": { "input": 3, "output": 15 } }';
const TIMEOUT =
  'no limit is set on a whole request; server.stream_stall_timeout ends streams that stand still';
const CACHE = 'answers are not cached here; the prompt caches of providers are used (prompt_caching)';
const GUARDS = 'guardrails are not run here';
const LOGS = 'the log is written as JSON lines in any case; the log of the program has no levels';
const AWS = 'set AWS_REGION and the credentials in the environment of the gateway';
const GOOGLE =
  'set GOOGLE_CLOUD_PROJECT, GOOGLE_CLOUD_LOCATION and GOOGLE_APPLICATION_CREDENTIALS in the environment of the gateway';
const ALERTS = 'no alerts are sent: alert rules for Prometheus come with the metrics';
const SIGN_IN = 'who may use the gateway is decided by its own keys (`gomodel-ts keys`)';
const CLASSES =
  'fallbacks follow any failure before the answer has begun; this kind of error has none of its own';
const ROUTER = 'the router here has no such setting';
const MEMBERS = 'model_list[].litellm_params.';
const INFO = 'model_list[].model_info.';

const group = (prefix: string, names: readonly string[], text: string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${prefix}${name}`, text]));

/** Why settings of LiteLLM have no counterpart, and what to do, by their paths. Empty: there is nothing to say. */
export const LITELLM_REMARKS: Readonly<Record<string, string>> = {
  environment_variables:
    'it may hold secrets and is not copied: set these variables in the shell that starts the gateway, or in a file for --env-file',
  include: 'import the included files one by one',
  credential_list: 'no model of the file uses it',
  guardrails: GUARDS,
  mcp_servers: 'MCP servers are configured in the client (Codex, Claude Code), not here',
  vector_store_registry: 'vector stores are not offered here',
  callback_settings: 'collectors are named by OTEL_EXPORTER_OTLP_ENDPOINT and the other OTEL variables',
  ...group(
    MEMBERS,
    [
      'temperature',
      'top_p',
      'max_tokens',
      'max_completion_tokens',
      'seed',
      'stop',
      'reasoning_effort',
      'thinking',
      'extra_body',
      'drop_params',
      'additional_drop_params',
      'allowed_openai_params',
      'cache_control_injection_points',
      'merge_reasoning_content_in_choices',
    ],
    CLIENTS,
  ),
  [`${MEMBERS}reasoning_effort`]:
    'an alias has `effort` for that: aliases: { NAME: { model: …, effort: high } }',
  ...group(MEMBERS, ['timeout', 'stream_timeout'], TIMEOUT),
  ...group(MEMBERS, ['num_retries', 'max_retries'], '`failover.attempts` holds for all providers alike'),
  ...group(
    MEMBERS,
    [
      'input_cost_per_token',
      'output_cost_per_token',
      'cache_read_input_token_cost',
      'cache_creation_input_token_cost',
    ],
    PRICE,
  ),
  ...group(
    MEMBERS,
    [
      'aws_region_name',
      'aws_access_key_id',
      'aws_secret_access_key',
      'aws_session_token',
      'aws_profile_name',
      'aws_role_name',
      'aws_session_name',
      'aws_bedrock_runtime_endpoint',
    ],
    AWS,
  ),
  ...group(MEMBERS, ['vertex_project', 'vertex_location', 'vertex_credentials'], GOOGLE),
  ...group(
    MEMBERS,
    ['azure_ad_token', 'tenant_id', 'client_id', 'client_secret', 'azure_username', 'azure_password'],
    'Azure is asked with a key alone: set AZURE_API_KEY',
  ),
  ...group(
    MEMBERS,
    [
      'tags',
      'max_budget',
      'budget_duration',
      'guardrails',
      'mock_response',
      'use_in_pass_through',
      'region_name',
    ],
    ROUTER,
  ),
  [`${MEMBERS}ssl_verify`]:
    'certificates are always checked: name your own ones in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE',
  ...group(INFO, ['input_cost_per_token', 'output_cost_per_token', 'base_model'], PRICE),
  ...group(
    INFO,
    [
      'id',
      'mode',
      'description',
      'version',
      'supports_function_calling',
      'supports_tool_choice',
      'litellm_provider',
      'created_at',
      'db_model',
    ],
    '',
  ),
  ...group(
    'router_settings.',
    [
      'redis_host',
      'redis_port',
      'redis_password',
      'redis_url',
      'redis_db',
      'cache_kwargs',
      'cache_responses',
    ],
    REDIS,
  ),
  ...group('router_settings.', ['timeout'], TIMEOUT),
  ...group('router_settings.', ['content_policy_fallbacks', 'context_window_fallbacks'], CLASSES),
  ...group(
    'router_settings.',
    ['retry_policy', 'allowed_fails_policy', 'model_group_retry_policy'],
    '`failover` holds for all kinds of errors alike',
  ),
  'router_settings.retry_after':
    'the provider’s Retry-After is kept, and waits grow from failover.initial_backoff',
  ...group(
    'router_settings.',
    ['enable_pre_call_checks', 'enable_pre_call_check'],
    'requests are not measured before they are sent',
  ),
  ...group('litellm_settings.', ['cache', 'cache_params', 'enable_redis_auth_cache'], CACHE),
  ...group('litellm_settings.', ['request_timeout'], TIMEOUT),
  ...group('litellm_settings.', ['content_policy_fallbacks', 'context_window_fallbacks'], CLASSES),
  ...group('litellm_settings.', ['set_verbose', 'json_logs'], LOGS),
  ...group(
    'litellm_settings.',
    ['ssl_verify'],
    'certificates are always checked: name your own ones in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE',
  ),
  ...group(
    'litellm_settings.',
    [
      'default_team_settings',
      'default_internal_user_params',
      'upperbound_key_generate_params',
      'key_generation_settings',
    ],
    DATABASE,
  ),
  ...group('litellm_settings.', ['guardrails'], GUARDS),
  ...group(
    'general_settings.',
    [
      'database_url',
      'database_connection_pool_limit',
      'database_connection_timeout',
      'store_model_in_db',
      'allow_requests_on_db_unavailable',
      'proxy_batch_write_at',
    ],
    DATABASE,
  ),
  ...group(
    'general_settings.',
    [
      'alerting',
      'alerting_threshold',
      'alert_types',
      'alerting_args',
      'alert_to_webhook_url',
      'spend_report_frequency',
    ],
    ALERTS,
  ),
  ...group(
    'general_settings.',
    [
      'enable_jwt_auth',
      'litellm_jwtauth',
      'custom_auth',
      'custom_sso',
      'enable_oauth2_auth',
      'enable_oauth2_proxy_auth',
      'key_management_system',
      'key_management_settings',
      'ui_access_mode',
    ],
    SIGN_IN,
  ),
  'general_settings.store_prompts_in_spend_logs':
    'bodies are kept in the log unless logging.log_bodies is false',
  'general_settings.disable_spend_logs':
    'the log cannot be turned off; logging.log_bodies: false keeps bodies out of it',
  'general_settings.max_parallel_requests':
    'name it for each provider: rate_limits: { providers: [{ provider: …, concurrent: 10 }] }',
  'general_settings.pass_through_endpoints': 'providers are reached as they are at /p/PROVIDER/…',
  'general_settings.use_x_forwarded_for': 'name your proxies in TRUSTED_PROXIES',
  ...group(
    'general_settings.',
    ['background_health_checks', 'health_check_interval', 'health_check_details'],
    'the health of providers is seen in their traffic, and `gomodel-ts providers --check` asks them',
  ),
  'general_settings.completion_model':
    'the client names its model; default_provider gets the names that nobody here knows',
};
