import type { JsonObject } from '../../base/json-object.ts';
import type { AdminLog } from '../admin-log.ts';
import { type Budget, budgetId } from './budget.ts';
import { type BudgetStore, fieldsOf } from './budget-store.ts';
import { readBudget } from './read-budget.ts';

/** Where budgets are changed, by command, page or API: each change is an entry of the admin log. */
export interface BudgetDesk {
  list(): Promise<readonly Budget[]>;
  /** @throws GatewayError invalid_request, invalid_config where the stored budgets cannot be read */
  set(fields: JsonObject): Promise<Budget>;
  /** @throws GatewayError unknown_budget */
  remove(id: string): Promise<Budget>;
}

export interface BudgetDeskDeps {
  readonly store: BudgetStore;
  readonly log: AdminLog;
  readonly now: () => number;
  /** Who changes them, as the admin log names it. */
  readonly by: string;
}

export const createBudgetDesk = ({ store, log, now, by }: BudgetDeskDeps): BudgetDesk => {
  const note = async (
    action: string,
    target: string,
    from: Budget | undefined,
    to: Budget | undefined,
  ): Promise<void> =>
    log.append({
      at: new Date(now()).toISOString(),
      by,
      action,
      target,
      ...(from && { from: fieldsOf(from) }),
      ...(to && { to: fieldsOf(to) }),
    });
  return {
    list: () => store.load(),
    set: async (fields) => {
      const budget = readBudget(fields, 'store');
      const id = budgetId(budget);
      const before = (await store.load()).find((one) => budgetId(one) === id);
      await store.set(budget);
      await note('budget.set', id, before, budget);
      return budget;
    },
    remove: async (id) => {
      const removed = await store.remove(id);
      await note('budget.remove', id, removed, undefined);
      return removed;
    },
  };
};
