import { stat } from 'node:fs/promises';
import { dayOf } from '../../base/time/local-day.ts';
import { createListFile, parseSavedLists } from '../../providers/lists/saved-lists.ts';
import type { ListedPrices } from '../../providers/provider-spec.ts';
import type { FindRates, ModelRates } from './rates.ts';
import { asStandard } from './tier-prices.ts';

const NONE: FindRates = () => undefined;

const ratesOf = (prices: ListedPrices, source: string): ModelRates => {
  const { input, output, reasoning, webSearch, request } = prices;
  const cacheWrite = prices.cacheWrite ?? input;
  const rates = {
    input,
    cachedInput: prices.cachedInput ?? input,
    cacheWrite,
    cacheWrite1h: cacheWrite,
    output,
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(request === undefined ? {} : { request }),
    ...(webSearch === undefined ? {} : { fees: { webSearch, previewWebSearch: webSearch } }),
  };
  return { ratesFor: () => rates, source };
};

/** The prices that providers list beside their models, as the gateway has saved them. @param text of that file */
export const parseListedPrices = (text: string | undefined): FindRates => {
  const known = new Map<string, ModelRates>();
  for (const { provider, fetchedAtMs, models } of parseSavedLists(text)) {
    const source = `${provider}'s own list (${dayOf(fetchedAtMs, 'UTC')})`;
    for (const { id, prices } of models) if (prices) known.set(`${provider} ${id}`, ratesOf(prices, source));
  }
  return ({ provider, upstreamModel, model, serviceTier }) => {
    const rates = known.get(`${provider} ${upstreamModel}`) ?? known.get(`${provider} ${model}`);
    return rates && asStandard(rates, { serviceTier });
  };
};

/** Reads the saved lists again where they have changed. */
export const createListedPricesReader = (dataDir: string): (() => Promise<FindRates>) => {
  const { path, load } = createListFile(dataDir);
  let known = NONE;
  let stamp = '';
  return async () => {
    const found = await stat(path).catch(() => undefined);
    const now = found ? `${found.mtimeMs} ${found.size}` : '';
    if (now !== stamp) {
      stamp = now;
      known = parseListedPrices(await load());
    }
    return known;
  };
};
