import type { ModelPrice, PriceCalculation } from '@pydantic/genai-prices';
import { importPriceList } from '../../providers/price-list.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { publishedFees, publishedRates } from './published-prices.ts';
import type { FindRates, ModelRates, Rates } from './rates.ts';
import { ratesInTier } from './tier-prices.ts';

/** The price list that comes with the gateway: nothing is asked of the network. */
export const PRICE_LIST = 'genai-prices 0.1.8 (2026-09-23)';

/** Of the few models that the list lacks. */
const PUBLISHED = 'published by the provider (2026-11)';

const OPENAI = 'openai';
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

const isFlat = (prices: ModelPrice): boolean =>
  Object.values(prices).every((price: Price) => price === undefined || typeof price === 'number');

/** What the list says of a model, and what the provider publishes beside it. */
const ratesOf = (prices: ModelPrice, published: Rates['fees']): ModelRates => {
  const ratesAt = (inputTokens: number): Rates => {
    const input = priceAt(prices.input_mtok, inputTokens) ?? 0;
    const reasoning = priceAt(prices.output_reasoning_mtok, inputTokens);
    const inputAudio = priceAt(prices.input_audio_mtok, inputTokens);
    const cachedAudio =
      priceAt(prices.cache_audio_read_mtok, inputTokens) ??
      (prices.cache_read_mtok === undefined ? inputAudio : undefined);
    const outputAudio = priceAt(prices.output_audio_mtok, inputTokens);
    const cacheWrite = priceAt(prices.cache_write_mtok, inputTokens) ?? input;
    const inputImage = priceAt(prices.input_image_mtok, inputTokens);
    const cachedImage =
      priceAt(prices.cache_image_read_mtok, inputTokens) ??
      (prices.cache_read_mtok === undefined ? inputImage : undefined);
    const outputImage = priceAt(prices.output_image_mtok, inputTokens);
    const audio = priceAt(prices.input_audio_hours ?? prices.audio_hours, inputTokens);
    const citation = priceAt(prices.output_citation_mtok, inputTokens);
    const webSearch = priceAt(prices.web_searches_kcount, inputTokens) ?? published?.webSearch;
    const fileSearch = priceAt(prices.storage_searches_kcount, inputTokens) ?? published?.fileSearch;
    const previewWebSearch = published?.previewWebSearch ?? webSearch;
    const request = priceAt(prices.requests_kcount, inputTokens);
    return {
      input,
      cachedInput: priceAt(prices.cache_read_mtok, inputTokens) ?? input,
      cacheWrite,
      cacheWrite1h: priceAt(prices.cache_write_1h_mtok, inputTokens) ?? cacheWrite,
      output: priceAt(prices.output_mtok, inputTokens) ?? 0,
      ...(reasoning === undefined ? {} : { reasoning }),
      ...(inputAudio === undefined ? {} : { inputAudio }),
      ...(cachedAudio === undefined ? {} : { cachedAudio }),
      ...(outputAudio === undefined ? {} : { outputAudio }),
      ...(inputImage === undefined ? {} : { inputImage }),
      ...(cachedImage === undefined ? {} : { cachedImage }),
      ...(outputImage === undefined ? {} : { outputImage }),
      ...(citation === undefined ? {} : { citation }),
      ...(request === undefined ? {} : { request }),
      fees: {
        ...(webSearch !== undefined && { webSearch }),
        ...(previewWebSearch !== undefined && { previewWebSearch }),
        ...(fileSearch !== undefined && { fileSearch }),
        ...(audio !== undefined && { audio }),
      },
    };
  };
  if (!isFlat(prices)) return { ratesFor: ratesAt, source: PRICE_LIST };
  const rates = ratesAt(0);
  return { ratesFor: () => rates, source: PRICE_LIST };
};

/** Most prices hold for days; some change with the hour. */
const granularityMs = ({ model }: PriceCalculation): number =>
  Array.isArray(model.prices) && model.prices.some(({ constraint }) => constraint?.type === 'time_of_date')
    ? MINUTE_MS
    : DAY_MS;

/** The prices of one model, by when they held. */
interface KnownPrices {
  periodMs: number;
  /** `null` where the list has none. */
  readonly byPeriod: Map<number, ListedRates | null>;
}

interface ListedRates {
  readonly standard: ModelRates;
  /** The list's own name of the model. */
  readonly model: string;
  readonly byTier: Map<string, ModelRates>;
}

/** Names of tiers that are remembered of a model. */
const MAX_TIERS = 16;

const ratesForTier = (owner: string, listed: ListedRates, tier: string | undefined): ModelRates => {
  if (tier === undefined) return listed.standard;
  const { standard, model, byTier } = listed;
  const rates = byTier.get(tier) ?? ratesInTier(standard, { owner, model, tier });
  if (byTier.size < MAX_TIERS) byTier.set(tier, rates);
  return rates;
};

const MAX_KNOWN = 10_000;

/** What of an upstream tells whose prices hold. */
export type PricedUpstream = Pick<Upstream, 'name' | 'baseUrl' | 'native' | 'credential'>;

/**
 * Loads the price list (0.8 MB, which nobody needs who does not open the page).
 * @param upstreams those that the list knows neither by address nor by name have OpenAI's prices where they
 * speak its API; those that ask for no key have none
 */
export const loadPriceList = async (upstreams: readonly PricedUpstream[]): Promise<FindRates> => {
  const { calcPrice, findProvider } = await importPriceList();
  const ownerByName = (name: string): string | undefined =>
    name === 'chatgpt' ? OPENAI : findProvider({ providerId: name })?.id;
  const ownerOf = ({ name, baseUrl, native, credential }: PricedUpstream): string | undefined => {
    if (credential?.kind === 'none') return undefined;
    const byAddress = findProvider({ providerApiUrl: baseUrl.href })?.id;
    return byAddress ?? ownerByName(name) ?? (native.includes('responses') ? OPENAI : undefined);
  };
  /** By the provider's name; what the log has of one that is no longer configured is known by it alone. */
  const owners = new Map(upstreams.map((upstream) => [upstream.name, ownerOf(upstream)]));
  const findOwner = (provider: string): string | undefined => {
    if (!owners.has(provider)) owners.set(provider, ownerByName(provider));
    return owners.get(provider);
  };
  // Finding a model in the list takes 0.1 ms: too long for each of 100,000 exchanges, and so is making a key of texts.
  const known = new Map<string, Map<string, KnownPrices>>();
  let count = 0;
  const knownOf = (owner: string, model: string): KnownPrices => {
    if (count > MAX_KNOWN) {
      known.clear();
      count = 0;
    }
    const ofOwner = known.get(owner) ?? new Map<string, KnownPrices>();
    known.set(owner, ofOwner);
    const prices = ofOwner.get(model) ?? { periodMs: DAY_MS, byPeriod: new Map() };
    ofOwner.set(model, prices);
    return prices;
  };
  return ({ model: asked, upstreamModel, provider, serviceTier, startedAtMs }) => {
    const model = upstreamModel ?? asked;
    const owner = findOwner(provider ?? OPENAI);
    if (!model || !owner) return undefined;
    const prices = known.get(owner)?.get(model) ?? knownOf(owner, model);
    const before = prices.byPeriod.get(Math.floor(startedAtMs / prices.periodMs));
    if (before !== undefined) return before ? ratesForTier(owner, before, serviceTier) : undefined;
    const found = calcPrice({}, model, { providerId: owner, timestamp: new Date(startedAtMs) });
    if (found) prices.periodMs = granularityMs(found);
    const published = found ? undefined : publishedRates(owner, model);
    const byHour = prices.periodMs === MINUTE_MS && { changesByHour: true as const };
    const standard = found
      ? { ...ratesOf(found.model_price, publishedFees(owner, model)), ...byHour }
      : published && { ratesFor: () => published, source: PUBLISHED };
    const fresh = standard ? { standard, model: found?.model.id ?? model, byTier: new Map() } : null;
    count++;
    prices.byPeriod.set(Math.floor(startedAtMs / prices.periodMs), fresh);
    return fresh ? ratesForTier(owner, fresh, serviceTier) : undefined;
  };
};
