import type { Usage } from '../../log/port.ts';
import type { CostBreakdown } from '../api-types/detail.ts';
import type { OwnPrices } from './own-prices.ts';
import type { FindRates, ModelRates, PricedBy } from './rates.ts';

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
 * @param inputOfOne where it is the usage of several exchanges: the input of one of them, which says what rates hold
 */
export const costOf = (
  usage: Usage,
  { ratesFor, source }: ModelRates,
  inputOfOne = usage.inputTokens ?? 0,
): CostBreakdown => {
  const inputTokens = usage.inputTokens ?? 0;
  const cached = Math.min(usage.cachedInputTokens ?? 0, inputTokens);
  const written = Math.min(usage.cacheWriteTokens ?? 0, inputTokens - cached);
  const written1h = Math.min(usage.cacheWrite1hTokens ?? 0, written);
  const outputTokens = usage.outputTokens ?? 0;
  const reasoning = Math.min(usage.reasoningTokens ?? 0, outputTokens);
  const cachedAudio = Math.min(usage.cachedAudioTokens ?? 0, cached);
  const inputAudio = Math.min(
    Math.max(0, (usage.inputAudioTokens ?? 0) - cachedAudio),
    inputTokens - cached - written,
  );
  const outputAudio = Math.min(usage.outputAudioTokens ?? 0, outputTokens - reasoning);
  const rates = ratesFor(inputOfOne);
  const { input, cachedInput, cacheWrite, cacheWrite1h, output } = rates;
  return {
    input:
      ((inputTokens - cached - written - inputAudio) * input + inputAudio * (rates.inputAudio ?? input)) /
      PER,
    cachedInput:
      ((cached - cachedAudio) * cachedInput + cachedAudio * (rates.cachedAudio ?? cachedInput)) / PER,
    cacheWrite: ((written - written1h) * cacheWrite + written1h * cacheWrite1h) / PER,
    output:
      ((outputTokens - reasoning - outputAudio) * output +
        reasoning * (rates.reasoning ?? output) +
        outputAudio * (rates.outputAudio ?? output)) /
      PER,
    rates: { input, cachedInput, cacheWrite, output, reasoning: rates.reasoning ?? output },
    source,
  };
};

export const sumOf = ({ input, cachedInput, cacheWrite, output }: CostBreakdown): number =>
  input + cachedInput + cacheWrite + output;

/** Who pays for an exchange, and how much; or for several, whose rates are those of one input. */
export type Bill = (priced: PricedBy, usage: Usage | undefined, inputOfOne?: number) => Billing;

export const createBill =
  (find: FindRates): Bill =>
  (priced, usage, inputOfOne) => {
    // The demo answers under the names of real models, and costs nothing.
    if (!usage || priced.provider === 'demo') return NOTHING;
    const rates = find(priced);
    return {
      kind: priced.provider === 'chatgpt' ? 'subscription' : 'metered',
      cost: rates && costOf(usage, rates, inputOfOne),
    };
  };

/** The user's own prices win over the list that comes with the gateway, and that over what a provider lists. */
export const createFindRates =
  (own: () => OwnPrices, list: FindRates, listed: FindRates = () => undefined): FindRates =>
  (priced) =>
    own().find(priced) ?? list(priced) ?? listed(priced);
