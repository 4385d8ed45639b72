import type { BudgetDefinition } from '../../../admin/api-types/budgets.ts';
import { texts } from '../../texts.ts';
import { EVERYTHING, type ScopeDraft, scopeDraftOf, scopeOf } from '../scope-draft.ts';

type PeriodKind = (typeof texts.budgets.periodOptions)[number][0];

/** What the form of a budget holds, as it is typed. */
export interface BudgetDraft {
  readonly scope: ScopeDraft;
  readonly period: PeriodKind;
  readonly seconds: string;
  readonly unit: BudgetDefinition['unit'];
  readonly limit: string;
  readonly enforcement: BudgetDefinition['enforcement'];
  readonly timezone: string;
}

export const NEW_BUDGET: BudgetDraft = {
  scope: EVERYTHING,
  period: 'monthly',
  seconds: '',
  unit: 'usd',
  limit: '',
  enforcement: 'hard',
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

export const draftOf = (budget: BudgetDefinition): BudgetDraft => {
  const known = texts.budgets.periodOptions.find(([option]) => option === budget.period)?.[0];
  return {
    scope: scopeDraftOf(budget.scope),
    period: known ?? 'seconds',
    seconds: known ? '' : String(Number.parseInt(budget.period, 10)),
    unit: budget.unit,
    limit: String(budget.limit),
    enforcement: budget.enforcement,
    timezone: budget.timezone,
  };
};

/** The draft as `PUT budgets` takes it. */
export const fieldsOf = (draft: BudgetDraft): Record<string, unknown> => ({
  scope: scopeOf(draft.scope),
  ...(draft.period === 'seconds' ? { period_seconds: draft.seconds.trim() } : { period: draft.period }),
  limit: draft.limit.trim(),
  unit: draft.unit,
  enforcement: draft.enforcement,
  timezone: draft.timezone.trim(),
});

/** By this a budget replaces another. */
export const idOf = (draft: BudgetDraft): string => {
  const period = draft.period === 'seconds' ? `${draft.seconds.trim()}s` : draft.period;
  return `${scopeOf(draft.scope)} ${period}${draft.unit === 'tokens' ? ' tokens' : ''}`;
};
