import type { ConfiguredProvider } from './configured-provider.ts';

/** The default provider first: where several list a model, it goes to the first. */
export const inOrderOfPreference = (
  providers: readonly ConfiguredProvider[],
  defaultProvider: string,
): readonly ConfiguredProvider[] => [
  ...providers.filter(({ id }) => id === defaultProvider),
  ...providers.filter(({ id }) => id !== defaultProvider),
];
