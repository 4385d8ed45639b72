import { join } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { Budget } from '../../guard/budgets/budget.ts';
import type { BudgetStore } from '../../guard/budgets/budget-store.ts';
import { createSoleCounter } from '../../guard/budgets/count-alone.ts';
import { createLedger } from '../../guard/budgets/create-ledger.ts';
import { createCounters } from '../../guard/budgets/ledger-counters.ts';
import { type LedgerFile, openLedgerFile } from '../../guard/budgets/ledger-file.ts';
import type { BudgetLedger } from '../../guard/budgets/ledger-port.ts';
import { mergeBudgets, readConfiguredBudgets } from '../../guard/budgets/read-definitions.ts';
import { createLimitCounter } from '../../guard/limits/create-limit-counter.ts';
import type { LimitCounter } from '../../guard/limits/limit-port.ts';
import type { LimitStore } from '../../guard/limits/limit-store.ts';
import type { RateLimit } from '../../guard/limits/rate-limit.ts';
import { mergeLimits, readRateLimits } from '../../guard/limits/read-limits.ts';
import { takeHold } from '../../state/sole-hold.ts';
import { loadInstanceId } from '../shared/load-instance-id.ts';
import type { SharedState } from '../shared/open-shared-state.ts';

/** Whether any is defined: where none is, requests ask nobody. */
export interface Holds {
  readonly budgets: boolean;
  readonly limits: boolean;
}

/** The budgets and limits of a gateway, in the one process that keeps them. */
export interface BudgetKeeper {
  readonly ledger: BudgetLedger;
  readonly limits: LimitCounter;
  readonly store: BudgetStore;
  readonly limitStore: LimitStore;
  /** The budgets that count, wherever they were set. */
  readonly definitions: () => readonly Budget[];
  readonly holds: () => Holds;
  /** What of the ledger, the budgets or the limits cannot be read or written, or who else counts. */
  readonly problem: () => string | undefined;
  /**
   * Reads what another configuration defines.
   * @returns what puts that in place of the earlier one; what was counted stays
   * @throws GatewayError invalid_config with the place of what is wrong; then nothing has changed
   */
  prepare(next: Pick<GatewayConfig, 'budgets' | 'rateLimits'>): () => Promise<void>;
  /** Called with each change of what is defined. */
  onChange(listener: () => void): void;
  close(): Promise<void>;
}

interface Counting {
  readonly ledger: BudgetLedger & {
    define(budgets: readonly Budget[]): void;
    readonly budgets: readonly Budget[];
  };
  readonly limits: LimitCounter & {
    define(limits: readonly RateLimit[]): void;
    readonly limits: readonly RateLimit[];
  };
  /** To be called before the first request, where something must be counted. @throws where another process counts */
  start(): Promise<void>;
  /** Something must be counted from now on. @returns when it is known whether this process does; never rejects */
  want(): Promise<void>;
  readonly problem: () => string | undefined;
  close(): Promise<void>;
}

/** Counts in this process and a file of the data folder, which one process at a time does. */
const countInFolder = (dataDir: string, clock: Clock): Counting => {
  const counters = createCounters();
  let file: LedgerFile | undefined;
  const sole = createSoleCounter({
    dataDir,
    take: () => takeHold(join(dataDir, 'ledger.holder')),
    onHeld: () => {
      file = openLedgerFile(join(dataDir, 'ledger.jsonl'), counters);
      ledger.keepIn(file);
    },
  });
  const checkAlone = (): void => sole.check();
  const ledger = createLedger({ clock, counters, checkAlone });
  const limits = createLimitCounter([], clock, { checkAlone });
  return {
    ledger,
    limits,
    start: () => sole.start(),
    want: () => sole.want(),
    problem: () => sole.problem ?? file?.problem,
    close: async () => {
      file?.close();
      sole.close();
    },
  };
};

/** Counts in the database, for all gateways that use it. */
const countInDatabase = async (
  dataDir: string,
  postgres: NonNullable<SharedState['postgres']>,
): Promise<Counting> => ({
  ...postgres.openCounting([], await loadInstanceId(dataDir)),
  start: async () => {},
  want: async () => {},
  problem: () => postgres.database.trouble?.message,
});

/** A database that is away tells what it holds once it answers. */
const orNothingYet = async <Entry>(load: Promise<readonly Entry[]>): Promise<readonly Entry[]> =>
  load.catch((cause: unknown) => {
    if (cause instanceof GatewayError && cause.code === 'storage_unavailable') return [];
    throw cause;
  });

/**
 * Opens the ledger, and counts limits. Of a data folder, one process at a time does so: one that has nothing to count
 * yet starts beside it, and counts once it must and nobody else does.
 * @throws GatewayError invalid_config where a budget or a limit cannot be understood, command_failed where another
 *   process counts
 */
export const keepBudgets = async (
  { dataDir, budgets: definitions, rateLimits }: Pick<GatewayConfig, 'dataDir' | 'budgets' | 'rateLimits'>,
  { budgetStore: store, limitStore, postgres }: SharedState,
  clock: Clock,
): Promise<BudgetKeeper> => {
  let configured = readConfiguredBudgets(definitions);
  let configuredLimits = readRateLimits(rateLimits);
  let stored = await orNothingYet(store.load());
  let storedLimits = await orNothingYet(limitStore.load());
  const counting = postgres ? await countInDatabase(dataDir, postgres) : countInFolder(dataDir, clock);
  const { ledger, limits } = counting;
  const holds = (): Holds => ({ budgets: ledger.budgets.length > 0, limits: limits.limits.length > 0 });
  const mustCount = (): boolean => holds().budgets || holds().limits;
  ledger.define(mergeBudgets(configured, stored));
  limits.define(mergeLimits(configuredLimits, storedLimits));
  if (mustCount()) await counting.start();

  const listeners: (() => void)[] = [];
  let changes = Promise.resolve();
  /** One after the other. Before the first definition holds, it is known who counts. */
  const apply = (): Promise<void> => {
    changes = changes.then(async () => {
      const budgets = mergeBudgets(configured, stored);
      const rates = mergeLimits(configuredLimits, storedLimits);
      if (budgets.length > 0 || rates.length > 0) await counting.want();
      ledger.define(budgets);
      limits.define(rates);
      for (const listener of listeners) listener();
    });
    return changes;
  };
  let storeProblem: string | undefined;
  let limitProblem: string | undefined;
  const stops = [
    store.watch((changed, problem) => {
      storeProblem = problem;
      if (problem !== undefined) return;
      stored = changed;
      void apply();
    }),
    limitStore.watch((changed, problem) => {
      limitProblem = problem;
      if (problem !== undefined) return;
      storedLimits = changed;
      void apply();
    }),
  ];
  return {
    ledger,
    limits,
    store,
    limitStore,
    definitions: () => ledger.budgets,
    holds,
    problem: () => storeProblem ?? limitProblem ?? counting.problem(),
    prepare: (next) => {
      const [budgets, rates] = [readConfiguredBudgets(next.budgets), readRateLimits(next.rateLimits)];
      return () => {
        configured = budgets;
        configuredLimits = rates;
        return apply();
      };
    },
    onChange: (listener) => void listeners.push(listener),
    close: async () => {
      for (const stop of stops) stop();
      await counting.close();
    },
  };
};
