import { z } from 'zod';
import { parseDuration } from '../parse-duration.ts';
import { policySchema } from './policy-schema.ts';

/** Settings are read by the same parsers as variables, so any scalar will do here. */
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'must be a duration such as 500ms or 10s' });
  return z.NEVER;
});

const name = z.string().min(1);
const tokens = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int().positive());

const model = z.union([
  name.transform((id) => ({ id })),
  z.strictObject({
    id: name,
    context_window: tokens.optional(),
    max_output_tokens: tokens.optional(),
    modalities: z.array(z.enum(['text', 'image', 'audio', 'video', 'file'])).optional(),
  }),
]);

const PROVIDER_ID = /^[A-Za-z0-9][\w.-]*$/;
/** Upstreams that there are without configuration. */
const RESERVED = ['chatgpt', 'demo'];

/** Another host's name beside the right address leads elsewhere where many share one address. */
const FRAMING = [
  'host',
  'connection',
  'content-length',
  'expect',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const headerName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is no name of a header')
  .refine((header) => !FRAMING.includes(header.toLowerCase()), 'is a header that the gateway sets itself');

const provider = z.strictObject({
  type: name.optional(),
  base_url: scalar.optional(),
  api_key: scalar.optional(),
  api_version: scalar.optional(),
  prompt_caching: scalar.optional(),
  proxy: scalar.optional(),
  models: z.array(model).optional(),
  headers: z.record(headerName, scalar).optional(),
  native: z.array(z.enum(['responses', 'chat', 'messages'])).optional(),
});

const effort = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);

const strategy = z.enum(['round_robin', 'cost', 'latency', 'failover']);

/** One of several models that a name stands for. */
const target = z.union([
  name.transform((model) => ({ model, weight: undefined })),
  z.strictObject({ model: name, weight: z.number().positive().max(1_000_000).optional() }),
]);

const targets = z.array(target).min(1).max(100);

/** GoModel's own form of an alias, in the file and in `VIRTUAL_MODELS`. */
export const virtualModels = z
  .array(
    z
      .strictObject({
        source: name,
        target: name.optional(),
        targets: targets.optional(),
        strategy: strategy.optional(),
      })
      .refine((entry) => (entry.target === undefined) !== (entry.targets === undefined), {
        message: 'needs either `target` or `targets`',
      }),
  )
  .max(1000);

const alias = z.union([
  name.transform((model) => ({ model, effort: undefined, fallbacks: undefined })),
  z.strictObject({ model: name, effort: effort.optional(), fallbacks: z.array(name).optional() }),
  z.strictObject({
    targets,
    strategy: strategy.optional(),
    effort: effort.optional(),
    fallbacks: z.array(name).optional(),
  }),
]);

const failover = z.strictObject({
  attempts: z.int().min(1).max(10).optional(),
  initial_backoff: duration.optional(),
  max_backoff: duration.optional(),
  breaker_failures: z.int().min(0).optional(),
  breaker_pause: duration.optional(),
});

/** The room that enforces them reads the values; here is only where they may stand. */
const amount = z.union([z.string(), z.number()]);

const budgetLimit = z.strictObject({
  period: z.string().optional(),
  period_seconds: amount.optional(),
  amount: amount.optional(),
  tokens: amount.optional(),
  enforcement: z.string().optional(),
  soft: z.boolean().optional(),
  stop_runaways: z.boolean().optional(),
  timezone: z.string().optional(),
});

const limits = z.array(budgetLimit).min(1, 'needs an entry such as { period: daily, amount: 10 }');

const budgets = z.strictObject({
  user_paths: z.array(z.strictObject({ path: name, per_child: z.boolean().optional(), limits })).optional(),
  labels: z.array(z.strictObject({ label: name, limits })).optional(),
  keys: z.array(z.strictObject({ key: name, limits })).optional(),
  sessions: z.strictObject({ limits }).optional(),
  runs: z.strictObject({ limits }).optional(),
});

const rates = {
  rpm: amount.optional(),
  rph: amount.optional(),
  rpd: amount.optional(),
  tpm: amount.optional(),
  tph: amount.optional(),
  tpd: amount.optional(),
  concurrent: amount.optional(),
};

const rateLimits = z.strictObject({
  user_paths: z.array(z.strictObject({ path: name, per_child: z.boolean().optional(), ...rates })).optional(),
  labels: z.array(z.strictObject({ label: name, ...rates })).optional(),
  keys: z.array(z.strictObject({ key: name, ...rates })).optional(),
  providers: z.array(z.strictObject({ provider: name, model: name.optional(), ...rates })).optional(),
  models: z.array(z.strictObject({ model: name, ...rates })).optional(),
});

const groupRule = z.strictObject({
  group: name,
  role: z.string().optional(),
  user_path: z.string().optional(),
  labels: z.array(name).optional(),
  models: z.array(name).optional(),
  providers: z.array(name).optional(),
  bodies: z.string().optional(),
});

const oidc = z.strictObject({
  issuer: scalar.optional(),
  client_id: scalar.optional(),
  client_secret: scalar.optional(),
  scopes: scalar.optional(),
  groups_claim: scalar.optional(),
  authorization_params: scalar.optional(),
  token_lifetime: scalar.optional(),
  groups: z.array(groupRule).optional(),
});

/** The form of `gomodel.yaml`. */
export const fileSchema = z.strictObject({
  server: z
    .strictObject({
      port: scalar.optional(),
      host: scalar.optional(),
      tls: z.strictObject({ cert: scalar.optional(), key: scalar.optional() }).optional(),
      trusted_proxies: scalar.optional(),
      master_key: scalar.optional(),
      body_size_limit: scalar.optional(),
      body_memory_limit: scalar.optional(),
      max_open_exchanges: scalar.optional(),
      workers: scalar.optional(),
      update_check: scalar.optional(),
      cache_loss_notice: scalar.optional(),
      user_path_header: scalar.optional(),
      websockets: scalar.optional(),
      model_lists: scalar.optional(),
      keep_only_aliases: scalar.optional(),
      stream_stall_timeout: scalar.optional(),
      public_url: scalar.optional(),
    })
    .optional(),
  logging: z
    .strictObject({
      log_bodies: scalar.optional(),
      retention_days: scalar.optional(),
      max_disk: scalar.optional(),
    })
    .optional(),
  metrics: z.strictObject({ enabled: scalar.optional(), endpoint: scalar.optional() }).optional(),
  storage: z
    .strictObject({
      type: scalar.optional(),
      postgresql: z
        .strictObject({
          url: scalar.optional(),
          max_conns: scalar.optional(),
          fallback: scalar.optional(),
        })
        .optional(),
      bodies_url: scalar.optional(),
    })
    .optional(),
  chatgpt: z.strictObject({ login: scalar.optional(), base_url: scalar.optional() }).optional(),
  default_provider: scalar.optional(),
  prompt_caching: scalar.optional(),
  providers: z
    .record(
      z
        .string()
        .regex(PROVIDER_ID, 'may have letters, digits, dots, dashes and underscores')
        .refine((id) => !RESERVED.includes(id), 'is a name that the gateway has for itself'),
      provider,
    )
    .optional(),
  aliases: z.record(name, alias).optional(),
  virtual_models: virtualModels.optional(),
  failover: failover.optional(),
  budgets: budgets.optional(),
  rate_limits: rateLimits.optional(),
  policy: policySchema.optional(),
  oidc: oidc.optional(),
});

export type FileShape = z.infer<typeof fileSchema>;
