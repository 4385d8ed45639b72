import { join } from 'node:path';
import { billOf, createPricing } from '../admin/cost/create-pricing.ts';
import type { PricedUpstream } from '../admin/cost/list-prices.ts';
import { sumOf } from '../admin/cost/price-book.ts';
import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { GatewayConfig } from '../config/load-config.ts';
import type { Budget } from '../guard/budgets/budget.ts';
import type { BudgetStore } from '../guard/budgets/budget-store.ts';
import { createLedger } from '../guard/budgets/create-ledger.ts';
import { createSpending, type Prices } from '../guard/budgets/create-spending.ts';
import { createCounters } from '../guard/budgets/ledger-counters.ts';
import { openLedgerFile } from '../guard/budgets/ledger-file.ts';
import type { BudgetLedger } from '../guard/budgets/ledger-port.ts';
import { mergeBudgets, readConfiguredBudgets } from '../guard/budgets/read-definitions.ts';
import { createLimitCounter } from '../guard/limits/create-limit-counter.ts';
import { createMetering, type Metering } from '../guard/limits/create-metering.ts';
import type { LimitCounter } from '../guard/limits/limit-port.ts';
import type { RateLimit } from '../guard/limits/rate-limit.ts';
import { readRateLimits } from '../guard/limits/read-limits.ts';
import type { ExchangeWatch } from '../log/capture/recorder.ts';
import { loadInstanceId } from './load-instance-id.ts';
import type { SharedState } from './open-shared-state.ts';

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

/** The budgets of a gateway, in the one process that keeps them. */
export interface BudgetKeeper {
  readonly ledger: BudgetLedger;
  readonly limits: LimitCounter;
  readonly store: BudgetStore;
  readonly hasBudgets: () => boolean;
  /** What of the ledger or the budgets cannot be read or written. */
  readonly problem: () => string | undefined;
  /** Called with each change of `hasBudgets`. */
  onChange(listener: () => void): void;
  close(): Promise<void>;
}

interface Counting {
  readonly ledger: BudgetLedger & {
    define(budgets: readonly Budget[]): void;
    readonly budgets: readonly Budget[];
  };
  readonly limits: LimitCounter;
  readonly problem: () => string | undefined;
  close(): Promise<void>;
}

/** Counts in the database, else in this process and a file of the data folder. */
const openCounting = async (
  dataDir: string,
  rateLimits: readonly RateLimit[],
  { postgres }: SharedState,
  clock: Clock,
): Promise<Counting> => {
  if (postgres) {
    const counting = postgres.openCounting(rateLimits, await loadInstanceId(dataDir));
    return { ...counting, problem: () => postgres.database.trouble?.message };
  }
  const counters = createCounters();
  const file = openLedgerFile(join(dataDir, 'ledger.jsonl'), counters);
  return {
    ledger: createLedger({ clock, counters, file }),
    limits: createLimitCounter(rateLimits, clock),
    problem: () => file.problem,
    close: async () => file.close(),
  };
};

/**
 * Opens the ledger of a data folder, and counts limits.
 * @throws GatewayError invalid_config where a budget or a limit cannot be understood
 */
export const keepBudgets = async (
  { dataDir, budgets: definitions, rateLimits }: Pick<GatewayConfig, 'dataDir' | 'budgets' | 'rateLimits'>,
  state: SharedState,
  clock: Clock,
): Promise<BudgetKeeper> => {
  const configured = readConfiguredBudgets(definitions);
  const limitDefinitions = readRateLimits(rateLimits);
  const store = state.budgetStore;
  // A database that is away tells its budgets once it answers.
  const stored = await store.load().catch((cause: unknown) => {
    if (cause instanceof GatewayError && cause.code === 'storage_unavailable') return [];
    throw cause;
  });
  const { ledger, limits, problem, close } = await openCounting(dataDir, limitDefinitions, state, clock);
  ledger.define(mergeBudgets(configured, stored));
  const listeners: (() => void)[] = [];
  let storeProblem: string | undefined;
  const stop = store.watch((changed: readonly Budget[], unread) => {
    storeProblem = unread;
    if (unread !== undefined) return;
    ledger.define(mergeBudgets(configured, changed));
    for (const listener of listeners) listener();
  });
  return {
    ledger,
    limits,
    store,
    hasBudgets: () => ledger.budgets.length > 0,
    problem: () => storeProblem ?? problem(),
    onChange: (listener) => void listeners.push(listener),
    close: async () => {
      stop();
      await close();
    },
  };
};

/** What of budgets and limits a process asks: its own, or those of the primary. */
export interface Counted {
  readonly ledger: BudgetLedger;
  readonly limits: LimitCounter;
  readonly hasBudgets: () => boolean;
}

export interface MeteringInput {
  readonly config: Pick<GatewayConfig, 'dataDir' | 'rateLimits'>;
  readonly counted: Counted;
  /** Those whose prices count. */
  readonly upstreams: readonly PricedUpstream[];
  readonly recorder: Pick<ExchangeWatch, 'subscribe'>;
  readonly clock: Clock;
}

export const composeMetering = ({ config, counted, upstreams, recorder, clock }: MeteringInput): Metering => {
  const { ledger, limits, hasBudgets } = counted;
  const loadPrices = composePrices(config.dataDir, upstreams);
  const spending = createSpending({ ledger, hasBudgets, loadPrices, recorder, clock });
  return createMetering({ limits, hasLimits: config.rateLimits.length > 0, spending, recorder });
};
