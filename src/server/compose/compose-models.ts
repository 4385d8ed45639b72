import type { Agent } from 'node:http';
import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { createAgent } from '../../forward/send/create-agent.ts';
import { loadCosts } from '../../providers/balance/load-costs.ts';
import { DEMO_MODEL } from '../../providers/demo/compose-answer.ts';
import type { JoinedModel } from '../../providers/joined-models.ts';
import { createFetchList } from '../../providers/lists/fetch-list.ts';
import { createModelLists } from '../../providers/lists/model-lists.ts';
import { createListFile } from '../../providers/lists/saved-lists.ts';
import { inOrderOfPreference } from '../../providers/order-providers.ts';
import type { Routing, WeightedTarget } from '../../providers/route-model.ts';
import { createServedModels } from '../../providers/served-models.ts';
import { ownProxyOf } from '../../providers/upstream.ts';
import type { ModelFacts } from '../../translate/translation.ts';

/** For how long who asks for the list waits for providers that were never asked before. */
const FIRST_LISTS_MS = 5_000;

/** What the gateway knows of models: from the configuration, and from the providers' own lists. */
export interface Models {
  readonly routing: Routing;
  /** Absent where the one provider's own list says it all. */
  readonly listModels: (() => Promise<readonly JoinedModel[]>) | undefined;
  /** The same, also where that one's own list says it all: asks for it the first time. */
  readonly listOwn: () => Promise<readonly JoinedModel[]>;
  /** What is known of a model. @param model as its provider names it */
  readonly factsOf: (provider: string, model: string) => ModelFacts;
  /** What a typical request costs at a target; unknown unless a name goes by cost. */
  readonly costOf: (target: WeightedTarget) => number | undefined;
  close(): Promise<void>;
}

/** Nobody needs to ask a single provider that speaks Responses, and gets every request as it is. */
const isEnough = ({ providers, aliases, keepsOnlyAliases }: GatewayConfig): boolean =>
  providers.length === 1 &&
  !keepsOnlyAliases &&
  aliases.size === 0 &&
  providers.every(({ native, spec }) => (native ?? spec.native).includes('responses'));

/** Reads the lists of an earlier run, and asks for newer ones in the background. */
export const composeModels = async (config: GatewayConfig, clock: Clock): Promise<Models> => {
  const { providers, defaultProvider, proxies, dataDir } = config;
  const agents = new Map<string, Agent>();
  const lists = createModelLists({
    providers: inOrderOfPreference(providers, defaultProvider),
    fetchList: createFetchList((provider) => {
      const { id, baseUrl } = provider;
      const agent = agents.get(id) ?? createAgent(baseUrl, proxies, ownProxyOf(provider).proxy);
      agents.set(id, agent);
      return agent;
    }),
    clock,
    ...createListFile(dataDir),
  });
  const isByCost = [...config.aliases.values()].some(({ strategy }) => strategy === 'cost');
  const costOf = isByCost ? await loadCosts(providers) : () => undefined;
  const served = createServedModels({ ...config, lists });
  const isAlone = isEnough(config);
  const asks = !isAlone && config.modelLists;
  let started: Promise<void> | undefined = asks ? lists.start() : undefined;
  await started;
  return {
    routing: served.routing,
    factsOf: served.factsOf,
    costOf,
    listModels: isAlone
      ? undefined
      : async () => {
          if (asks) await lists.settled(FIRST_LISTS_MS);
          return served.all();
        },
    listOwn: async () => {
      started ??= lists.start();
      await started;
      await lists.settled(FIRST_LISTS_MS);
      return served.all();
    },
    close: () => {
      for (const agent of agents.values()) agent.destroy();
      return lists.close();
    },
  };
};

/** The demo has one model under every name. */
export const composeDemoModels = (provider: string): Models => ({
  routing: {
    providers: new Set([provider]),
    aliases: new Map(),
    defaultProvider: provider,
    listedBy: () => undefined,
  },
  factsOf: () => ({}),
  costOf: () => undefined,
  listModels: undefined,
  listOwn: async () => [
    {
      ...{ name: DEMO_MODEL, provider, upstreamModel: DEMO_MODEL },
      ...{ isAlias: false, isConfigured: false, isNative: true },
    },
  ],
  close: async () => {},
});
