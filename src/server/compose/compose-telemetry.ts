import { billOf } from '../../admin/cost/create-pricing.ts';
import { sumOf } from '../../admin/cost/price-book.ts';
import type { Admin } from '../../admin/create-admin.ts';
import { keepFresh } from '../../base/keep-fresh.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { createAgent } from '../../forward/send/create-agent.ts';
import type { ExchangeWatch } from '../../log/capture/recorder.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import type { Telemetry } from '../../telemetry/create-telemetry.ts';

export interface ComposeTelemetryInput {
  readonly config: Pick<GatewayConfig, 'telemetry' | 'providers' | 'proxies'>;
  readonly recorder: ExchangeWatch;
  readonly clock: Clock;
  readonly version: string;
  readonly instance: string;
  /** Of the page. */
  readonly insight: Admin['insight'];
  readonly tell: (text: string) => void;
}

const PRICES_FRESH_MS = 5_000;

/** @returns undefined where no collector is told anything: then nothing of it is loaded */
export const composeTelemetry = async (input: ComposeTelemetryInput): Promise<Telemetry | undefined> => {
  const { config, recorder, clock, version, instance, insight, tell } = input;
  const { telemetry, providers, proxies } = config;
  if (!telemetry) return undefined;
  const { createTelemetry } = await import('../../telemetry/create-telemetry.ts');
  const kinds = new Map(providers.map(({ id, spec }) => [id, spec.id]));
  const prices = keepFresh(insight.pricing, PRICES_FRESH_MS, () => clock.monotonic());
  const price = async (record: ExchangeRecord): Promise<number | undefined> => {
    if (!record.usage) return undefined;
    const { kind, cost } = billOf(await prices(), record);
    // What a plan covers costs nothing more.
    return kind === 'metered' && cost ? sumOf(cost) : undefined;
  };
  return createTelemetry({
    config: telemetry,
    recorder,
    log: insight.log,
    version,
    instance,
    price,
    kindOf: (provider) => kinds.get(provider) ?? provider,
    agentFor: (url) => createAgent(url, proxies),
    tell,
    clock,
  });
};
