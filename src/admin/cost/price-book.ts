import type { Usage } from '../../log/port.ts';
import type { CostBreakdown } from '../api-types.ts';
import type { OwnPrices } from './own-prices.ts';

/** USD for a million tokens. */
export interface Rates {
  readonly input: number;
  readonly cachedInput: number;
  /** What is written to the provider's cache. */
  readonly cacheWrite: number;
  /** The same where it is kept for an hour. */
  readonly cacheWrite1h: number;
  readonly output: number;
  /** Where reasoning has a price of its own; `outputTokens` includes it. */
  readonly reasoning?: number;
}

/** What a model costs at a time: the rates may rise with the length of the input. */
export interface ModelRates {
  readonly ratesFor: (inputTokens: number) => Rates;
  readonly source: string;
}

export interface PricedBy {
  /** As the client named it. */
  readonly model: string | undefined;
  /** The provider's name of it, where it is another. */
  readonly upstreamModel: string | undefined;
  readonly provider: string | undefined;
  readonly startedAtMs: number;
}

/** @returns undefined for a model that no list has: unknown is not free */
export type FindRates = (priced: PricedBy) => ModelRates | undefined;

export interface Billing {
  /** Absent where nothing was used, or by a built-in upstream that nobody pays for. */
  readonly kind: 'metered' | 'subscription' | undefined;
  /** What it cost, or would have where a subscription covers it. */
  readonly cost: CostBreakdown | undefined;
}

const PER = 1_000_000;
const NOTHING: Billing = { kind: undefined, cost: undefined };

/**
 * What usage costs. `inputTokens` includes what was read from the cache and what was written to it, `outputTokens`
 * the reasoning: each token is counted once, at its own rate.
 */
export const costOf = (usage: Usage, { ratesFor, source }: ModelRates): CostBreakdown => {
  const inputTokens = usage.inputTokens ?? 0;
  const cached = Math.min(usage.cachedInputTokens ?? 0, inputTokens);
  const written = Math.min(usage.cacheWriteTokens ?? 0, inputTokens - cached);
  const written1h = Math.min(usage.cacheWrite1hTokens ?? 0, written);
  const outputTokens = usage.outputTokens ?? 0;
  const reasoning = Math.min(usage.reasoningTokens ?? 0, outputTokens);
  const rates = ratesFor(inputTokens);
  const { input, cachedInput, cacheWrite, cacheWrite1h, output } = rates;
  return {
    input: ((inputTokens - cached - written) * input) / PER,
    cachedInput: (cached * cachedInput) / PER,
    cacheWrite: ((written - written1h) * cacheWrite + written1h * cacheWrite1h) / PER,
    output: ((outputTokens - reasoning) * output + reasoning * (rates.reasoning ?? output)) / PER,
    rates: { input, cachedInput, cacheWrite, output, reasoning: rates.reasoning ?? output },
    source,
  };
};

export const sumOf = ({ input, cachedInput, cacheWrite, output }: CostBreakdown): number =>
  input + cachedInput + cacheWrite + output;

/** Who pays for an exchange, and how much. */
export type Bill = (priced: PricedBy, usage: Usage | undefined) => Billing;

export const createBill =
  (find: FindRates): Bill =>
  (priced, usage) => {
    // The demo answers under the names of real models, and costs nothing.
    if (!usage || priced.provider === 'demo') return NOTHING;
    const rates = find(priced);
    return {
      kind: priced.provider === 'chatgpt' ? 'subscription' : 'metered',
      cost: rates && costOf(usage, rates),
    };
  };

/** The user's own prices win over the list. */
export const createFindRates =
  (own: () => OwnPrices, list: FindRates): FindRates =>
  (priced) =>
    own().find(priced) ?? list(priced);
