import type { Usage } from '../../log/port.ts';
import type { CostBreakdown } from '../api-types/detail.ts';
import type { FeeLine } from '../api-types/entry.ts';
import type { OwnPrices } from './own-prices.ts';
import { FEES, type Fee, type FindRates, type ModelRates, type PricedBy, type Rates } from './rates.ts';

export interface Billing {
  /** Absent where nothing was used, or by a built-in upstream that nobody pays for. */
  readonly kind: 'metered' | 'subscription' | undefined;
  /** What it cost, or would have where a subscription covers it. */
  readonly cost: CostBreakdown | undefined;
}

const PER = 1_000_000;
const PER_REQUESTS = 1_000;
const NOTHING: Billing = { kind: undefined, cost: undefined };

/** How many of each were used; what a preview searched is in `webSearches` as well, and has its own rate. */
const countFees = (usage: Usage): readonly (readonly [Fee, number])[] =>
  (Object.keys(FEES) as Fee[]).map((kind) => {
    const count = usage[FEES[kind].counted] ?? 0;
    const previews = kind === 'webSearch' ? Math.min(usage.previewWebSearches ?? 0, count) : 0;
    return [kind, count - previews];
  });

/** What is paid for beside tokens. */
const feesOf = (usage: Usage, { fees = {}, request }: Rates, requests: number): FeeLine[] => {
  const lineOf = (kind: FeeLine['kind'], count: number, per: number, rate: number | undefined): FeeLine => ({
    ...{ kind, count, per },
    ...(rate !== undefined && { rate, cost: (count * rate) / per }),
  });
  return [
    ...countFees(usage).flatMap(([kind, count]) =>
      count > 0 ? [lineOf(kind, count, FEES[kind].per, fees[kind])] : [],
    ),
    ...(request === undefined ? [] : [lineOf('request', requests, PER_REQUESTS, request)]),
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
  const cachedImage = Math.min(usage.cachedImageTokens ?? 0, cached - cachedAudio);
  const plain = inputTokens - cached - written;
  const inputAudio = Math.min(Math.max(0, (usage.inputAudioTokens ?? 0) - cachedAudio), plain);
  const inputImage = Math.min(Math.max(0, (usage.inputImageTokens ?? 0) - cachedImage), plain - inputAudio);
  const said = outputTokens - reasoning;
  const outputAudio = Math.min(usage.outputAudioTokens ?? 0, said);
  const outputImage = Math.min(usage.outputImageTokens ?? 0, said - outputAudio);
  const citations = Math.min(usage.citationTokens ?? 0, said - outputAudio - outputImage);
  const rates = ratesFor(inputOfOne);
  const { input, cachedInput, cacheWrite, cacheWrite1h, output } = rates;
  return {
    input:
      ((plain - inputAudio - inputImage) * input +
        inputAudio * (rates.inputAudio ?? input) +
        inputImage * (rates.inputImage ?? input)) /
      PER,
    cachedInput:
      ((cached - cachedAudio - cachedImage) * cachedInput +
        cachedAudio * (rates.cachedAudio ?? cachedInput) +
        cachedImage * (rates.cachedImage ?? cachedInput)) /
      PER,
    cacheWrite: ((written - written1h) * cacheWrite + written1h * cacheWrite1h) / PER,
    output:
      ((said - outputAudio - outputImage - citations) * output +
        reasoning * (rates.reasoning ?? output) +
        citations * (rates.citation ?? output) +
        outputAudio * (rates.outputAudio ?? output) +
        outputImage * (rates.outputImage ?? output)) /
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
interface Several {
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
