import { showUrl } from '../../base/show-url.ts';
import { trimTrailing } from '../../base/trim-text.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { ExchangeWatch, LogReader } from '../../log/port.ts';
import { type Facts, keepFacts } from '../../log/port.ts';
import type { Upstream } from '../../providers/upstream.ts';
import type { DashboardConfigAnswer, ProviderStatus } from '../api-types/gateway.ts';
import type { KeyUse } from './key-use.ts';
import type { LogDeps } from './log.ts';
import { eachFacts } from './usage-sums.ts';

export interface GatewayDeps extends LogDeps {
  readonly config: GatewayConfig;
  readonly recorder: Pick<ExchangeWatch, 'trouble' | 'losses' | 'recovered'>;
  readonly upstreams: readonly Upstream[];
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly baseUrl: () => string;
  readonly keyUse: KeyUse;
}

const DAY_MS = 86_400_000;
const MEASURE_EVERY_MS = 5_000;

/** How much disk the log takes; measured again when the last time is some seconds ago. */
export const createDiskMeter = (log: Pick<LogReader, 'size'>, now: () => number): (() => Promise<number>) => {
  let measuredAtMs = Number.NEGATIVE_INFINITY;
  let bytes: Promise<number> = Promise.resolve(0);
  return () => {
    if (now() - measuredAtMs > MEASURE_EVERY_MS) {
      measuredAtMs = now();
      bytes = log.size().then((size) => size.bytes);
    }
    return bytes;
  };
};

/** `GET dashboard/config` */
export const answerConfig = async (
  { config, recorder, upstreams, version, startedAt, baseUrl }: GatewayDeps,
  diskBytes: () => Promise<number>,
): Promise<DashboardConfigAnswer> => ({
  version,
  base_url: `${baseUrl()}/v1`,
  upstream: upstreams[0]?.baseUrl.host ?? '',
  started_at: startedAt,
  data_dir: config.dataDir,
  auth_required: config.masterKey !== undefined,
  demo: upstreams[0]?.name === 'demo',
  log_bodies: config.logBodies,
  retention_days: config.retentionDays,
  max_disk_bytes: config.maxDiskBytes,
  disk_bytes: await diskBytes(),
  cache_loss_notice: config.cacheLossUsd,
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  features: { doctor: true, export: ['jsonl', 'har', 'html'] },
  ...(recorder.trouble ? { trouble: recorder.trouble } : {}),
  lost: { ...recorder.losses },
  // Looking for them may take a while: until they are found, there are none.
  interrupted: (await Promise.race([recorder.recovered, Promise.resolve([])])).length,
});

interface Seen {
  requests: number;
  failed: number;
  success: Facts | undefined;
  failure: Facts | undefined;
}

/** What the gateway itself refused says nothing of the provider, nor does a client that left. */
const isProvidersFault = (facts: Facts): boolean =>
  facts.isFailure &&
  facts.errorOrigin !== 'client' &&
  facts.errorOrigin !== 'gateway' &&
  facts.finish !== 'interrupted';

const newer = (known: Facts | undefined, facts: Facts): Facts =>
  known && known.startedAtMs > facts.startedAtMs ? known : keepFacts(facts);

const keySourceOf = ({ name, credential }: Upstream, { providers }: GatewayConfig): string | null => {
  if (credential?.kind === 'client') return 'ChatGPT sign-in';
  return providers.find(({ id }) => id === name)?.apiKeyOrigin ?? null;
};

const stateOf = ({ credential }: Upstream, seen: Seen | undefined): ProviderStatus['status'] => {
  if (credential === undefined) return 'not_configured';
  const { success, failure } = seen ?? {};
  if (!success && !failure) return 'unknown';
  return (failure?.id ?? '') > (success?.id ?? '') ? 'failing' : 'ok';
};

/** `GET providers/status` */
export const answerProviders = async (deps: GatewayDeps): Promise<ProviderStatus[]> => {
  const { log, config, upstreams, now } = deps;
  const byProvider = new Map<string, Seen>();
  const span = { fromMs: now() - DAY_MS, toMs: Number.POSITIVE_INFINITY };
  await eachFacts(log, { span, filter: {} }, (facts) => {
    if (facts.provider === undefined) return;
    const seen = byProvider.get(facts.provider) ?? {
      requests: 0,
      failed: 0,
      success: undefined,
      failure: undefined,
    };
    byProvider.set(facts.provider, seen);
    seen.requests++;
    if (isProvidersFault(facts)) {
      seen.failed++;
      seen.failure = newer(seen.failure, facts);
    } else if (facts.finish === 'completed') {
      seen.success = newer(seen.success, facts);
    }
  });
  const isUsed = ({ name }: Upstream): boolean =>
    name !== 'chatgpt' || config.chatgpt.login === 'passthrough' || byProvider.has(name);
  return upstreams.filter(isUsed).map((upstream) => {
    const seen = byProvider.get(upstream.name);
    const { success, failure } = seen ?? {};
    const provider = config.providers.find(({ id }) => id === upstream.name);
    const keys = provider && deps.keyUse.of(provider);
    return {
      name: upstream.name,
      base_url: trimTrailing(showUrl(upstream.baseUrl), '/'),
      key_source: keySourceOf(upstream, config),
      status: stateOf(upstream, seen),
      ...(success ? { last_success_at: new Date(success.startedAtMs).toISOString() } : {}),
      ...(failure
        ? {
            last_failure: {
              id: failure.id,
              at: new Date(failure.startedAtMs).toISOString(),
              message: failure.errorMessage ?? `it answered ${failure.status ?? 'nothing'}`,
            },
          }
        : {}),
      requests_24h: seen?.requests ?? 0,
      failed_24h: seen?.failed ?? 0,
      ...(keys && { keys }),
    };
  });
};
