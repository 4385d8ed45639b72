import { parseConfigFile } from '../../../src/config/file/parse-config-file.ts';
import type { Policy } from '../../../src/config/policy.ts';

/** A policy with a bit of everything, as somebody would write it. */
export const POLICY_YAML = `policy:
  url: https://gw.corp
  auth: { env: GATEWAY_KEY }
  default:
    model: gpt-5.5
    effort: low
    models: ['gpt-5*', claude-sonnet-5]
    approval: [untrusted, on-request]
    sandbox: [read-only]
    web_search: [disabled]
    mcp_servers: {}
    features: { memories: false, apps: false }
    otel: { traces: true, logs: true }
  groups:
    engineering:
      user_paths: [/team/eng]
      model: gpt-6.1-sol
      approval: [on-request, untrusted]
      sandbox: [workspace-write, read-only]
      web_search: [cached, disabled]
      mcp_servers:
        docs: { command: /usr/local/bin/docs-mcp, args: [--stdio], installed: true }
        tickets: { url: 'https://mcp.corp/tickets' }
      budgets:
        - { period: daily, amount: 20, per_person: true }
    contractors:
      labels: [contractor]
      models: [gpt-5.5]
      budgets:
        - { period: monthly, amount: 100 }
`;

export const policyOf = (yaml: string): Policy => {
  const { policy } = parseConfigFile(yaml, 'gomodel.yaml', {});
  if (!policy) throw new Error('there is no policy');
  return policy.value;
};
