import type { BudgetDefinition, BudgetsAnswer } from '../../../admin/api-types/budgets.ts';
import type { BudgetStatus } from '../../../guard/budgets/ledger-port.ts';
import { shareOf } from './budget-figures.ts';

/** A budget and how it stands: once, or for each of those that it counts apart. */
export interface BudgetGroup {
  readonly definition: BudgetDefinition;
  /** The one with the least left first. */
  readonly standings: readonly BudgetStatus[];
  readonly isApart: boolean;
}

const fullestFirst = (one: BudgetStatus, other: BudgetStatus): number => shareOf(other) - shareOf(one);

/** The budget of which the least is left comes first. */
export const groupBudgets = ({ budgets, definitions }: BudgetsAnswer): BudgetGroup[] => {
  const byId = new Map<string, BudgetStatus[]>(definitions.map(({ id }) => [id, []]));
  for (const status of budgets) byId.get(status.id)?.push(status);
  return definitions
    .map((definition) => ({
      definition,
      standings: (byId.get(definition.id) ?? []).sort(fullestFirst),
      isApart: definition.scope.endsWith('*'),
    }))
    .sort((one, other) => {
      const share = ({ standings: [first] }: BudgetGroup): number => (first ? shareOf(first) : -1);
      return share(other) - share(one);
    });
};
