import type { Budget, BudgetUnit, Enforcement, Subject } from './budget.ts';

/** USD in billionths, and tokens: whole numbers, so that sums do not drift. */
export interface Amount {
  readonly nanoUsd: number;
  readonly tokens: number;
}

/** What a request may cost, before it leaves. */
export interface Estimate {
  readonly input: Amount;
  readonly output: Amount;
}

/** What an exchange has cost, once it has closed. */
export interface Cost extends Amount {
  /** Worth at list price of what a ChatGPT plan has paid for; never part of `nanoUsd`. */
  readonly listNanoUsd: number;
}

/** How a budget stands: the one set of figures that refuses, and that every page and command shows. */
export interface BudgetStatus {
  readonly id: string;
  readonly scope: string;
  /** Which one, of a scope that counts each apart. */
  readonly child?: string;
  readonly period: string;
  readonly timezone: string;
  readonly unit: BudgetUnit;
  readonly enforcement: Enforcement;
  /** Set where it stops an agent that goes round in circles. */
  readonly stopsRunaways?: true;
  readonly source: Budget['source'];
  /** In USD or tokens, like the next two. */
  readonly limit: number;
  readonly spent: number;
  readonly reserved: number;
  /** Tokens in this window, whoever paid. */
  readonly tokens: number;
  /** Worth of what ChatGPT plans paid for in this window, in USD. */
  readonly listUsd: number;
  /** ISO 8601, UTC; absent where the budget never starts anew. */
  readonly startedAt?: string;
  readonly resetsAt?: string;
}

export type Reservation =
  | {
      readonly kind: 'granted';
      /** Soft budgets that are spent. */
      readonly warnings: readonly BudgetStatus[];
      /** The one with the least left. */
      readonly tightest: BudgetStatus | undefined;
      /** What is left for the output under the tightest ceiling; absent where there is none. */
      readonly outputRoom: Partial<Amount>;
      /** Whether one of the budgets stops an agent that goes round in circles. */
      readonly stopsRunaways: boolean;
    }
  | { readonly kind: 'refused'; readonly budget: BudgetStatus };

/** Whose word decides, and what is counted, for every process of a gateway. */
export interface BudgetLedger {
  /**
   * Sets the estimate aside in every budget of the subject, or in none. There is room where what was spent and
   * reserved, with the request's input, stays within the limit: a request may pass its limit by its own output alone.
   * The same id again changes nothing.
   * @param own budgets that hold for this request because it says so
   */
  reserve(
    exchangeId: string,
    subject: Subject,
    estimate: Estimate,
    own?: readonly Budget[],
  ): Reservation | Promise<Reservation>;
  /** Puts the cost in place of the estimate, in the windows in which that was reserved. Once for each id. */
  settle(exchangeId: string, cost: Cost): void;
  /** Frees what was reserved for a request that cost nothing. */
  release(exchangeId: string): void;
  /** @param subject only what holds for it; default all */
  status(subject?: Subject): readonly BudgetStatus[] | Promise<readonly BudgetStatus[]>;
}
