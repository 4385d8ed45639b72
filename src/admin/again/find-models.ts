import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { LogReader } from '../../log/port.ts';
import { createModelLists } from '../../providers/lists/model-lists.ts';
import { createListFile } from '../../providers/lists/saved-lists.ts';
import { inOrderOfPreference } from '../../providers/order-providers.ts';
import { routeModel } from '../../providers/route-model.ts';
import { createServedModels } from '../../providers/served-models.ts';
import type { Upstream } from '../../providers/upstream.ts';
import type { LeadsTo } from './estimate-again.ts';

export interface FindModelsDeps {
  readonly config: GatewayConfig;
  readonly clock: Clock;
  readonly log: LogReader;
  readonly upstreams: readonly Upstream[];
}

/** What can be asked for here, and where it leads. */
export interface KnownModels {
  readonly names: readonly string[];
  leadsTo(model: string): LeadsTo;
}

const RECENT_MS = 30 * 86_400_000;
const MAX_NAMES = 500;

/** By the configuration, the lists that were saved last, and the log: no provider is asked for it. */
export const findModels = async (deps: FindModelsDeps): Promise<KnownModels> => {
  const { config, clock, log, upstreams } = deps;
  const isDemo = upstreams[0]?.name === 'demo';
  const lists = createModelLists({
    providers: inOrderOfPreference(config.providers, config.defaultProvider),
    fetchList: async () => [],
    clock,
    ...createListFile(config.dataDir),
  });
  const served = createServedModels({ ...config, lists });
  const span = { fromMs: clock.now() - RECENT_MS, toMs: Number.POSITIVE_INFINITY };
  const [used] = await Promise.all([log.sums({ span, filter: {} }, ['requestedModel'], 'UTC'), lists.load()]);
  const asked = used
    .toSorted((one, other) => other.requests - one.requests)
    .flatMap(({ group: [name] }) => (name === undefined ? [] : [name]));
  const listed = isDemo ? [] : (await served.all()).map(({ name }) => name);
  return {
    names: [...new Set([...asked, ...listed])].slice(0, MAX_NAMES),
    leadsTo: (model) =>
      isDemo ? { provider: 'demo', upstreamModel: model } : routeModel(model, served.routing),
  };
};
