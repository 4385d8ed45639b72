import { type Budget, budgetId, scopeText } from '../../guard/budgets/budget.ts';
import { type BudgetDesk, createBudgetDesk } from '../../guard/budgets/budget-store.ts';
import { readBudget } from '../../guard/budgets/read-budget.ts';
import { periodText } from '../../guard/budgets/window.ts';
import { type Call, type Handle, sendJson, sendNothing } from '../api/call.ts';
import { readSmallBody } from '../api/read-small-body.ts';
import type { BudgetDefinition, BudgetsAnswer } from '../api-types/budgets.ts';
import { fromGoModelBudget } from './gomodel-forms.ts';
import { type BudgetRoutesDeps, requireBudgets, seesScope } from './kept-budgets.ts';

const tell = (budget: Budget): BudgetDefinition => ({
  id: budgetId(budget),
  scope: scopeText(budget.scope),
  period: periodText(budget.period),
  timezone: budget.timezone,
  unit: budget.unit,
  limit: budget.limit,
  enforcement: budget.enforcement,
  source: budget.source,
});

/** Budgets and limits as they stand, and how budgets are set and removed. */
export const budgetHandlers = (
  deps: BudgetRoutesDeps,
): Readonly<Record<'GET' | 'PUT' | 'DELETE', Handle>> => {
  const deskOf = ({ viewer }: Call): BudgetDesk =>
    createBudgetDesk({
      store: requireBudgets(deps).store,
      log: deps.adminLog,
      now: deps.now,
      by: viewer.name,
    });
  return {
    GET: async (call) => {
      const { ledger, limits, definitions, problem } = requireBudgets(deps);
      const trouble = problem();
      const answer: BudgetsAnswer = {
        budgets: (await ledger.status()).filter(({ scope }) => seesScope(call.viewer, scope)),
        definitions: definitions()
          .map(tell)
          .filter(({ scope }) => seesScope(call.viewer, scope)),
        limits: (await limits.status()).filter(({ scope }) => seesScope(call.viewer, scope)),
        ...(trouble !== undefined && { problem: trouble }),
      };
      sendJson(call, answer);
    },
    PUT: async (call) => {
      const fields = fromGoModelBudget(await readSmallBody(call.request));
      sendJson(call, { id: budgetId(await deskOf(call).set(fields)) });
    },
    DELETE: async (call) => {
      const id = call.query.get('id');
      // GoModel names the budget in the body; of that, any limit will do.
      const named =
        id ??
        budgetId(readBudget({ ...fromGoModelBudget(await readSmallBody(call.request)), amount: 0 }, 'store'));
      await deskOf(call).remove(named);
      sendNothing(call);
    },
  };
};
