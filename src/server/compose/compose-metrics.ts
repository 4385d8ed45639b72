import type { RequestHandler } from 'express';
import { billOf, type Pricing } from '../../admin/cost/create-pricing.ts';
import { sumOf } from '../../admin/cost/price-book.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { CheckKey } from '../../guard/checks/check-key.ts';
import type { KeyRing } from '../../guard/keys/key-ring.ts';
import type { StorageState, TelemetryState } from '../../http/health.ts';
import type { ExchangeWatch } from '../../log/capture/recorder.ts';
import type { Metrics, PriceExchange } from '../../metrics/create-metrics.ts';
import type { Vitals } from '../../metrics/vitals.ts';
import { serveMetrics } from '../serve-metrics.ts';
import type { BudgetKeeper } from './compose-budgets.ts';

export interface ComposeMetricsInput {
  readonly config: Pick<GatewayConfig, 'metrics'>;
  readonly recorder: ExchangeWatch;
  readonly clock: Clock;
  readonly version: string;
  readonly ring: KeyRing;
  readonly isGuarded: () => boolean;
  readonly checkKey: CheckKey;
  readonly pricing: (() => Promise<Pricing>) | undefined;
  readonly budgets: Pick<BudgetKeeper, 'ledger'> | undefined;
  /** Of each process that answers in time. */
  readonly vitals: () => Promise<readonly Vitals[]>;
  readonly storage: () => StorageState | undefined;
  readonly telemetry: (() => TelemetryState) | undefined;
  readonly workers: (() => { readonly wanted: number; readonly running: number }) | undefined;
}

/** Where the metrics are, and who answers there. */
export interface MetricsRoute {
  readonly endpoint: string;
  readonly handle: RequestHandler;
  close(): void;
}

const toPrices =
  (pricing: Pricing): PriceExchange =>
  (record) => {
    const { kind, cost } = billOf(pricing, record);
    return kind && cost && { by: kind === 'subscription' ? 'plan' : 'tokens', usd: sumOf(cost) };
  };

/** @returns undefined where nobody wants metrics: then nothing of them is loaded */
export const composeMetrics = async (input: ComposeMetricsInput): Promise<MetricsRoute | undefined> => {
  const { config, recorder, clock, version, pricing, budgets, vitals, storage, telemetry, workers } = input;
  if (!config.metrics) return undefined;
  const { createMetrics } = await import('../../metrics/create-metrics.ts');
  const metrics: Metrics = createMetrics({
    recorder,
    version,
    vitals,
    storage,
    telemetry,
    workers,
    budgets: async () => (await budgets?.ledger.status()) ?? [],
    loadPrices: async () => (pricing ? toPrices(await pricing()) : () => undefined),
    now: () => clock.now(),
  });
  return {
    endpoint: config.metrics.endpoint,
    handle: serveMetrics({ ...input, metrics }),
    close: metrics.close,
  };
};
