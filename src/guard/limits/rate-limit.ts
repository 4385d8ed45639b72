import { type DefinitionSource, type Scope, type Subject, scopeText } from '../budgets/budget.ts';

/**
 * A provider, a model of one, or a model whoever provides it: `provider:openai`, `provider:openai/gpt-5.5`,
 * `model:gpt-5.5`.
 */
type TargetScope =
  | { readonly kind: 'provider'; readonly value: string; readonly each: false }
  | { readonly kind: 'model'; readonly value: string; readonly each: false };

export type CountedUnit = 'requests' | 'tokens';

export interface RateRule {
  readonly unit: CountedUnit;
  /** As it is written: `rpm`, `tpd`. */
  readonly name: string;
  readonly windowMs: number;
  readonly limit: number;
}

export interface RateLimit {
  readonly scope: Scope | TargetScope;
  readonly rules: readonly RateRule[];
  /** How many requests may run at once. */
  readonly concurrent: number | undefined;
  readonly source: DefinitionSource;
}

/** One scope has one limit: this is also its id. */
export const limitScopeText = ({ scope }: Pick<RateLimit, 'scope'>): string =>
  scope.kind === 'provider' || scope.kind === 'model'
    ? `${scope.kind}:${scope.value.toLowerCase()}`
    : scopeText(scope);

/** Whom a request is counted for. */
export interface LimitSubject extends Subject {
  /** Absent where it is not decided yet. */
  readonly provider?: string | undefined;
  /** As the provider names it. */
  readonly model?: string | undefined;
}
