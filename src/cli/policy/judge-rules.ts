import { isObject, type JsonObject, objectsOf } from '../../base/json-object.ts';
import type { Policy, PolicyRules } from '../../config/policy.ts';
import type { Step } from '../../probe/step.ts';
import { FOREIGN, wishesAgainst } from './hostile-user.ts';

/** What Codex says of itself, started as a user who wants more than the policy allows. */
export interface Seen {
  /** `configRequirements/read`. */
  readonly requirements: JsonObject;
  /** `config/read`. */
  readonly config: JsonObject;
  /** `thread/start`. */
  readonly thread: JsonObject;
  /** By name. */
  readonly features: ReadonlyMap<string, boolean>;
  readonly told: ReadonlyArray<{ readonly method: string; readonly params: JsonObject }>;
}

const SANDBOX_TYPES: Readonly<Record<string, string>> = {
  readOnly: 'read-only',
  workspaceWrite: 'workspace-write',
  dangerFullAccess: 'danger-full-access',
};

const memberOf = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((found, key) => (isObject(found) ? found[key] : undefined), value);

const step = (name: string, holds: boolean, message: string): Step =>
  holds
    ? { name, state: 'ok', message }
    : {
        name,
        state: 'failed',
        message,
        remedy: 'This Codex does not obey it: use another version, or enforce it elsewhere.',
      };

const judgeMode = (
  name: string,
  allowed: readonly string[] | undefined,
  wish: string | undefined,
  got: string,
): readonly Step[] => {
  if (!allowed) return [];
  if (wish === undefined) return [{ name, state: 'ok', message: `everything is allowed; it is ${got}` }];
  return [
    step(name, allowed.includes(got), `asked for ${wish}, got ${got} (allowed: ${allowed.join(', ')})`),
  ];
};

const judgeWebSearch = (
  { webSearch }: PolicyRules,
  wish: string | undefined,
  seen: Seen,
): readonly Step[] => {
  const name = 'Web search';
  if (!webSearch) return [];
  if (wish === undefined) return [{ name, state: 'ok', message: 'everything is allowed' }];
  const warning = seen.told
    .map(({ params }) => String(params.summary ?? ''))
    .find((text) => text.includes('`web_search_mode` is disallowed by requirements'));
  const instead = /required value (\w+)/.exec(warning ?? '')?.[1]?.toLowerCase();
  return [step(name, warning !== undefined, `asked for ${wish}, got ${instead ?? wish}`)];
};

const judgeServers = ({ mcpServers }: PolicyRules, { told }: Seen): readonly Step[] => {
  if (!mcpServers) return [];
  const started = told
    .filter(({ method }) => method === 'mcpServer/startupStatus/updated')
    .map(({ params }) => String(params.name));
  const names = [...mcpServers.keys()].join(', ') || 'none';
  const isRunning = started.includes(FOREIGN);
  return [
    step(
      'MCP servers',
      !isRunning,
      `one that is not listed was ${isRunning ? '' : 'not '}started (allowed: ${names})`,
    ),
  ];
};

const judgeFeatures = ({ features }: PolicyRules, seen: Seen): readonly Step[] =>
  [...(features ?? [])].map(([name, wanted]) => {
    const got = seen.features.get(name);
    const title = `Feature ${name}`;
    if (got !== undefined) return step(title, got === wanted, `asked for ${!wanted}, got ${got}`);
    const remedy = `Take ${name} out of the policy, or correct it: Codex passes over what it does not know.`;
    return { name: title, state: 'warning', message: 'this Codex has no such feature', remedy };
  });

/** Each rule with what became of it. */
export const judgeRules = (policy: Policy, rules: PolicyRules, seen: Seen): readonly Step[] => {
  const { thread, requirements, config } = seen;
  const wishes = wishesAgainst(rules);
  const address = String(memberOf(requirements, 'modelProviders', 'gomodel', 'base_url'));
  const isForced = thread.modelProvider === 'gomodel' && address === `${policy.url}/v1`;
  const sandbox = String(memberOf(thread, 'sandbox', 'type'));
  const ignored = seen.told
    .map(({ params }) => String(params.summary ?? ''))
    .find((text) => text.includes('unrecognized configuration settings'));
  return [
    step('Provider', isForced, `asked for ${FOREIGN}, got ${thread.modelProvider} at ${address}`),
    ...judgeMode('Approval', rules.approval, wishes.approval, String(thread.approvalPolicy)),
    ...judgeMode('Sandbox', rules.sandbox, wishes.sandbox, SANDBOX_TYPES[sandbox] ?? sandbox),
    ...judgeWebSearch(rules, wishes.webSearch, seen),
    ...judgeServers(rules, seen),
    ...judgeFeatures(rules, seen),
    ...(rules.otel
      ? [
          step(
            'OTel',
            memberOf(config, 'otel', 'log_user_prompt') === rules.otel.logUserPrompt,
            `log_user_prompt is ${memberOf(config, 'otel', 'log_user_prompt')}, asked for ${!rules.otel.logUserPrompt}`,
          ),
        ]
      : []),
    ...(ignored === undefined
      ? []
      : [
          {
            name: 'Ignored',
            state: 'warning' as const,
            message: ignored,
            remedy: 'Use a newer Codex, or leave it out.',
          },
        ]),
  ];
};

/** What a user gets who asks for nothing. */
export const judgeDefaults = (rules: PolicyRules, thread: JsonObject): readonly Step[] => {
  const approval = rules.approval?.[0];
  const wanted: ReadonlyArray<readonly [string, string | undefined, unknown]> = [
    ['model', rules.model, thread.model],
    ['effort', rules.effort, thread.reasoningEffort],
    ['approval', approval === 'untrusted' ? undefined : approval, thread.approvalPolicy],
    ['sandbox', rules.sandbox?.[0], SANDBOX_TYPES[String(memberOf(thread, 'sandbox', 'type'))]],
  ];
  const asked = wanted.filter(([, want]) => want !== undefined);
  if (asked.length === 0) return [];
  const others = asked.filter(([, want, got]) => want !== got);
  const told = asked.map(([name, , got]) => `${name} ${got}`).join(', ');
  return [
    others.length === 0
      ? { name: 'Defaults', state: 'ok', message: told }
      : {
          name: 'Defaults',
          state: 'failed',
          message: others.map(([name, want, got]) => `${name} is ${got}, not ${want}`).join('; '),
        },
  ];
};

export const featuresOf = (answer: JsonObject): ReadonlyMap<string, boolean> =>
  new Map(objectsOf(answer.data).map(({ name, enabled }) => [String(name), enabled === true]));
