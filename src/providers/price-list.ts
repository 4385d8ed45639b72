import type { FindContextWindow } from './joined-models.ts';

/**
 * The list of prices that comes with the gateway. It has 0.8 MB, so that it is loaded when somebody asks.
 */
export const importPriceList = async () => {
  const { calcPrice, findProvider } = await import('@pydantic/genai-prices');
  return { calcPrice, findProvider };
};

/** Context windows by the price list, where it knows the provider: what others make of a name is no guide. */
export const loadContextWindows = async (): Promise<FindContextWindow> => {
  const { calcPrice, findProvider } = await importPriceList();
  const ownerOf = new Map<string, string | undefined>();
  return ({ id, baseUrl }, model) => {
    if (!ownerOf.has(id)) ownerOf.set(id, findProvider({ providerApiUrl: baseUrl.href })?.id);
    const owner = ownerOf.get(id);
    return owner === undefined
      ? undefined
      : calcPrice({}, model, { providerId: owner })?.model.context_window;
  };
};
