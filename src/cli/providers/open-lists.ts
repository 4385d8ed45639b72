import type { Agent } from 'node:http';
import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { createAgent } from '../../forward/send/create-agent.ts';
import { createFetchList } from '../../providers/lists/fetch-list.ts';
import { createModelLists, type ModelLists } from '../../providers/lists/model-lists.ts';
import { createListFile } from '../../providers/lists/saved-lists.ts';
import { inOrderOfPreference } from '../../providers/order-providers.ts';
import { ownProxyOf } from '../../providers/upstream.ts';

/** The providers' lists as a gateway saved them; `refresh` asks for them anew. */
export const openLists = async (config: GatewayConfig, clock: Clock): Promise<ModelLists> => {
  const agents = new Map<string, Agent>();
  const fetchList = createFetchList((provider) => {
    const { id, baseUrl } = provider;
    const agent = agents.get(id) ?? createAgent(baseUrl, config.proxies, ownProxyOf(provider).proxy);
    agents.set(id, agent);
    return agent;
  });
  const lists = createModelLists({
    providers: inOrderOfPreference(config.providers, config.defaultProvider),
    fetchList,
    clock,
    ...createListFile(config.dataDir),
  });
  await lists.load();
  return {
    ...lists,
    close: () => {
      for (const agent of agents.values()) agent.destroy();
      return lists.close();
    },
  };
};
