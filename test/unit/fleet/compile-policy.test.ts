import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { parseConfigFile } from '../../../src/config/file/parse-config-file.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { compilePolicy, versionOf } from '../../../src/fleet/compile-policy.ts';
import { groupsOf } from '../../../src/fleet/rules-for.ts';
import { POLICY_YAML, policyOf } from '../../support/fleet/policy-file.ts';

const policy = policyOf(POLICY_YAML);

const ENGINEERING_REQUIREMENTS = `model_provider = "gomodel"
allowed_approval_policies = ["on-request", "untrusted"]
allowed_sandbox_modes = ["workspace-write", "read-only"]
allowed_web_search_modes = ["cached", "disabled"]

[features]
apps = false
memories = false

[mcp_servers.docs]
identity = { command = "/usr/local/bin/docs-mcp" }

[mcp_servers.tickets]
identity = { url = "https://mcp.corp/tickets" }

[model_providers.gomodel]
name = "Company gateway"
base_url = "https://gw.corp/v1"
wire_api = "responses"
supports_websockets = true
http_headers = { "X-GoModel-Policy" = "VERSION" }
env_key = "GATEWAY_KEY"

[otel]
log_user_prompt = false
exporter = { otlp-http = { endpoint = "https://gw.corp/v1/logs", protocol = "json" } }
trace_exporter = { otlp-http = { endpoint = "https://gw.corp/v1/traces", protocol = "json" } }
metrics_exporter = "none"
`;

const ENGINEERING_DEFAULTS = `model = "gpt-6.1-sol"
model_reasoning_effort = "low"
approval_policy = "on-request"
sandbox_mode = "workspace-write"
web_search = "cached"

[mcp_servers.docs]
command = "/usr/local/bin/docs-mcp"
args = ["--stdio"]
`;

describe('a compiled policy', () => {
  it('says in the words of each client what holds for a group, with the default where the group is silent', () => {
    const compiled = compilePolicy(policy, ['engineering']);
    const { group, codex, claude } = compiled;
    expect(group).toBe('engineering');
    expect(codex).toEqual({
      requirementsToml: ENGINEERING_REQUIREMENTS.replace('VERSION', versionOf(compiled)),
      configToml: ENGINEERING_DEFAULTS,
    });
    expect(claude).toEqual({
      env: {
        ANTHROPIC_BASE_URL: 'https://gw.corp',
        ANTHROPIC_CUSTOM_HEADERS: `X-GoModel-Policy: ${versionOf(compiled)}`,
        CLAUDE_CODE_ENABLE_TELEMETRY: '1',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://gw.corp',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_LOGS_EXPORTER: 'otlp',
        OTEL_TRACES_EXPORTER: 'otlp',
      },
      effortLevel: 'low',
      permissions: { disableBypassPermissionsMode: 'disable' },
      allowedMcpServers: [
        { serverCommand: ['/usr/local/bin/docs-mcp', '--stdio'] },
        { serverUrl: 'https://mcp.corp/tickets' },
      ],
      allowManagedMcpServersOnly: true,
    });
  });

  it('is the default for whoever is in no group of it, whatever they call theirs', () => {
    const nobody = compilePolicy(policy, []);
    expect(nobody.group).toBeUndefined();
    // Codex does not start where that stands in a config.toml.
    expect(nobody.codex.configToml).not.toContain('approval_policy');
    expect(nobody.codex.requirementsToml).toContain('allowed_sandbox_modes = ["read-only"]');
    expect(nobody.codex.requirementsToml).toMatch(/\n\[mcp_servers\]\n\n\[model_providers/);
    expect(nobody.claude).toMatchObject({ permissions: { deny: ['WebSearch'] }, allowedMcpServers: [] });
    expect(compilePolicy(policy, ['admins', 'constructor', '__proto__'])).toEqual(nobody);
  });

  it('is that of the first group of the file for whoever is in several', () => {
    const both = compilePolicy(policy, ['contractors', 'engineering']);
    expect(both).toEqual(compilePolicy(policy, ['engineering']));
  });

  it('has the same tag for the same rules, in whichever order the file has them, and another one for others', () => {
    const { etag } = compilePolicy(policy, ['engineering']);
    const turned = POLICY_YAML.replace('memories: false, apps: false', 'apps: false, memories: false');
    expect(turned).not.toBe(POLICY_YAML);
    expect(compilePolicy(policyOf(turned), ['engineering']).etag).toBe(etag);
    const other = POLICY_YAML.replace('apps: false', 'apps: true');
    expect(compilePolicy(policyOf(other), ['engineering']).etag).not.toBe(etag);
    expect(compilePolicy(policy, []).etag).not.toBe(etag);
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
  });

  it('is TOML that means what the policy says, whatever characters a text has', () => {
    const name = 'A "quoted"\n[otel]\\ name = \u007f é';
    const compiled = compilePolicy({ ...policy, name }, []);
    expect(parse(compiled.codex.requirementsToml)).toMatchObject({
      model_providers: { gomodel: { name } },
      otel: { log_user_prompt: false },
    });
    expect(compiled.codex.requirementsToml.match(/^\[otel\]$/gm)).toHaveLength(1);
  });

  it.each([
    [
      '{ command: /opt/token, args: [print] }',
      'auth = { command = "/opt/token", args = ["print"], refresh_interval_ms = 300000 }',
    ],
    ['{ chatgpt: true }', 'env_http_headers = { "X-GoModel-Key" = "GOMODEL_MASTER_KEY" }'],
  ])('proves itself as %s', (auth, line) => {
    const other = policyOf(POLICY_YAML.replace('{ env: GATEWAY_KEY }', auth));
    const { codex, claude } = compilePolicy(other, []);
    expect(codex.requirementsToml).toContain(`\n${line}\n`);
    expect(claude.apiKeyHelper).toBe(auth.includes('command') ? '/opt/token print' : undefined);
  });
});

describe('the groups of somebody', () => {
  it('are those of the user path and the labels of their key, and those that the identity provider names', () => {
    expect(groupsOf(policy, { userPath: '/team/eng/anna', labels: ['contractor'] })).toEqual([
      'engineering',
      'contractors',
    ]);
    expect(groupsOf(policy, { userPath: '/team/engine' })).toEqual([]);
    expect(groupsOf(policy, { groups: ['contractors'] })).toEqual(['contractors']);
    expect(groupsOf(policy, {})).toEqual([]);
  });
});

describe('policy: in gomodel.yaml', () => {
  const parseFile = (text: string) => parseConfigFile(text, 'gomodel.yaml', {});
  const refused = (from: string, to: string, told: RegExp): void => {
    expect(POLICY_YAML).toContain(from);
    expect(() => parseFile(POLICY_YAML.replace(from, to))).toThrow(told);
  };

  it('is refused with the place of what a client would not obey', () => {
    refused(
      'sandbox: [read-only]',
      'sandbox: [workspace-write]',
      /gomodel\.yaml:9:\d+: policy\.default\.sandbox must have read-only among them: Codex does not start/,
    );
    refused(
      'approval: [untrusted, on-request]',
      'approval: []',
      /policy\.default\.approval needs at least one/,
    );
    refused(
      'approval: [untrusted, on-request]',
      'approval: [on-failure]',
      /policy\.default\.approval\.0 must be one of untrusted, on-request, never/,
    );
    refused('url: https://gw.corp', 'url: http://gw.corp', /policy\.url must be an https URL/);
    refused('url: https://gw.corp', 'url: https://gw.corp/v1', /policy\.url must have no path/);
    refused('user_paths: [/team/eng]', 'user_paths: [team]', /user_paths\.0 must be a user path/);
    refused(
      'auth: { env: GATEWAY_KEY }',
      'auth: { command: token }',
      /policy\.auth\.command must be an absolute path/,
    );
    refused('model: gpt-5.5', 'modle: gpt-5.5', /unknown key "policy\.default\.modle"/);
  });

  it('sets budgets for the user paths and labels of its groups', () => {
    expect(parseFile(POLICY_YAML).budgets).toEqual([
      {
        origin: 'gomodel.yaml:25',
        source: 'file',
        fields: { scope: '/team/eng', per_child: true, period: 'daily', amount: 20 },
      },
      {
        origin: 'gomodel.yaml:30',
        source: 'file',
        fields: { scope: 'label:contractor', period: 'monthly', amount: 100 },
      },
    ]);
  });

  it('counts from no file of a working folder', () => {
    const file = parseConfigFile(POLICY_YAML, 'gomodel.yaml', {}, 'working_folder');
    const config = loadConfig({ flags: {}, env: {}, dotenv: {}, dataDir: '/data', file });
    expect(config.policy).toBeUndefined();
    expect(config.budgets).toEqual([]);
    expect(config.notices.join()).toContain('never sets the policy');
  });
});
