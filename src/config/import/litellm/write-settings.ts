import type { JsonObject } from '../../../base/json-object.ts';
import type { Path } from '../../file/parse-yaml.ts';
import { durationOf, isOn, numberOf, secondsOf } from '../scalars.ts';
import { sharedRetries, trustedProxiesOf } from '../shared-settings.ts';
import type { TakenTree } from '../taken-tree.ts';
import { variableIn } from './values.ts';

const MAX_ATTEMPTS = 10;
const SECONDS_OF_A_DAY = 86_400;

/** The same may stand in either; the first wins. */
const eitherOf = (tree: TakenTree, key: string): { readonly value: unknown; readonly path: Path } => {
  const router = tree.take('router_settings', key);
  const general = tree.take('litellm_settings', key);
  return router === undefined
    ? { value: general, path: ['litellm_settings', key] }
    : { value: router, path: ['router_settings', key] };
};

const RETRIES_OF_MODEL: readonly Path[] = [
  ['litellm_params', 'num_retries'],
  ['litellm_params', 'max_retries'],
];

const failoverOf = (tree: TakenTree): JsonObject => {
  const retries =
    numberOf(eitherOf(tree, 'num_retries').value) ?? sharedRetries(tree, 'model_list', RETRIES_OF_MODEL);
  const fails = numberOf(eitherOf(tree, 'allowed_fails').value);
  const pause = durationOf(eitherOf(tree, 'cooldown_time').value);
  const isOff = isOn(eitherOf(tree, 'disable_cooldowns').value);
  return {
    ...(retries !== undefined && { attempts: Math.min(Math.floor(retries) + 1, MAX_ATTEMPTS) }),
    ...(isOff ? { breaker_failures: 0 } : fails !== undefined && { breaker_failures: Math.floor(fails) + 1 }),
    ...(pause && { breaker_pause: pause }),
  };
};

/** LiteLLM asks for both before it believes a proxy, whose header fields it calls by this name. */
const proxiesOf = (tree: TakenTree): string | undefined => {
  const path: Path = ['general_settings', 'mcp_trusted_proxy_ranges'];
  if (tree.look(...path) === undefined) return undefined;
  const isUsed = isOn(tree.take('general_settings', 'use_x_forwarded_for'));
  const proxies = trustedProxiesOf(tree, path);
  return isUsed ? proxies : undefined;
};

const OWN_VARIABLE = 'GOMODEL_MASTER_KEY';

const masterKeyOf = (tree: TakenTree): string | undefined => {
  const path: Path = ['general_settings', 'master_key'];
  const given = tree.take(...path);
  if (given === undefined || given === null) return undefined;
  const variable = variableIn(given);
  if (variable === undefined) {
    tree.remark(path, `it stands in the file and is not copied: set ${OWN_VARIABLE} to it`);
  }
  return `\${${variable ?? OWN_VARIABLE}}`;
};

/** The proxy's budget as a whole, which is that of everybody. */
const budgetOf = (tree: TakenTree): JsonObject | undefined => {
  const amount = numberOf(tree.take('litellm_settings', 'max_budget'));
  const seconds = secondsOf(tree.take('litellm_settings', 'budget_duration'));
  if (!amount) return undefined;
  return {
    path: '/',
    limits: [{ amount, ...(seconds ? { period_seconds: Math.floor(seconds) } : { period: 'total' }) }],
  };
};

const CALLBACKS = ['callbacks', 'success_callback', 'failure_callback', 'service_callbacks'];

const metricsOf = (tree: TakenTree): JsonObject => {
  let isWanted = false;
  for (const key of CALLBACKS) {
    const path: Path = ['litellm_settings', key];
    const given = tree.take(...path);
    const names = (Array.isArray(given) ? given : given === undefined || given === null ? [] : [given]).map(
      String,
    );
    isWanted ||= names.includes('prometheus');
    const others = names.filter((name) => name !== 'prometheus');
    if (others.length > 0) {
      tree.remark(
        path,
        'the log is on the page, in `logs --json` and in files, and OTEL_EXPORTER_OTLP_ENDPOINT names a collector that is told of everything',
      );
    }
  }
  return isWanted ? { enabled: true } : {};
};

/** All that is no model and no route. */
export const writeSettings = (tree: TakenTree): JsonObject => {
  const megabytes = numberOf(tree.take('general_settings', 'max_request_size_mb'));
  const open = numberOf(tree.take('general_settings', 'global_max_parallel_requests'));
  const kept = secondsOf(tree.take('general_settings', 'maximum_spend_logs_retention_period'));
  const hidesBodies = isOn(tree.take('litellm_settings', 'turn_off_message_logging'));
  const stall = durationOf(eitherOf(tree, 'stream_timeout').value);
  const budget = budgetOf(tree);
  // What the provider refuses is left out of translated requests in any case, and it is said.
  tree.take('litellm_settings', 'drop_params');
  return {
    server: {
      master_key: masterKeyOf(tree),
      trusted_proxies: proxiesOf(tree),
      ...(megabytes && { body_size_limit: `${Math.ceil(megabytes)}M` }),
      ...(open && { max_open_exchanges: Math.floor(open) }),
      ...(stall && { stream_stall_timeout: stall }),
    },
    logging: {
      ...(hidesBodies && { log_bodies: false }),
      ...(kept && { retention_days: Math.max(1, Math.round(kept / SECONDS_OF_A_DAY)) }),
    },
    metrics: metricsOf(tree),
    failover: failoverOf(tree),
    budgets: { user_paths: budget ? [budget] : [] },
  };
};
