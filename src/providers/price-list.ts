import type { FindContextWindow } from './joined-models.ts';

/**
 * The list of prices that comes with the gateway. It has 0.8 MB, so that it is loaded when somebody asks.
 */
export const importPriceList = async () => {
  const { calcPrice, findProvider } = await import('@pydantic/genai-prices');
  return { calcPrice, findProvider };
};

/** Context windows from the price list, for providers that it knows: other providers may use a name differently. */
export const loadContextWindows = async (): Promise<FindContextWindow> => {
  const { calcPrice, findProvider } = await importPriceList();
  const ownerAt = (url: string | undefined): string | undefined =>
    url === undefined ? undefined : findProvider({ providerApiUrl: url })?.id;
  const ownerOf = new Map<string, string | undefined>();
  return ({ id, baseUrl, spec }, model) => {
    // At another address than its own, it is still what it was configured as.
    if (!ownerOf.has(id)) ownerOf.set(id, ownerAt(baseUrl.href) ?? ownerAt(spec.baseUrl));
    const owner = ownerOf.get(id);
    return owner === undefined
      ? undefined
      : calcPrice({}, model, { providerId: owner })?.model.context_window;
  };
};
