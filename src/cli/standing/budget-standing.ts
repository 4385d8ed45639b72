import type { BudgetStatus } from '../../guard/budgets/ledger-port.ts';
import { formatCost } from '../render/format-figures.ts';

/** How a budget stands, as `--json` has it. Amounts in its unit. */
interface BudgetFigures {
  /** Which one, of a scope that counts each apart. */
  readonly child?: string;
  readonly spent: number;
  readonly reserved: number;
  /** Below 0 where a budget that only warns is passed. */
  readonly left: number;
  readonly startedAt?: string;
  readonly resetsAt?: string;
}

export const figuresOfBudget = ({
  child,
  limit,
  spent,
  reserved,
  startedAt,
  resetsAt,
}: BudgetStatus): BudgetFigures => ({
  ...(child !== undefined && { child }),
  ...{ spent, reserved, left: limit - spent - reserved },
  ...(startedAt !== undefined && { startedAt }),
  ...(resetsAt !== undefined && { resetsAt }),
});

const amount = (value: number, { unit }: Pick<BudgetStatus, 'unit'>): string =>
  unit === 'usd' ? formatCost(Math.abs(value)) : Math.abs(Math.round(value)).toLocaleString('en-US');

/** `  $12.30 spent, $0.50 reserved, $87.20 left; starts anew 2026-12-01 00:00 UTC`. */
export const budgetLine = (status: BudgetStatus): string => {
  const { child, spent, reserved, left, resetsAt } = figuresOfBudget(status);
  const parts = [
    `${amount(spent, status)} spent`,
    ...(reserved > 0 ? [`${amount(reserved, status)} reserved`] : []),
    left >= 0 ? `${amount(left, status)} left` : `${amount(left, status)} over`,
  ];
  const anew = resetsAt === undefined ? '' : `; starts anew ${resetsAt.slice(0, 16).replace('T', ' ')} UTC`;
  return `  ${child === undefined ? '' : `${child}: `}${parts.join(', ')}${anew}`;
};
