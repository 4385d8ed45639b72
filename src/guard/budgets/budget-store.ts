import type { JsonObject } from '../../base/json-object.ts';
import { createDefinitionDesk, type DefinitionDesk, type DefinitionDeskDeps } from '../definition-desk.ts';
import { type DefinitionKind, type DefinitionStore, openDefinitionStore } from '../definition-store.ts';
import { type Budget, budgetId, scopeText } from './budget.ts';
import { readBudget } from './read-budget.ts';

export type BudgetStore = DefinitionStore<Budget>;
export type BudgetDesk = DefinitionDesk<Budget>;

const fieldsOf = (budget: Budget): JsonObject => ({
  scope: scopeText(budget.scope),
  ...(budget.period.kind === 'seconds'
    ? { period_seconds: budget.period.seconds }
    : { period: budget.period.kind }),
  limit: budget.limit,
  unit: budget.unit,
  enforcement: budget.enforcement,
  timezone: budget.timezone,
  ...(budget.stopsRunaways && { stop_runaways: true }),
});

export const BUDGETS: DefinitionKind<Budget> = {
  name: 'budgets',
  noun: 'budget',
  unknownCode: 'unknown_budget',
  idOf: budgetId,
  fieldsOf,
  read: (fields) => readBudget(fields, 'store'),
};

/** The budgets in `budgets.json` of a data folder. */
export const openBudgetStore = (dataDir: string): BudgetStore => openDefinitionStore(dataDir, BUDGETS);

export const createBudgetDesk = (deps: DefinitionDeskDeps<Budget>): BudgetDesk =>
  createDefinitionDesk('budget', BUDGETS, deps);
