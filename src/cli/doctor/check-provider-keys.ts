import type { GatewayConfig } from '../../config/load-config.ts';
import type { Step } from '../../probe/step.ts';
import type { ConfiguredProvider, FurtherKey } from '../../providers/configured-provider.ts';
import { createUpstream } from '../../providers/upstream.ts';
import { askDirectly } from './check-upstream.ts';

const NAME = 'Further keys';

interface Refused {
  readonly variable: string;
  readonly why: string;
}

/** @returns undefined where the provider takes the key */
const whyRefused = async (
  provider: ConfiguredProvider,
  { value }: FurtherKey,
  config: GatewayConfig,
): Promise<string | undefined> => {
  const upstream = createUpstream({ ...provider, apiKey: value });
  return askDirectly(upstream, provider.spec.modelList, config).then(
    ({ status }) => (status === 401 || status === 403 ? `it answered ${status}` : undefined),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
};

/** Asks each provider for its list with each of its keys beside the first: the others would hide one that fails. */
export const checkProviderKeys = async (config: GatewayConfig): Promise<readonly Step[]> => {
  const all = config.providers.flatMap((provider) =>
    (provider.moreKeys ?? []).map((key) => ({ provider, key })),
  );
  if (all.length === 0) return [];
  const checked = await Promise.all(
    all.map(async ({ provider, key }): Promise<Refused[]> => {
      const why = await whyRefused(provider, key, config);
      return why === undefined ? [] : [{ variable: key.variable, why }];
    }),
  );
  const refused = checked.flat();
  if (refused.length === 0) {
    const names = all.map(({ key }) => key.variable).join(', ');
    return [{ name: NAME, state: 'ok', message: `${names}: accepted by their providers` }];
  }
  return [
    {
      name: NAME,
      state: 'warning',
      message: refused.map(({ variable, why }) => `${variable}: ${why}`).join('; '),
      remedy: 'Replace these keys, or unset their variables; until then their sessions go to the other keys.',
    },
  ];
};
