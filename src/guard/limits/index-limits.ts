import type { Scope } from '../budgets/budget.ts';
import { createScopeIndex, type Match } from '../budgets/index-by-scope.ts';
import type { FoundLimit } from './limit-place.ts';
import { type LimitSubject, limitScopeText, type RateLimit } from './rate-limit.ts';

interface ClientLimit {
  readonly scope: Scope;
  readonly limit: RateLimit;
}

/** Finds the limits of who asks by scope, and those of what is asked by name. */
export const indexLimits = (limits: readonly RateLimit[]) => {
  const ofClients: ClientLimit[] = [];
  const ofTargets = new Map<string, RateLimit>();
  for (const limit of limits) {
    const { scope } = limit;
    if (scope.kind === 'provider' || scope.kind === 'model') ofTargets.set(limitScopeText(limit), limit);
    else ofClients.push({ scope, limit });
  }
  const findForClient = createScopeIndex(ofClients);
  return (subject: LimitSubject): readonly FoundLimit[] => {
    const mine = findForClient(subject).map(({ entry, child }: Match<ClientLimit>) => ({
      limit: entry.limit,
      child,
    }));
    if (ofTargets.size === 0 || subject.provider === undefined) return mine;
    const provider = subject.provider.toLowerCase();
    const model = subject.model?.toLowerCase();
    const names = [`provider:${provider}`, `provider:${provider}/${model}`, `model:${model}`];
    const theirs = names.flatMap((name) => ofTargets.get(name) ?? []);
    return [...mine, ...theirs.map((limit) => ({ limit, child: '' }))];
  };
};
