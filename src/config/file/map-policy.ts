import type { JsonObject } from '../../base/json-object.ts';
import type { AllowedMcpServer, Policy, PolicyAuth, PolicyRules } from '../policy.ts';
import type { Definition } from '../providers/definition.ts';
import type { Locate } from './parse-yaml.ts';
import type { PolicyShape, RulesShape } from './policy-schema.ts';

const REFRESH_SECONDS = 300;
const GATEWAY_KEY = 'GOMODEL_MASTER_KEY';

const mapServer = (server: NonNullable<RulesShape['mcp_servers']>[string]): AllowedMcpServer =>
  'command' in server
    ? {
        kind: 'command',
        command: server.command,
        args: server.args ?? [],
        installed: server.installed ?? false,
      }
    : { kind: 'url', url: server.url, installed: server.installed ?? false };

const sorted = <Value, Mapped>(
  entries: Readonly<Record<string, Value>>,
  map: (value: Value) => Mapped,
): ReadonlyMap<string, Mapped> =>
  new Map(
    Object.keys(entries)
      .sort()
      .map((name) => [name, map(entries[name] as Value)]),
  );

const mapRules = (rules: RulesShape): PolicyRules => {
  const { models, model, effort, approval, sandbox, otel, claude } = rules;
  const { web_search: webSearch, mcp_servers: servers, features } = rules;
  return {
    ...(models && { models }),
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
    ...(approval && { approval: [...new Set(approval)] }),
    ...(sandbox && { sandbox: [...new Set(sandbox)] }),
    ...(webSearch && { webSearch: [...new Set(webSearch)] }),
    ...(servers && { mcpServers: sorted(servers, mapServer) }),
    ...(features && { features: sorted(features, (on) => on) }),
    ...(otel && {
      otel: {
        traces: otel.traces ?? false,
        logs: otel.logs ?? false,
        metrics: otel.metrics ?? false,
        logUserPrompt: otel.log_user_prompt ?? false,
      },
    }),
    ...(claude && {
      claude: {
        ...(claude.model !== undefined && { model: claude.model }),
        ...(claude.models && { models: claude.models }),
      },
    }),
  };
};

const mapAuth = (auth: PolicyShape['auth']): PolicyAuth => {
  if (!auth) return { kind: 'env', variable: 'OPENAI_API_KEY' };
  if ('command' in auth) {
    const { command, args = [], refresh_seconds: seconds = REFRESH_SECONDS } = auth;
    return { kind: 'command', command, args, refreshMs: seconds * 1000 };
  }
  if ('chatgpt' in auth) return { kind: 'chatgpt', variable: auth.env ?? GATEWAY_KEY };
  return { kind: 'env', variable: auth.env };
};

export const mapPolicy = (policy: PolicyShape): Policy => ({
  url: new URL(policy.url).origin,
  name: policy.name ?? 'Company gateway',
  auth: mapAuth(policy.auth),
  default: mapRules(policy.default ?? {}),
  groups: Object.entries(policy.groups ?? {}).map(([name, group]) => ({
    name,
    userPaths: group.user_paths ?? [],
    labels: group.labels ?? [],
    signInGroups: group.sign_in_groups ?? [],
    rules: mapRules(group),
  })),
});

/** The budgets of groups, for each user path and label by which people belong to one. */
export const mapPolicyBudgets = (
  { groups = {} }: Pick<PolicyShape, 'groups'>,
  locate: Locate,
): readonly Definition[] =>
  Object.entries(groups).flatMap(([name, { user_paths: paths = [], labels = [], budgets = [] }]) =>
    budgets.flatMap(({ per_person: each, ...limit }, index) => {
      const scopes: readonly JsonObject[] = [
        ...paths.map((scope) => ({ scope, ...(each && { per_child: true }) })),
        ...labels.map((label) => ({ scope: `label:${label}` })),
      ];
      const fields = Object.fromEntries(Object.entries(limit).filter(([, value]) => value !== undefined));
      return scopes.map((scope) => ({
        origin: locate(['policy', 'groups', name, 'budgets', index]),
        source: 'file' as const,
        fields: { ...scope, ...fields },
      }));
    }),
  );
