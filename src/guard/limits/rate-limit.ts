import { type Scope, type Subject, scopeText } from '../budgets/budget.ts';

/** A provider, or a model of one: `provider:openai`, `provider:openai/gpt-5.5`. */
interface ProviderScope {
  readonly kind: 'provider';
  readonly value: string;
  readonly each: false;
}

export type CountedUnit = 'requests' | 'tokens';

export interface RateRule {
  readonly unit: CountedUnit;
  /** As it is written: `rpm`, `tpd`. */
  readonly name: string;
  readonly windowMs: number;
  readonly limit: number;
}

export interface RateLimit {
  readonly scope: Scope | ProviderScope;
  readonly rules: readonly RateRule[];
  /** How many requests may run at once. */
  readonly concurrent: number | undefined;
}

export const limitScopeText = ({ scope }: RateLimit): string =>
  scope.kind === 'provider' ? `provider:${scope.value}` : scopeText(scope);

/** Whom a request is counted for. */
export interface LimitSubject extends Subject {
  /** Absent where it is not decided yet. */
  readonly provider?: string | undefined;
  /** As the provider names it. */
  readonly model?: string | undefined;
}
