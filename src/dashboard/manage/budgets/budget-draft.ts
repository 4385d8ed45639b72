import type { BudgetDefinition } from '../../../admin/api-types/budgets.ts';
import { texts } from '../../texts.ts';

export type ScopeKind = (typeof texts.budgets.scopeOptions)[number][0];
type PeriodKind = (typeof texts.budgets.periodOptions)[number][0];

/** What the form of a budget holds, as it is typed. */
export interface BudgetDraft {
  readonly kind: ScopeKind;
  /** The path, id or label of a scope that needs one. */
  readonly value: string;
  readonly period: PeriodKind;
  readonly seconds: string;
  readonly unit: BudgetDefinition['unit'];
  readonly limit: string;
  readonly enforcement: BudgetDefinition['enforcement'];
  readonly timezone: string;
}

export const NEW_BUDGET: BudgetDraft = {
  kind: '/',
  value: '',
  period: 'monthly',
  seconds: '',
  unit: 'usd',
  limit: '',
  enforcement: 'hard',
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

/** Whether a scope of this kind says which one. */
export const needsValue = (kind: ScopeKind): boolean =>
  !['/', 'key:*', 'label:*', 'session:*', 'run:*'].includes(kind);

/** The scope as the gateway writes it. */
const scopeOf = ({ kind, value }: BudgetDraft): string => {
  const name = value.trim();
  switch (kind) {
    case 'path':
      return name;
    case 'child':
      return name === '/' ? '/*' : `${name.replace(/\/$/, '')}/*`;
    case 'key':
    case 'label':
      return `${kind}:${name}`;
    case '/':
    case 'key:*':
    case 'label:*':
    case 'session:*':
    case 'run:*':
      return kind;
  }
};

const kindOf = (scope: string): Pick<BudgetDraft, 'kind' | 'value'> => {
  if (scope === '/') return { kind: '/', value: '' };
  if (scope.startsWith('/')) {
    return scope.endsWith('/*')
      ? { kind: 'child', value: scope.slice(0, -2) || '/' }
      : { kind: 'path', value: scope };
  }
  const known = texts.budgets.scopeOptions.find(([option]) => option === scope)?.[0];
  if (known) return { kind: known, value: '' };
  const colon = scope.indexOf(':');
  return { kind: scope.startsWith('key:') ? 'key' : 'label', value: scope.slice(colon + 1) };
};

export const draftOf = (budget: BudgetDefinition): BudgetDraft => {
  const known = texts.budgets.periodOptions.find(([option]) => option === budget.period)?.[0];
  return {
    ...kindOf(budget.scope),
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
  scope: scopeOf(draft),
  ...(draft.period === 'seconds' ? { period_seconds: draft.seconds.trim() } : { period: draft.period }),
  limit: draft.limit.trim(),
  unit: draft.unit,
  enforcement: draft.enforcement,
  timezone: draft.timezone.trim(),
});

/** By this a budget replaces another. */
export const idOf = (draft: BudgetDraft): string => {
  const period = draft.period === 'seconds' ? `${draft.seconds.trim()}s` : draft.period;
  return `${scopeOf(draft)} ${period}${draft.unit === 'tokens' ? ' tokens' : ''}`;
};
