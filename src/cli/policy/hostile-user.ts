import { formatValue } from '../../codex/toml/format-toml.ts';
import { APPROVALS, type PolicyRules, SANDBOXES, WEB_SEARCHES } from '../../config/policy.ts';

/** The name of a provider and of an MCP server that no policy has. */
export const FOREIGN = 'policy-test-foreign';
const NOWHERE = 'http://127.0.0.1:9/v1';

/** The most that is not allowed; undefined where all is. */
const forbidden = <Mode extends string>(
  all: readonly Mode[],
  allowed: readonly Mode[] | undefined,
): Mode | undefined => all.filter((mode) => allowed && !allowed.includes(mode)).at(-1);

/** What a user asks for who wants everything that the policy does not allow. */
export interface Wishes {
  readonly approval: string | undefined;
  readonly sandbox: string | undefined;
  readonly webSearch: string | undefined;
}

export const wishesAgainst = ({ approval, sandbox, webSearch }: PolicyRules): Wishes => ({
  // Codex does not start where its user asks for `untrusted`.
  approval: forbidden(
    APPROVALS.filter((mode) => mode !== 'untrusted'),
    approval,
  ),
  sandbox: forbidden(SANDBOXES, sandbox),
  // `disabled` is always allowed.
  webSearch: forbidden(
    WEB_SEARCHES.filter((mode) => mode !== 'disabled'),
    webSearch,
  ),
});

const provider = (id: string): string =>
  `[model_providers.${id}]\nname = "foreign"\nbase_url = ${formatValue(NOWHERE)}\nwire_api = "responses"\n`;

/** The config.toml of that user. */
export const hostileConfig = (rules: PolicyRules): string => {
  const { approval, sandbox, webSearch } = wishesAgainst(rules);
  // Codex does not start where nobody is asked and the sandbox is another one than wanted.
  const asked = approval ?? rules.approval?.find((mode) => mode === 'on-request');
  const lines = [
    `model_provider = "${FOREIGN}"`,
    ...(asked === undefined ? [] : [`approval_policy = "${asked}"`]),
    ...(sandbox === undefined ? [] : [`sandbox_mode = "${sandbox}"`]),
    ...(webSearch === undefined ? [] : [`web_search = "${webSearch}"`]),
    ...[provider(FOREIGN), provider('gomodel')],
    `[mcp_servers.${FOREIGN}]\ncommand = "/bin/cat"`,
    ...(rules.otel ? [`[otel]\nlog_user_prompt = ${!rules.otel.logUserPrompt}`] : []),
    ...(rules.features
      ? [`[features]\n${[...rules.features].map(([name, on]) => `${formatValue(name)} = ${!on}`).join('\n')}`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
};
