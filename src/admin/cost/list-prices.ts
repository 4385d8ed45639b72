import type { ModelPrice, PriceCalculation } from '@pydantic/genai-prices';
import { importPriceList } from '../../providers/price-list.ts';
import type { FindRates, ModelRates } from './price-book.ts';

/** The price list that comes with the gateway: nothing is asked of the network. */
export const PRICE_LIST = 'genai-prices 0.1.8 (2026-09-23)';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** A price as the list has it: one, or one that changes for inputs longer than `start`. */
type Price = ModelPrice[string];

const priceAt = (price: Price, inputTokens: number): number | undefined => {
  if (price === undefined || typeof price === 'number') return price;
  let { base } = price;
  for (const tier of price.tiers) if (inputTokens > tier.start) base = tier.price;
  return base;
};

const ratesOf = (prices: ModelPrice): ModelRates => ({
  ratesFor: (inputTokens) => {
    const input = priceAt(prices.input_mtok, inputTokens) ?? 0;
    const reasoning = priceAt(prices.output_reasoning_mtok, inputTokens);
    return {
      input,
      cachedInput: priceAt(prices.cache_read_mtok, inputTokens) ?? input,
      output: priceAt(prices.output_mtok, inputTokens) ?? 0,
      ...(reasoning === undefined ? {} : { reasoning }),
    };
  },
  source: PRICE_LIST,
});

/** Most prices hold for days; some change with the hour. */
const granularityMs = ({ model }: PriceCalculation): number =>
  Array.isArray(model.prices) && model.prices.some(({ constraint }) => constraint?.type === 'time_of_date')
    ? MINUTE_MS
    : DAY_MS;

/**
 * Loads the price list (0.8 MB, which nobody needs who does not open the page).
 * @param upstreamUrl tells whose prices hold; where the list does not know it, OpenAI's do, whose API it is
 */
export const loadPriceList = async (upstreamUrl: string): Promise<FindRates> => {
  const { calcPrice, findProvider } = await importPriceList();
  const providerId = findProvider({ providerApiUrl: upstreamUrl })?.id ?? 'openai';
  // Finding a model in the list takes 0.1 ms: too long for each of 100,000 exchanges.
  const known = new Map<string, ModelRates | undefined>();
  const granularities = new Map<string, number>();
  return ({ model, provider, startedAtMs }) => {
    if (!model) return undefined;
    const owner = provider === 'chatgpt' ? 'openai' : providerId;
    const period = granularities.get(model) ?? DAY_MS;
    const key = `${owner} ${model} ${Math.floor(startedAtMs / period)}`;
    if (known.has(key)) return known.get(key);
    const timestamp = new Date(startedAtMs);
    const found = calcPrice({}, model, { providerId: owner, timestamp });
    if (found) granularities.set(model, granularityMs(found));
    const rates = found ? ratesOf(found.model_price) : undefined;
    if (known.size > 10_000) known.clear();
    known.set(key, rates);
    return rates;
  };
};
