import { GatewayError } from '../../base/errors.ts';
import { isWithin } from '../../base/user-path.ts';
import type { AdminLog } from '../../guard/admin-log.ts';
import { budgetId } from '../../guard/budgets/budget.ts';
import { type BudgetDesk, createBudgetDesk } from '../../guard/budgets/budget-desk.ts';
import type { BudgetStore } from '../../guard/budgets/budget-store.ts';
import type { BudgetLedger } from '../../guard/budgets/ledger-port.ts';
import type { LimitCounter } from '../../guard/limits/limit-port.ts';
import type { Viewer } from '../../guard/viewer.ts';
import { type Call, type Handle, sendJson, sendNothing } from '../api/call.ts';
import { readSmallBody } from '../api/read-small-body.ts';
import type { BudgetsAnswer } from '../api-types/budgets.ts';

/** The budgets and limits of a gateway, in the process that keeps them. */
export interface KeptBudgets {
  readonly ledger: BudgetLedger;
  readonly limits: LimitCounter;
  readonly store: BudgetStore;
  /** What cannot be read or written, in a sentence. */
  readonly problem: () => string | undefined;
}

export interface BudgetRoutesDeps {
  /** Absent in a process that does not keep them, and answers nothing. */
  readonly budgets: KeptBudgets | undefined;
  readonly adminLog: AdminLog;
  readonly now: () => number;
}

/** A member sees what holds for their own subtree. */
const isSeen = (viewer: Viewer, scope: string): boolean =>
  viewer.role !== 'member' ||
  (scope.startsWith('/') && isWithin(scope.replace(/\/\*$/, '') || '/', viewer.userPath));

/** Budgets and limits as they stand, and how budgets are set and removed. */
export const budgetHandlers = ({
  budgets,
  adminLog,
  now,
}: BudgetRoutesDeps): Readonly<Record<'GET' | 'PUT' | 'DELETE', Handle>> => {
  const kept = (): KeptBudgets => {
    if (budgets) return budgets;
    throw new GatewayError('internal_error', 'this process keeps no budgets.');
  };
  const deskOf = ({ viewer }: Call): BudgetDesk => {
    if (viewer.role !== 'admin') {
      throw new GatewayError('not_permitted', 'only the role admin changes budgets.');
    }
    return createBudgetDesk({ store: kept().store, log: adminLog, now, by: viewer.name });
  };
  return {
    GET: async (call) => {
      const { viewer } = call;
      const { ledger, limits, problem } = kept();
      const trouble = problem();
      const answer: BudgetsAnswer = {
        budgets: (await ledger.status()).filter(({ scope }) => isSeen(viewer, scope)),
        limits: (await limits.status()).filter(({ scope }) => isSeen(viewer, scope)),
        ...(trouble !== undefined && { problem: trouble }),
      };
      sendJson(call, answer);
    },
    PUT: async (call) => {
      const desk = deskOf(call);
      const budget = await desk.set(await readSmallBody(call.request));
      sendJson(call, { id: budgetId(budget) });
    },
    DELETE: async (call) => {
      const desk = deskOf(call);
      await desk.remove(call.query.get('id') ?? '');
      sendNothing(call);
    },
  };
};
