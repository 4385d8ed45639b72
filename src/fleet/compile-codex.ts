import { formatPath, formatValue, type TomlTable, type TomlValue } from '../codex/toml/format-toml.ts';
import type { Policy, PolicyAuth, PolicyOtel, PolicyRules } from '../config/policy.ts';

/** The id of the gateway among Codex's providers. */
const PROVIDER_ID = 'gomodel';

/** One `key = value` a line; what `undefined` stands for is left out. */
const lines = (entries: Readonly<Record<string, TomlValue | undefined>>): string =>
  Object.entries(entries)
    .filter((entry): entry is [string, TomlValue] => entry[1] !== undefined)
    .map(([key, value]) => `${formatPath([key])} = ${formatValue(value)}\n`)
    .join('');

const table = (path: readonly string[], entries: Readonly<Record<string, TomlValue | undefined>>): string =>
  `\n[${formatPath(path)}]\n${lines(entries)}`;

const authOf = (auth: PolicyAuth): TomlTable => {
  switch (auth.kind) {
    case 'env':
      return { env_key: auth.variable };
    case 'command':
      return {
        auth: { command: auth.command, args: auth.args, refresh_interval_ms: auth.refreshMs },
      };
    case 'chatgpt':
      return { requires_openai_auth: true, env_http_headers: { 'X-GoModel-Key': auth.variable } };
  }
};

/** Codex compresses with zstd and compacts remotely only for a provider of this name. */
const CHATGPT_NAME = 'OpenAI';

const exporter = (policy: Policy, signal: string): TomlValue => ({
  'otlp-http': { endpoint: `${policy.url}/v1/${signal}`, protocol: 'json' },
});

const otelOf = (policy: Policy, otel: PolicyOtel): string =>
  table(['otel'], {
    log_user_prompt: otel.logUserPrompt,
    exporter: otel.logs ? exporter(policy, 'logs') : 'none',
    trace_exporter: otel.traces ? exporter(policy, 'traces') : 'none',
    metrics_exporter: otel.metrics ? exporter(policy, 'metrics') : 'none',
  });

const mcpIdentities = (rules: PolicyRules): string => {
  if (!rules.mcpServers) return '';
  // An empty table allows none.
  if (rules.mcpServers.size === 0) return table(['mcp_servers'], {});
  return [...rules.mcpServers]
    .map(([name, server]) =>
      table(['mcp_servers', name], {
        identity: server.kind === 'command' ? { command: server.command } : { url: server.url },
      }),
    )
    .join('');
};

/**
 * What no user can change, as Codex 0.169 and 0.171 obey it: the provider with its address, the modes that are allowed,
 * MCP servers by what they are, features and OTel. A model cannot be required: Codex ignores `model` there.
 */
export const compileRequirements = (policy: Policy, rules: PolicyRules, version: string): string => {
  const { approval, sandbox, webSearch, features, otel } = rules;
  const { auth } = policy;
  return [
    lines({
      model_provider: PROVIDER_ID,
      allowed_approval_policies: approval,
      allowed_sandbox_modes: sandbox,
      allowed_web_search_modes: webSearch,
    }),
    features && features.size > 0 ? table(['features'], Object.fromEntries(features)) : '',
    mcpIdentities(rules),
    table(['model_providers', PROVIDER_ID], {
      name: auth.kind === 'chatgpt' ? CHATGPT_NAME : policy.name,
      base_url: `${policy.url}/v1`,
      wire_api: 'responses',
      supports_websockets: true,
      // By which the gateway knows whose client follows the policy.
      http_headers: { 'X-GoModel-Policy': version },
      ...authOf(auth),
    }),
    otel ? otelOf(policy, otel) : '',
  ].join('');
};

const installedServers = ({ mcpServers }: PolicyRules): string =>
  [...(mcpServers ?? [])]
    .filter(([, { installed }]) => installed)
    .map(([name, server]) =>
      table(
        ['mcp_servers', name],
        server.kind === 'command' ? { command: server.command, args: server.args } : { url: server.url },
      ),
    )
    .join('');

/** Codex 0.169 takes it where it is required, and does not start where it stands in a config.toml. */
const NO_DEFAULT = 'untrusted';

/** What a user starts with, and may change. */
export const compileDefaults = (rules: PolicyRules): string => {
  const { model, effort, approval, sandbox, webSearch } = rules;
  return `${lines({
    model,
    model_reasoning_effort: effort,
    approval_policy: approval?.[0] === NO_DEFAULT ? undefined : approval?.[0],
    sandbox_mode: sandbox?.[0],
    web_search: webSearch?.[0],
  })}${installedServers(rules)}`;
};
