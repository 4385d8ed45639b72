import { type Period, periodText } from './window.ts';

/** `usd` is money; `tokens` are counted whoever pays for them. */
export type BudgetUnit = 'usd' | 'tokens';

/**
 * `soft` warns; `hard` refuses what there is no room for; `ceiling` also ends an answer that passes the limit
 * while it runs.
 */
export type Enforcement = 'soft' | 'hard' | 'ceiling';

/**
 * Whom a budget or a limit holds for. `user_path` holds for a path and all below it; `each` counts apart: every
 * direct child of a path, or every key, label, session or run.
 */
export interface Scope {
  readonly kind: 'user_path' | 'key' | 'label' | 'session' | 'run';
  /** A path such as `/team/alpha` (`/` is everything), an id or a label; empty where `each` stands for all of a kind. */
  readonly value: string;
  readonly each: boolean;
}

/** As it is written: `/`, `/team/alpha`, `/team/*`, `key:ID`, `label:ci`, `session:*`, `run:*`. */
export const scopeText = ({ kind, value, each }: Scope): string => {
  if (kind !== 'user_path') return `${kind}:${each ? '*' : value}`;
  return each ? `${value === '/' ? '' : value}/*` : value;
};

/** Where a definition stands; the first in this order wins over the others. */
export type DefinitionSource = 'environment' | 'file' | 'store' | 'run';

export interface Budget {
  readonly scope: Scope;
  readonly period: Period;
  /** IANA name. */
  readonly timezone: string;
  readonly unit: BudgetUnit;
  /** In USD, or tokens. */
  readonly limit: number;
  readonly enforcement: Enforcement;
  /** Whether it refuses the next request of an agent that goes round in circles. */
  readonly stopsRunaways: boolean;
  readonly source: DefinitionSource;
}

type Identified = Pick<Budget, 'scope' | 'period' | 'unit'>;

/** Asked for with each request, and put together from parts. */
const knownIds = new WeakMap<Identified, string>();

/** One scope has one budget of a period and unit. */
export const budgetId = (budget: Identified): string => {
  const known = knownIds.get(budget);
  if (known !== undefined) return known;
  const { scope, period, unit } = budget;
  const id = `${scopeText(scope)} ${periodText(period)}${unit === 'tokens' ? ' tokens' : ''}`;
  knownIds.set(budget, id);
  return id;
};

/** Whom a request is counted for. */
export interface Subject {
  readonly userPath: string;
  readonly keyId: string | undefined;
  readonly labels: readonly string[];
  readonly sessionId: string | undefined;
  readonly runId: string | undefined;
}
