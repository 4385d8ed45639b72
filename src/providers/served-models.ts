import type { ConfiguredProvider } from './configured-provider.ts';
import { type JoinedModel, joinModels } from './joined-models.ts';
import type { ModelLists } from './lists/model-lists.ts';
import { loadContextWindows } from './price-list.ts';
import type { ListedModel } from './provider-spec.ts';
import type { ModelAlias, Routing } from './route-model.ts';

export interface ServedModelsDeps {
  readonly providers: readonly ConfiguredProvider[];
  readonly defaultProvider: string;
  readonly aliases: ReadonlyMap<string, ModelAlias>;
  /** The list has aliases alone. */
  readonly keepsOnlyAliases: boolean;
  readonly lists: Pick<ModelLists, 'listedBy' | 'modelsOf'>;
}

/** What can be asked for, and where it leads, by what the lists say at the moment. */
export interface ServedModels {
  readonly routing: Routing;
  /** All models with their known facts. The first call loads the price list. */
  all(): Promise<readonly JoinedModel[]>;
  /** What a provider or the configuration says of a model. @param model as its provider names it */
  factsOf(provider: string, model: string): ListedModel;
}

export const createServedModels = (deps: ServedModelsDeps): ServedModels => {
  const { providers, defaultProvider, aliases, lists, keepsOnlyAliases } = deps;
  const routing: Routing = {
    providers: new Set(providers.map(({ id }) => id)),
    aliases,
    defaultProvider,
    listedBy: lists.listedBy,
  };
  let windows: ReturnType<typeof loadContextWindows> | undefined;
  return {
    routing,
    all: async () => {
      windows ??= loadContextWindows();
      const all = joinModels({ providers, lists, routing, findContextWindow: await windows });
      return keepsOnlyAliases ? all.filter(({ isAlias }) => isAlias) : all;
    },
    factsOf: (provider, model) => lists.modelsOf(provider).find(({ id }) => id === model) ?? { id: model },
  };
};
