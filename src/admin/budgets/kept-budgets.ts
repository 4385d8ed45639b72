import { GatewayError } from '../../base/errors.ts';
import { isWithin } from '../../base/user-path.ts';
import type { AdminLog } from '../../guard/admin-log.ts';
import type { Budget } from '../../guard/budgets/budget.ts';
import type { BudgetStore } from '../../guard/budgets/budget-store.ts';
import type { BudgetLedger } from '../../guard/budgets/ledger-port.ts';
import type { LimitCounter } from '../../guard/limits/limit-port.ts';
import type { LimitStore } from '../../guard/limits/limit-store.ts';
import type { Viewer } from '../../guard/viewer.ts';

/** The budgets and limits of a gateway, in the process that keeps them. */
export interface KeptBudgets {
  readonly ledger: BudgetLedger;
  readonly limits: LimitCounter;
  readonly store: BudgetStore;
  readonly limitStore: LimitStore;
  /** The budgets that count, wherever they were set. */
  readonly definitions: () => readonly Budget[];
  /** What cannot be read or written, or who else counts, in a sentence. */
  readonly problem: () => string | undefined;
}

export interface BudgetRoutesDeps {
  /** Absent in a process that does not keep them, and answers nothing. */
  readonly budgets: KeptBudgets | undefined;
  readonly adminLog: AdminLog;
  readonly now: () => number;
}

/** @throws GatewayError internal_error */
export const requireBudgets = ({ budgets }: Pick<BudgetRoutesDeps, 'budgets'>): KeptBudgets => {
  if (budgets) return budgets;
  throw new GatewayError('internal_error', 'this process does not count budgets.');
};

/** A member sees what holds for their own subtree. */
export const seesScope = (viewer: Viewer, scope: string): boolean =>
  viewer.role !== 'member' ||
  (scope.startsWith('/') && isWithin(scope.replace(/\/\*$/, '') || '/', viewer.userPath));
