import type { BudgetsAnswer } from '../../../admin/api-types/budgets.ts';
import { texts } from '../../texts.ts';
import { whoOf } from '../scope-draft.ts';
import { type BudgetDraft, idOf } from './budget-draft.ts';
import { showAmount } from './budget-figures.ts';

const { will, warn } = texts.budgets;

/** The limit as a number; undefined where it is none yet. */
const limitOf = ({ limit }: BudgetDraft): number | undefined =>
  /^\d+(?:\.\d+)?$/.test(limit.trim()) ? Number(limit.trim()) : undefined;

const everyOf = ({ period, seconds, timezone }: BudgetDraft): string => {
  const { every } = will;
  switch (period) {
    case 'hourly':
      return every.hourly;
    case 'total':
      return every.total;
    case 'seconds':
      return every.seconds(seconds.trim() || '…');
    case 'daily':
    case 'weekly':
    case 'monthly':
      return every[period](timezone.trim() || '…');
  }
};

interface Prospect {
  readonly willDo: readonly string[];
  readonly warnings: readonly string[];
}

/** What setting this budget will do, beside those that are there. */
export const describeBudget = (draft: BudgetDraft, answer: BudgetsAnswer): Prospect => {
  const limit = limitOf(draft);
  if (limit === undefined) return { willDo: [will.noLimit], warnings: [] };
  const show = (amount: number): string => showAmount(amount, draft.unit);
  const id = idOf(draft);
  const before = answer.definitions.find((definition) => definition.id === id);
  const standing = answer.budgets.find((status) => status.id === id && status.child === undefined);
  const left = standing && limit - standing.spent - standing.reserved;
  return {
    willDo: [
      will.allow(whoOf(draft.scope), show(limit), everyOf(draft)),
      will.enforce[draft.enforcement],
      ...(before?.source === 'store'
        ? [will.replace(showAmount(before.limit, before.unit), show(limit))]
        : []),
      standing && left !== undefined ? will.keep(show(standing.spent), show(Math.max(0, left))) : '',
      before ? '' : will.fresh,
    ].filter(Boolean),
    warnings: [
      ...(limit === 0 ? [warn.zero] : []),
      ...(limit > 0 && left !== undefined && left <= 0 && draft.enforcement !== 'soft' ? [warn.spent] : []),
      ...(before && before.source !== 'store' ? [warn.shadowed(texts.budgets.sources[before.source])] : []),
    ],
  };
};
