import type { Usage } from '../../log/port.ts';
import type { CostBreakdown } from '../api-types/detail.ts';
import type { FeeLine } from '../api-types/entry.ts';
import type { OwnPrices } from './own-prices.ts';
import type { Fee, FindRates, ModelRates, PricedBy, Rates } from './rates.ts';

export interface Billing {
  /** Absent where nothing was used, or by a built-in upstream that nobody pays for. */
  readonly kind: 'metered' | 'subscription' | undefined;
  /** What it cost, or would have where a subscription covers it. */
  readonly cost: CostBreakdown | undefined;
}

const PER = 1_000_000;
const FEE_PER = 1_000;
const NOTHING: Billing = { kind: undefined, cost: undefined };

/** How many of each were used; what a preview searched is in `webSearches` as well, and has its own rate. */
const feeCounts = (usage: Usage): Readonly<Record<Fee, number>> => {
  const webSearches = usage.webSearches ?? 0;
  const previewWebSearch = Math.min(usage.previewWebSearches ?? 0, webSearches);
  return {
    webSearch: webSearches - previewWebSearch,
    previewWebSearch,
    fileSearch: usage.fileSearches ?? 0,
  };
};

/** What is paid for beside tokens. */
const feesOf = (usage: Usage, { fees = {}, request }: Rates, requests: number): CostBreakdown['fees'] => {
  const told = (Object.entries(feeCounts(usage)) as [Fee, number][]).filter(([, count]) => count > 0);
  return [
    ...told.map(([kind, count]) => {
      const rate = fees[kind];
      return rate === undefined ? { kind, count } : { kind, count, rate, cost: (count * rate) / FEE_PER };
    }),
    ...(request === undefined
      ? []
      : [{ kind: 'request' as const, count: requests, rate: request, cost: (requests * request) / FEE_PER }]),
  ];
};

/**
 * What usage costs. `inputTokens` includes what was read from the cache and what was written to it, `outputTokens`
 * the reasoning: each token is counted once, at its own rate.
 * @param several where it is the usage of several exchanges: how many, and the input of one of them, which says what
 * rates hold
 */
export const costOf = (
  usage: Usage,
  { ratesFor, source, tier }: ModelRates,
  { requests = 1, inputOfOne = usage.inputTokens ?? 0 }: Several = {},
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
  const citations = Math.min(usage.citationTokens ?? 0, outputTokens - reasoning - outputAudio);
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
      ((outputTokens - reasoning - outputAudio - citations) * output +
        reasoning * (rates.reasoning ?? output) +
        citations * (rates.citation ?? output) +
        outputAudio * (rates.outputAudio ?? output)) /
      PER,
    fees: feesOf(usage, rates, requests),
    rates: { input, cachedInput, cacheWrite, output, reasoning: rates.reasoning ?? output },
    source,
    ...(tier && { tier: { name: tier.name, priced: tier.isPriced } }),
  };
};

export const sumOf = ({ input, cachedInput, cacheWrite, output, fees }: CostBreakdown): number =>
  fees.reduce((sum, { cost = 0 }) => sum + cost, input + cachedInput + cacheWrite + output);

/** What was used and has no known price: the cost is more than the sum says. */
export const unpricedOf = ({ fees }: CostBreakdown): readonly FeeLine['kind'][] =>
  fees.flatMap(({ kind, cost }) => (cost === undefined ? [kind] : []));

/** Exchanges that are alike, as one usage. */
export interface Several {
  readonly requests?: number;
  /** Input tokens of one of them. */
  readonly inputOfOne?: number | undefined;
}

/** Who pays for an exchange, and how much; or for several, whose rates are those of one input. */
export type Bill = (priced: PricedBy, usage: Usage | undefined, several?: Several) => Billing;

export const createBill =
  (find: FindRates): Bill =>
  (priced, usage, several) => {
    // The demo answers under the names of real models, and costs nothing.
    if (!usage || priced.provider === 'demo') return NOTHING;
    const rates = find(priced);
    return {
      kind: priced.provider === 'chatgpt' ? 'subscription' : 'metered',
      cost: rates && costOf(usage, rates, several),
    };
  };

/** The user's own price of tokens, and what it does not say of all else by another. */
const completeFees = (own: ModelRates, other: ModelRates | undefined): ModelRates => {
  if (!other) return own;
  const ratesFor = (inputTokens: number): Rates => {
    const [rates, more] = [own.ratesFor(inputTokens), other.ratesFor(inputTokens)];
    const request = rates.request ?? more.request;
    return { ...rates, fees: { ...more.fees, ...rates.fees }, ...(request !== undefined && { request }) };
  };
  return { ...own, ratesFor };
};

/** The user's own prices win over the list that comes with the gateway, and that over what a provider lists. */
export const createFindRates =
  (own: () => OwnPrices, list: FindRates, listed: FindRates = () => undefined): FindRates =>
  (priced) => {
    const ofUser = own().find(priced);
    const other = list(priced) ?? listed(priced);
    return ofUser ? completeFees(ofUser, other) : other;
  };
