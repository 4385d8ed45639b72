import { billOf, createPricing } from '../../admin/cost/create-pricing.ts';
import type { PricedUpstream } from '../../admin/cost/list-prices.ts';
import { sumOf } from '../../admin/cost/price-book.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { createSpending, type Prices } from '../../guard/budgets/create-spending.ts';
import type { BudgetLedger } from '../../guard/budgets/ledger-port.ts';
import { createMetering, type Metering } from '../../guard/limits/create-metering.ts';
import type { LimitCounter } from '../../guard/limits/limit-port.ts';
import type { ExchangeWatch } from '../../log/capture/recorder.ts';
import type { Holds } from './compose-budgets.ts';

/** What the page's prices say, as the budgets ask for it. */
const composePrices = (dataDir: string, upstreams: readonly PricedUpstream[]): (() => Promise<Prices>) => {
  const load = createPricing(dataDir, upstreams);
  return async () => {
    const pricing = await load();
    return {
      ratesFor: (asked) => pricing.findRates(asked)?.ratesFor,
      costOf: (record) => {
        const { kind, cost } = billOf(pricing, record);
        return { kind, usd: cost && sumOf(cost) };
      },
    };
  };
};

/** What of budgets and limits a process asks: its own, or those of the primary. */
export interface Counted {
  readonly ledger: BudgetLedger;
  readonly limits: LimitCounter;
  /** What is defined, at the moment. */
  readonly holds: () => Holds;
}

export interface MeteringInput {
  readonly config: Pick<GatewayConfig, 'dataDir'>;
  readonly counted: Counted;
  /** Those whose prices count. */
  readonly upstreams: readonly PricedUpstream[];
  readonly recorder: Pick<ExchangeWatch, 'subscribe'>;
  readonly clock: Clock;
}

export const composeMetering = ({ config, counted, upstreams, recorder, clock }: MeteringInput): Metering => {
  const { ledger, limits, holds } = counted;
  const loadPrices = composePrices(config.dataDir, upstreams);
  const hasBudgets = (): boolean => holds().budgets;
  const spending = createSpending({ ledger, hasBudgets, loadPrices, recorder, clock });
  return createMetering({
    limits,
    hasLimits: () => holds().limits,
    spending,
    recorder,
    now: () => clock.now(),
  });
};
