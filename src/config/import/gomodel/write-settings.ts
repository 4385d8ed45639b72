import type { JsonObject } from '../../../base/json-object.ts';
import type { Path } from '../../file/parse-yaml.ts';
import { durationOf, isOff, isOn, numberOf } from '../scalars.ts';
import { sharedRetries, trustedProxiesOf } from '../shared-settings.ts';
import type { TakenTree } from '../taken-tree.ts';
import { secretOf } from './write-providers.ts';

const MAX_ATTEMPTS = 10;
const FOREVER_DAYS = 36_500;

const scalarAt = (tree: TakenTree, ...path: PropertyKey[]): string | number | boolean | undefined => {
  const value = tree.take(...path);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
};

const RETRIES_OF_PROVIDER: readonly Path[] = [['resilience', 'retry', 'max_retries']];

const failoverOf = (tree: TakenTree): JsonObject => {
  const at = ['resilience', 'retry'];
  const breaker = ['resilience', 'circuit_breaker'];
  const retries =
    numberOf(tree.take(...at, 'max_retries')) ?? sharedRetries(tree, 'providers', RETRIES_OF_PROVIDER);
  const failures = numberOf(tree.take(...breaker, 'failure_threshold'));
  const initial = durationOf(tree.take(...at, 'initial_backoff'));
  const longest = durationOf(tree.take(...at, 'max_backoff'));
  const pause = durationOf(tree.take(...breaker, 'timeout'));
  const isNever = isOff(tree.take(...breaker, 'enabled'));
  if (isOff(tree.take('failover', 'enabled'))) {
    tree.remark(
      ['failover', 'enabled'],
      'the other targets of a name are asked where one fails in any case; name one target alone',
    );
  }
  return {
    ...(retries !== undefined && { attempts: Math.min(Math.floor(retries) + 1, MAX_ATTEMPTS) }),
    ...(initial && { initial_backoff: initial }),
    ...(longest && { max_backoff: longest }),
    ...(isNever
      ? { breaker_failures: 0 }
      : failures !== undefined && { breaker_failures: Math.floor(failures) }),
    ...(pause && { breaker_pause: pause }),
  };
};

const storageOf = (tree: TakenTree): JsonObject => {
  const type = scalarAt(tree, 'storage', 'type');
  if (type === 'mongodb') {
    tree.remark(
      ['storage', 'type'],
      'MongoDB is not used here: the log is in files, or all of it in PostgreSQL',
    );
  }
  // What is not the chosen one says nothing.
  if (type !== 'postgresql') tree.take('storage');
  if (type !== 'postgresql') return {};
  tree.take('storage', 'sqlite');
  tree.take('storage', 'mongodb');
  tree.remark(
    ['storage', 'postgresql'],
    'the tables are others than GoModel’s: use a database of its own and run `gomodel-ts migrate`',
  );
  const connections = numberOf(tree.take('storage', 'postgresql', 'max_conns'));
  return {
    type: 'postgresql',
    postgresql: {
      url: secretOf(tree, ['storage', 'postgresql', 'url'], 'POSTGRES_URL'),
      ...(connections && { max_conns: connections }),
    },
  };
};

/** Sections that can be turned off there, and are always on here. */
const ALWAYS_ON: Readonly<Record<string, string>> = {
  logging: 'the log cannot be turned off; logging.log_bodies: false keeps bodies out of it',
  usage: 'usage is always counted',
};

/** All that is no provider, no model and no limit. */
export const writeSettings = (tree: TakenTree): JsonObject => {
  for (const [section, text] of Object.entries(ALWAYS_ON)) {
    if (isOff(tree.take(section, 'enabled'))) tree.remark([section, 'enabled'], text);
  }
  const days = numberOf(tree.take('logging', 'retention_days'));
  const stall = durationOf(tree.take('http', 'stream_idle_timeout'));
  const planner = tree.take('cache', 'provider_prompt_cache_planner_enabled');
  return {
    ...(isOff(planner) && { prompt_caching: false }),
    server: {
      port: scalarAt(tree, 'server', 'port'),
      master_key: secretOf(tree, ['server', 'master_key'], 'GOMODEL_MASTER_KEY'),
      body_size_limit: scalarAt(tree, 'server', 'body_size_limit'),
      user_path_header: scalarAt(tree, 'server', 'user_path_header'),
      trusted_proxies: trustedProxiesOf(tree, ['server', 'trusted_proxies']),
      ...(isOn(tree.take('models', 'keep_only_aliases_at_models_endpoint')) && { keep_only_aliases: true }),
      ...(stall && { stream_stall_timeout: stall }),
      // Only what was asked for: nothing is sent to anybody else of its own accord.
      ...(isOn(tree.take('version_check', 'enabled')) && { update_check: true }),
    },
    logging: {
      log_bodies: scalarAt(tree, 'logging', 'log_bodies'),
      ...(days !== undefined && { retention_days: days === 0 ? FOREVER_DAYS : days }),
    },
    metrics: {
      enabled: scalarAt(tree, 'metrics', 'enabled'),
      endpoint: scalarAt(tree, 'metrics', 'endpoint'),
    },
    storage: storageOf(tree),
    failover: failoverOf(tree),
  };
};
