import { type ModelRates, type PricedBy, type Rates, TOKEN_RATES } from './rates.ts';

/** What tokens cost in a tier, as a multiple of what they cost in the standard one. */
type Factors = Readonly<Record<string, number>>;

/** OpenAI's fast mode, once named priority processing; the first name that a model begins with counts. */
const OPENAI_FAST: readonly (readonly [model: string, factor: number])[] = [
  ['gpt-5.5-pro', Number.NaN],
  ['gpt-5.5', 2.5],
  ['gpt-5-mini', 1.8],
  ['gpt-5.1-codex-mini', 1.8],
  ['gpt-5.4-pro', Number.NaN],
  ['gpt-5.2-pro', Number.NaN],
  ['gpt-5-pro', Number.NaN],
  ['gpt-5-nano', Number.NaN],
  ['gpt-5.4-nano', Number.NaN],
  ['gpt-5', 2],
  ['gpt-6', 2],
  ['gpt-4.1-nano', 2],
  ['gpt-4.1', 1.75],
  ['gpt-4o-2024-05-13', 1.75],
  ['gpt-4o-mini', 0.25 / 0.15],
  ['gpt-4o', 1.7],
  ['o3', 1.75],
  ['o4-mini', 2 / 1.1],
];
const OPENAI_ULTRAFAST: Factors = { 'gpt-6-astra': 6 };
const HALF = 0.5;

const ofOpenAi = (model: string): Factors => {
  const [, fast = Number.NaN] = OPENAI_FAST.find(([name]) => model.startsWith(name)) ?? [];
  const ultrafast = OPENAI_ULTRAFAST[model] ?? Number.NaN;
  return { flex: HALF, batch: HALF, priority: fast, fast, ultrafast };
};

const ANTHROPIC_FAST: Factors = {
  'claude-opus-4-6': 6,
  'claude-opus-4-7': 6,
  'claude-opus-4-8': 2,
  'claude-opus-5': 2,
  'claude-opus-5-5': 2,
};

/** What providers publish of their tiers; read in November 2026. */
const factorsOf = (owner: string, model: string): Factors => {
  switch (owner) {
    // https://platform.openai.com/docs/pricing, https://openai.com/api-fast-mode,
    // https://developers.openai.com/api/docs/guides/ultrafast-mode
    case 'openai':
      return ofOpenAi(model);
    // https://platform.claude.com/docs/en/about-claude/pricing. What its priority tier costs is agreed upon by contract.
    case 'anthropic':
      return { batch: HALF, fast: ANTHROPIC_FAST[model] ?? Number.NaN };
    // https://ai.google.dev/gemini-api/docs/optimization
    case 'google':
      return { flex: HALF, batch: HALF };
    // https://console.groq.com/docs/service-tiers: more requests, at the same price.
    case 'groq':
      return { flex: 1 };
    default:
      return {};
  }
};

/** 1.1 times 2 / 1.1 is 2, and not 2.0000000000000004. */
const times = (rate: number, factor: number): number => Number((rate * factor).toPrecision(12));

/** All that is priced by the token; searches cost the same in each tier. */
const multiply = (standard: Rates, factor: number): Rates => {
  const rates: { -readonly [Name in keyof Rates]: Rates[Name] } = { ...standard };
  for (const name of TOKEN_RATES) {
    const rate = standard[name];
    if (rate !== undefined) rates[name] = times(rate, factor);
  }
  return rates;
};

/** Rates that were asked for by a tier that nobody has a price of. */
export const asStandard = (rates: ModelRates, { serviceTier }: Pick<PricedBy, 'serviceTier'>): ModelRates =>
  serviceTier === undefined ? rates : { ...rates, tier: { name: serviceTier, isPriced: false } };

/**
 * The rates of a tier. Steps for long inputs and rates of the cache are multiplied like all others.
 * @param owner as the price list names the provider
 * @param model as it names the model
 */
export const ratesInTier = (
  rates: ModelRates,
  { owner, model, tier }: { readonly owner: string; readonly model: string; readonly tier: string },
): ModelRates => {
  const factor = factorsOf(owner, model)[tier] ?? Number.NaN;
  if (Number.isNaN(factor)) return asStandard(rates, { serviceTier: tier });
  return {
    ...rates,
    ratesFor: (inputTokens) => multiply(rates.ratesFor(inputTokens), factor),
    source: `${rates.source}; ${tier}: ${Number(factor.toFixed(4))} times, as published`,
    tier: { name: tier, isPriced: true },
  };
};
