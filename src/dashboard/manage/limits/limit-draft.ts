import type { LimitStatus } from '../../../guard/limits/limit-port.ts';
import { texts } from '../../texts.ts';
import { EVERYTHING, type ScopeDraft, scopeDraftOf, scopeOf, whoOf } from '../scope-draft.ts';

export const RULES = ['rpm', 'rph', 'rpd', 'tpm', 'tph', 'tpd', 'concurrent'] as const;
type Rule = (typeof RULES)[number];

/** What the form of a limit holds, as it is typed; a rule without a number is none. */
export interface LimitDraft {
  readonly scope: ScopeDraft;
  readonly rules: Readonly<Record<Rule, string>>;
}

const NO_RULES = Object.fromEntries(RULES.map((rule) => [rule, ''])) as Record<Rule, string>;

export const NEW_LIMIT: LimitDraft = { scope: EVERYTHING, rules: NO_RULES };

/** All limits of a scope, as the form changes them. */
export const draftOf = (scope: string, limits: readonly LimitStatus[]): LimitDraft => {
  const rules = { ...NO_RULES };
  for (const { scope: own, name, limit } of limits) {
    const rule = RULES.find((known) => known === name);
    if (own === scope && rule) rules[rule] = String(limit);
  }
  return { scope: scopeDraftOf(scope), rules };
};

/** The draft as `PUT limits` takes it. */
export const fieldsOf = ({ scope, rules }: LimitDraft): Record<string, string> => ({
  scope: scopeOf(scope),
  ...Object.fromEntries(Object.entries(rules).filter(([, count]) => count.trim() !== '')),
});

interface Prospect {
  readonly willDo: readonly string[];
  readonly warnings: readonly string[];
}

/** What setting this limit will do, beside those that are there. */
export const describeLimit = (draft: LimitDraft, limits: readonly LimitStatus[]): Prospect => {
  const { will, warn, names } = texts.limits;
  const scope = scopeOf(draft.scope);
  const before = limits.filter((limit) => limit.scope === scope);
  const given = RULES.filter((rule) => draft.rules[rule].trim() !== '');
  if (given.length === 0) return { willDo: [will.nothing], warnings: [] };
  const limitOf = (rule: Rule): number | undefined => before.find(({ name }) => name === rule)?.limit;
  const who = whoOf(draft.scope);
  const gone = RULES.filter((rule) => !given.includes(rule) && limitOf(rule) !== undefined);
  return {
    willDo: [
      ...given.map((rule) => {
        const was = limitOf(rule);
        const most = draft.rules[rule].trim();
        const sentence = will.allow(who, most, names[rule] ?? rule);
        return was !== undefined && String(was) !== most
          ? `${sentence} ${will.instead(String(was))}`
          : sentence;
      }),
      ...gone.map((rule) => will.forget(names[rule] ?? rule)),
      will.refuse,
    ],
    warnings: [
      ...(given.some((rule) => draft.rules[rule].trim() === '0') ? [warn.zero] : []),
      ...(before.some(({ source }) => source !== 'store') ? [warn.shadowed] : []),
    ],
  };
};
