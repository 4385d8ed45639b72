import { z } from 'zod';
import { parseUserPath } from '../../base/user-path.ts';
import { APPROVALS, SANDBOXES, WEB_SEARCHES } from '../policy.ts';

/** Codex reads a whole answer at its start; what is longer than this was not written by hand. */
const MAX_ENTRIES = 200;

/** What cannot be seen was not meant, and YAML, TOML and JSON do not agree on it. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;
const text = z
  .string()
  .min(1)
  .max(500)
  .refine((value) => !UNSEEN.test(value), 'must have no control characters and no line breaks');
const word = z.string().regex(/^[\w.-]{1,64}$/, 'may have letters, digits, dots, dashes and underscores');
/** Groups count in their order, and a name of digits alone would lose its place in it. */
const groupName = word.regex(/[^\d]/, 'must not be a number');
/** YAML writes `true` for a flag; variables put in for `${NAME}` are texts. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]);

const someOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.array(z.enum(words)).min(1, 'needs at least one').max(words.length);

const httpUrl = z
  .string()
  .refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), 'must be an http(s) URL');

const mcpServer = z
  .union([
    z.strictObject({ command: text, args: z.array(text).max(50).optional(), installed: flag.optional() }),
    z.strictObject({ url: httpUrl, installed: flag.optional() }),
  ])
  .describe('an MCP server');

const otel = z.strictObject({
  traces: flag.optional(),
  logs: flag.optional(),
  metrics: flag.optional(),
  log_user_prompt: flag.optional(),
});

const amount = z.union([z.string(), z.number()]);

const budget = z.strictObject({
  period: z.string().optional(),
  period_seconds: amount.optional(),
  amount: amount.optional(),
  tokens: amount.optional(),
  enforcement: z.string().optional(),
  stop_runaways: z.boolean().optional(),
  timezone: z.string().optional(),
  per_person: z.boolean().optional(),
});

const RULES = {
  models: z.array(text).min(1, 'needs at least one').max(MAX_ENTRIES).optional(),
  model: text.optional(),
  effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).optional(),
  approval: someOf(APPROVALS).optional(),
  sandbox: someOf(SANDBOXES)
    .refine(
      (modes) => modes.includes('read-only'),
      'must have read-only among them: Codex does not start where it is not allowed',
    )
    .optional(),
  web_search: someOf(WEB_SEARCHES).optional(),
  mcp_servers: z
    .record(word, mcpServer)
    .refine((servers) => Object.keys(servers).length <= MAX_ENTRIES, `has more than ${MAX_ENTRIES}`)
    .optional(),
  features: z
    .record(word, flag)
    .refine((features) => Object.keys(features).length <= MAX_ENTRIES, `has more than ${MAX_ENTRIES}`)
    .optional(),
  otel: otel.optional(),
  claude: z
    .strictObject({ model: text.optional(), models: z.array(text).max(MAX_ENTRIES).optional() })
    .optional(),
};

const userPath = z
  .string()
  .refine((path) => parseUserPath(path) !== undefined, 'must be a user path such as /team/alpha');

const group = z.strictObject({
  user_paths: z.array(userPath).max(MAX_ENTRIES).optional(),
  labels: z.array(text).max(MAX_ENTRIES).optional(),
  sign_in_groups: z.array(text.max(1_000)).max(MAX_ENTRIES).optional(),
  budgets: z.array(budget).max(20).optional(),
  ...RULES,
});

const auth = z.union([
  z.strictObject({ env: z.string().regex(/^[A-Za-z_]\w{0,99}$/, 'must be the name of a variable') }),
  z.strictObject({
    command: text.refine((command) => /^(?:\/|[A-Za-z]:\\)/.test(command), 'must be an absolute path'),
    args: z.array(text).max(50).optional(),
    refresh_seconds: z.number().int().min(1).max(86_400).optional(),
  }),
  z.strictObject({
    chatgpt: z.literal(true),
    env: z
      .string()
      .regex(/^[A-Za-z_]\w{0,99}$/, 'must be the name of a variable')
      .optional(),
  }),
]);

/** `policy:` of `gomodel.yaml`. */
export const policySchema = z.strictObject({
  url: z
    .string()
    .refine((url) => URL.canParse(url) && new URL(url).protocol === 'https:', 'must be an https URL')
    .refine(
      (url) => !URL.canParse(url) || /^\/?$/.test(new URL(url).pathname + new URL(url).search),
      'must have no path and no query',
    ),
  name: text.max(60).optional(),
  auth: auth.optional(),
  default: z.strictObject(RULES).optional(),
  groups: z
    .record(groupName, group)
    .refine((groups) => Object.keys(groups).length <= MAX_ENTRIES, `has more than ${MAX_ENTRIES}`)
    .optional(),
});

export type PolicyShape = z.infer<typeof policySchema>;
export type RulesShape = z.infer<z.ZodObject<typeof RULES>>;
