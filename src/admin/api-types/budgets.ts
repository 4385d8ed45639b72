import type { BudgetStatus } from '../../guard/budgets/ledger-port.ts';
import type { LimitStatus } from '../../guard/limits/limit-port.ts';

/** `GET budgets` → BudgetsAnswer: the figures by which requests are refused. */
export interface BudgetsAnswer {
  budgets: readonly BudgetStatus[];
  limits: readonly LimitStatus[];
  /** What of budgets cannot be read or written; absent where all can. */
  problem?: string;
}

/** `GET limits` → LimitsAnswer: the figures by which requests are refused. */
export interface LimitsAnswer {
  limits: readonly LimitStatus[];
  /** What of limits cannot be read or written; absent where all can. */
  problem?: string;
}
