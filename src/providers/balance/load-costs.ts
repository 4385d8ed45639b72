import type { ConfiguredProvider } from '../configured-provider.ts';
import { importPriceList } from '../price-list.ts';
import type { WeightedTarget } from '../route-model.ts';

/** A turn of a coding agent: much is read, little is written. */
const TYPICAL = { input_tokens: 900_000, output_tokens: 100_000 };

/**
 * What a typical request costs at each target, by the price list. It has 0.8 MB, so that it is loaded only where
 * a name goes by cost.
 */
export const loadCosts = async (
  providers: readonly ConfiguredProvider[],
): Promise<(target: WeightedTarget) => number | undefined> => {
  const { calcPrice, findProvider } = await importPriceList();
  const ownerAt = (url: string | undefined): string | undefined =>
    url === undefined ? undefined : findProvider({ providerApiUrl: url })?.id;
  const owners = new Map(
    providers.map(({ id, baseUrl, spec }) => [id, ownerAt(baseUrl.href) ?? ownerAt(spec.baseUrl)]),
  );
  return ({ provider, upstreamModel }) => {
    const providerId = owners.get(provider);
    if (providerId === undefined || upstreamModel === undefined) return undefined;
    return calcPrice(TYPICAL, upstreamModel, { providerId })?.total_price;
  };
};
