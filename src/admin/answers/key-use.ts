import type { ExchangeEvent } from '../../log/port.ts';
import type { ConfiguredProvider } from '../../providers/configured-provider.ts';
import type { ProviderKeyUse } from '../api-types/gateway.ts';

/** What became of each key of providers that have several. Counted since the gateway started, over all workers. */
export interface KeyUse {
  /** @returns one entry a key, the first one first; undefined where the provider has one alone */
  of(provider: ConfiguredProvider): ProviderKeyUse[] | undefined;
}

interface Counts {
  requests: number;
  refused: number;
  lastStatus: number | undefined;
}

const keyOf = (provider: string, name: string): string => `${provider} ${name}`;

const stateOf = ({ lastStatus }: Counts): ProviderKeyUse['state'] => {
  if (lastStatus === undefined) return 'unknown';
  if (lastStatus === 401) return 'refused';
  return lastStatus === 429 ? 'limited' : 'ok';
};

export const createKeyUse = (subscribe: (listener: (event: ExchangeEvent) => void) => void): KeyUse => {
  const counts = new Map<string, Counts>();
  const countsOf = (provider: string, name: string): Counts =>
    counts.get(keyOf(provider, name)) ?? { requests: 0, refused: 0, lastStatus: undefined };

  subscribe(({ type, record }) => {
    const { provider, providerKey: name, status } = record;
    if (type !== 'close' || provider === undefined || name === undefined) return;
    const known = countsOf(provider, name);
    known.requests++;
    if (status === 401 || status === 429) known.refused++;
    known.lastStatus = status ?? known.lastStatus;
    counts.set(keyOf(provider, name), known);
  });

  return {
    of: ({ id, keyVariable, moreKeys = [] }) => {
      if (moreKeys.length === 0) return undefined;
      return [keyVariable, ...moreKeys.map(({ variable }) => variable)].map((name) => {
        const known = countsOf(id, name);
        const { requests, refused, lastStatus } = known;
        return {
          name,
          state: stateOf(known),
          requests,
          refused,
          ...(lastStatus !== undefined && { last_status: lastStatus }),
        };
      });
    },
  };
};
