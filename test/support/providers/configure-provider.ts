import { ALL_SPECS } from '../../../src/providers/all-specs.ts';
import type { ConfiguredProvider } from '../../../src/providers/configured-provider.ts';

/** A provider of a kind, with the key `k`, as a configuration gives it. */
export const configureProvider = (
  kind: string,
  more: Partial<ConfiguredProvider> = {},
): ConfiguredProvider => {
  const spec = ALL_SPECS.find(({ id }) => id === kind);
  if (!spec) throw new Error(`there is no kind of provider ${kind}`);
  return {
    id: kind,
    spec,
    baseUrl: new URL(spec.baseUrl ?? 'https://corp.example/openai'),
    apiKey: 'k',
    apiKeyOrigin: `${spec.prefix}_API_KEY`,
    keyVariable: `${spec.prefix}_API_KEY`,
    apiVersion: undefined,
    models: [],
    headers: {},
    ...more,
  };
};
