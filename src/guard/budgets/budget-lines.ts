import type { BudgetStatus } from './ledger-port.ts';
import { nameOf } from './refuse-spent.ts';

const PREFIX = 'x-codex-';

const minutesOf = ({ startedAt, resetsAt }: BudgetStatus): number | undefined =>
  startedAt === undefined || resetsAt === undefined
    ? undefined
    : Math.round((Date.parse(resetsAt) - Date.parse(startedAt)) / 60_000);

/**
 * Shows a budget where Codex shows the limits of a plan: name, value, name, value…
 */
export const codexQuotaLines = (budget: BudgetStatus): readonly string[] => {
  const used = budget.limit > 0 ? ((budget.spent + budget.reserved) / budget.limit) * 100 : 100;
  const minutes = minutesOf(budget);
  return [
    `${PREFIX}primary-used-percent`,
    String(Math.min(100, Math.round(used * 10) / 10)),
    ...(minutes === undefined ? [] : [`${PREFIX}primary-window-minutes`, String(minutes)]),
    ...(budget.resetsAt === undefined
      ? []
      : [`${PREFIX}primary-reset-at`, String(Math.ceil(Date.parse(budget.resetsAt) / 1000))]),
    `${PREFIX}limit-name`,
    nameOf(budget).replace(/[^\x20-\x7e]/g, '?'),
  ];
};
