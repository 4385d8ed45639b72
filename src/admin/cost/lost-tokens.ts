import type { Facts, Usage } from '../../log/port.ts';
import type { Pricing } from './create-pricing.ts';
import type { PricedBy } from './rates.ts';

/** Providers cache from here on. */
const MIN_TOKENS = 1024;
/** A cache that lags a little behind is no loss. */
const MIN_SHARE = 0.25;
const PER = 1_000_000;

/** Tokens that were paid for again, and what they cost more than from the cache. */
export interface Loss {
  readonly tokens: number;
  /** USD; undefined where the model has no price, or a subscription pays. */
  readonly usd: number | undefined;
}

/**
 * Tokens that the last request had in its context, and that this one paid for again.
 * @param before the last request's input, in tokens
 * @returns 0 where nothing was lost, or nothing is known
 */
export const lostTokens = (before: number | undefined, usage: Usage | undefined): number => {
  if (before === undefined || usage?.inputTokens === undefined || usage.cachedInputTokens === undefined)
    return 0;
  const shared = Math.min(before, usage.inputTokens);
  const lost = shared - usage.cachedInputTokens;
  return shared >= MIN_TOKENS && lost >= Math.max(MIN_TOKENS, shared * MIN_SHARE) ? lost : 0;
};

/**
 * @param priced what was asked, and of whom
 * @param inputOfOne where it is the usage of several exchanges: the input of one of them
 */
export const priceLoss = (
  { bill }: Pricing,
  priced: PricedBy,
  usage: Usage | undefined,
  tokens: number,
  inputOfOne?: number,
): Loss => {
  const { kind, cost } = bill(priced, usage, { inputOfOne });
  const isPaid = kind === 'metered' && cost !== undefined;
  const usd = isPaid ? (tokens * (cost.rates.input - cost.rates.cachedInput)) / PER : undefined;
  return { tokens, usd };
};

/** What all requests of a thread lost. @param facts of one thread, oldest first */
export const lossesOf = (facts: readonly Facts[], pricing: Pricing): readonly Loss[] => {
  let before: number | undefined;
  const losses: Loss[] = [];
  for (const one of facts) {
    const tokens = lostTokens(before, one.usage);
    if (tokens > 0) losses.push(priceLoss(pricing, one, one.usage, tokens));
    if ((one.usage?.inputTokens ?? 0) > 0) before = one.usage?.inputTokens;
  }
  return losses;
};

/** USD; `null` where none of them has a price. */
export const sumLosses = (losses: readonly Loss[]): number | null => {
  const known = losses.flatMap(({ usd }) => (usd === undefined ? [] : [usd]));
  return known.length === 0 ? null : known.reduce((sum, usd) => sum + usd, 0);
};
