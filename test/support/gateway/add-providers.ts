import type { GatewayConfig } from '../../../src/config/load-config.ts';
import type { ConfiguredProvider } from '../../../src/providers/configured-provider.ts';
import type { ProviderSpec } from '../../../src/providers/provider-spec.ts';

/** A provider at an address of the test's own, with a key that names it. */
export const providerAt = (
  spec: ProviderSpec,
  url: string,
  more: Partial<ConfiguredProvider> = {},
): ConfiguredProvider => ({
  id: spec.id,
  spec,
  baseUrl: new URL(url),
  apiKey: `key-of-${more.id ?? spec.id}`,
  apiKeyOrigin: undefined,
  keyVariable: `${spec.prefix}_API_KEY`,
  apiVersion: undefined,
  models: [],
  headers: {},
  ...more,
});

/** For `composeGateway`: more providers, beside or (as the default one) in place of OpenAI. */
export const withProviders =
  (providers: readonly ConfiguredProvider[], more: Partial<GatewayConfig> = {}) =>
  (config: GatewayConfig): GatewayConfig => ({
    ...config,
    providers: [...config.providers, ...providers],
    ...more,
  });
