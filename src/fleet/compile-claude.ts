import type { JsonObject } from '../base/json-object.ts';
import type { Policy, PolicyOtel, PolicyRules } from '../config/policy.ts';

const EFFORTS = ['low', 'medium', 'high', 'xhigh'];

const otelVariables = ({ url }: Policy, otel: PolicyOtel): Readonly<Record<string, string>> => {
  if (!otel.logs && !otel.metrics && !otel.traces) return {};
  return {
    CLAUDE_CODE_ENABLE_TELEMETRY: '1',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    ...(otel.logs && { OTEL_LOGS_EXPORTER: 'otlp' }),
    ...(otel.metrics && { OTEL_METRICS_EXPORTER: 'otlp' }),
    ...(otel.traces && { OTEL_TRACES_EXPORTER: 'otlp' }),
    ...(otel.logUserPrompt && { OTEL_LOG_USER_PROMPTS: '1' }),
  };
};

const permissionsOf = ({ approval, webSearch }: PolicyRules): JsonObject | undefined => {
  const isSearchOff = webSearch?.every((mode) => mode === 'disabled');
  const permissions = {
    ...(approval && !approval.includes('never') && { disableBypassPermissionsMode: 'disable' }),
    ...(isSearchOff && { deny: ['WebSearch'] }),
  };
  return Object.keys(permissions).length > 0 ? permissions : undefined;
};

/** A server counts by its command with all arguments, or its address. */
const serversOf = ({ mcpServers }: PolicyRules): readonly JsonObject[] | undefined =>
  mcpServers &&
  [...mcpServers.values()].map((server) =>
    server.kind === 'command'
      ? { serverCommand: [server.command, ...server.args] }
      : { serverUrl: server.url },
  );

/** Claude Code's managed settings: what they say wins over every file and flag of a user. */
export const compileClaude = (policy: Policy, rules: PolicyRules, version: string): JsonObject => {
  const { effort, otel, claude } = rules;
  const permissions = permissionsOf(rules);
  const servers = serversOf(rules);
  return {
    env: {
      ANTHROPIC_BASE_URL: policy.url,
      ANTHROPIC_CUSTOM_HEADERS: `X-GoModel-Policy: ${version}`,
      ...(otel && otelVariables(policy, otel)),
    },
    ...(policy.auth.kind === 'command' && {
      apiKeyHelper: [policy.auth.command, ...policy.auth.args].map(quote).join(' '),
    }),
    ...(claude?.model !== undefined && { model: claude.model }),
    ...(claude?.models && { availableModels: claude.models, enforceAvailableModels: true }),
    ...(effort !== undefined && EFFORTS.includes(effort) && { effortLevel: effort }),
    ...(permissions && { permissions }),
    ...(servers && { allowedMcpServers: servers, allowManagedMcpServersOnly: true }),
  };
};

/** Claude Code hands it to a shell. */
const quote = (word: string): string =>
  /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
