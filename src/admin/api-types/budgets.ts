import type { BudgetStatus } from '../../guard/budgets/ledger-port.ts';
import type { LimitStatus } from '../../guard/limits/limit-port.ts';

/** A budget as it was set. One that counts each child apart has a status for every child that has been counted. */
export interface BudgetDefinition
  extends Pick<BudgetStatus, 'id' | 'scope' | 'period' | 'timezone' | 'unit'> {
  /** In USD or tokens. */
  limit: number;
  enforcement: BudgetStatus['enforcement'];
  /** Where it was set; only those of the `store` are changed by the API. */
  source: BudgetStatus['source'];
}

/** `GET budgets` → BudgetsAnswer: the figures by which requests are refused. */
export interface BudgetsAnswer {
  budgets: readonly BudgetStatus[];
  definitions: readonly BudgetDefinition[];
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
