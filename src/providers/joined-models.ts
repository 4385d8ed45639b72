import type { ConfiguredProvider } from './configured-provider.ts';
import type { ModelLists } from './lists/model-lists.ts';
import type { ListedModel } from './provider-spec.ts';
import { isPattern, type Routing, routeModel } from './route-model.ts';

/** A model that clients can ask for. */
export interface JoinedModel extends Omit<ListedModel, 'id'> {
  /** The shortest name that leads to it: its own, `provider/model` where that leads elsewhere, or an alias. */
  readonly name: string;
  readonly provider: string;
  /** As the provider names it. */
  readonly upstreamModel: string;
  readonly isAlias: boolean;
  /** The user named it: in the file, or in `<P>_MODELS`. */
  readonly isConfigured: boolean;
  /** True if the provider speaks Responses itself. */
  readonly isNative: boolean;
}

/** @returns tokens; undefined if nobody knows */
export type FindContextWindow = (provider: ConfiguredProvider, model: string) => number | undefined;

export interface JoinModelsInput {
  readonly providers: readonly ConfiguredProvider[];
  readonly lists: Pick<ModelLists, 'modelsOf'>;
  readonly routing: Routing;
  /** Asked where neither the provider nor the configuration says it. */
  readonly findContextWindow: FindContextWindow;
}

type Facts = Omit<JoinedModel, 'name' | 'isAlias'>;

const isNative = ({ native, spec }: ConfiguredProvider): boolean =>
  (native ?? spec.native).includes('responses');

/** All models that can be asked for: aliases first, then each provider's, in the order of the providers. */
export const joinModels = (input: JoinModelsInput): readonly JoinedModel[] => {
  const { providers, lists, routing, findContextWindow } = input;
  const byId = new Map(providers.map((provider) => [provider.id, provider]));

  const factsOf = (provider: ConfiguredProvider, { id, ...said }: ListedModel): Facts => {
    const contextWindow = said.contextWindow ?? findContextWindow(provider, id);
    return {
      ...said,
      ...(contextWindow !== undefined && { contextWindow }),
      provider: provider.id,
      upstreamModel: id,
      isConfigured: provider.models.some((model) => model.id === id),
      isNative: isNative(provider),
    };
  };

  const aliases = [...routing.aliases.keys()].flatMap((name): JoinedModel[] => {
    if (isPattern(name)) return [];
    const { provider: id, upstreamModel } = routeModel(name, routing);
    const provider = byId.get(id);
    if (!provider || upstreamModel === undefined) return [];
    const listed = lists.modelsOf(id).find((model) => model.id === upstreamModel) ?? { id: upstreamModel };
    return [{ ...factsOf(provider, listed), name, isAlias: true }];
  });
  const names = new Set(aliases.map(({ name }) => name));

  const listed = providers.flatMap((provider) =>
    lists.modelsOf(provider.id).flatMap((model): JoinedModel[] => {
      const { provider: leadsTo, upstreamModel } = routeModel(model.id, routing);
      const isOwn = leadsTo === provider.id && upstreamModel === model.id && !names.has(model.id);
      const name = isOwn ? model.id : `${provider.id}/${model.id}`;
      return [{ ...factsOf(provider, model), name, isAlias: false }];
    }),
  );
  return [...aliases, ...listed];
};

/** A list as `GET /v1/models` gives it to plain clients; what OpenAI's form lacks stands beside it. */
export interface OpenAiList {
  readonly object: 'list';
  readonly data: ReadonlyArray<{
    readonly id: string;
    readonly object: 'model';
    /** Unix seconds; 0, since not every provider says it. */
    readonly created: number;
    readonly owned_by: string;
    readonly context_window?: number;
    readonly max_output_tokens?: number;
    readonly input_modalities?: readonly string[];
  }>;
}

/** @see https://platform.openai.com/docs/api-reference/models/list */
export const toOpenAiList = (models: readonly JoinedModel[]): OpenAiList => ({
  object: 'list',
  data: models.map(({ name, provider, contextWindow, maxOutputTokens, inputModalities }) => ({
    id: name,
    object: 'model',
    created: 0,
    owned_by: provider,
    ...(contextWindow !== undefined && { context_window: contextWindow }),
    ...(maxOutputTokens !== undefined && { max_output_tokens: maxOutputTokens }),
    ...(inputModalities && { input_modalities: inputModalities }),
  })),
});
