import { compileWildcard } from '../base/match-wildcard.ts';
import type { Effort } from '../translate/ask.ts';

/** Which rule led a request to its provider, the strongest first. */
export type RouteReason = 'prefix' | 'alias' | 'listed' | 'stored' | 'default';

/** A model at a provider. */
export interface RouteTarget {
  /** The `id` of a configured provider, which is the `name` of its upstream. */
  readonly provider: string;
  /** The provider's name of the model; undefined if the request names none. */
  readonly upstreamModel: string | undefined;
}

export interface Route extends RouteTarget {
  readonly why: RouteReason;
  /** In place of what the client asked for. */
  readonly effort?: Effort;
  /** Where to go on, in this order, when the first one fails before its first byte. */
  readonly fallbacks: readonly RouteTarget[];
  /** Where the name stands for several targets: the first of them is the one above. */
  readonly balanced?: Balanced;
}

export interface WeightedTarget extends RouteTarget {
  /** Above 0: its share of the requests against the others'. */
  readonly weight: number;
}

/** `failover`: in their order, the next where one fails. */
export type BalanceStrategy = 'round_robin' | 'cost' | 'latency' | 'failover';

/** A name that stands for several targets. */
export interface Balanced {
  readonly alias: string;
  readonly strategy: BalanceStrategy;
  readonly targets: readonly WeightedTarget[];
}

/** A name of the user's own for a model, or with `*` for all of a form. `model` and `fallbacks` are routed as a client's would be. */
export interface ModelAlias {
  readonly model: string;
  readonly effort?: Effort;
  readonly fallbacks: readonly string[];
  /** In place of `model`, which is the first of them. */
  readonly targets?: readonly AliasTarget[];
  readonly strategy?: BalanceStrategy;
}

interface AliasTarget {
  readonly model: string;
  readonly weight: number;
}

export interface Routing {
  /** The ids of all configured providers. */
  readonly providers: ReadonlySet<string>;
  readonly aliases: ReadonlyMap<string, ModelAlias>;
  readonly defaultProvider: string;
  /** The provider that lists exactly this id, or is configured to have it; the first one where several do. */
  readonly listedBy: (model: string) => string | undefined;
}

interface FoundAlias {
  /** As it is configured: a pattern's own, whichever model was asked for. */
  readonly name: string;
  readonly alias: ModelAlias;
}

interface AliasPattern extends FoundAlias {
  readonly matches: (model: string) => boolean;
}

const patterns = new WeakMap<Routing['aliases'], readonly AliasPattern[]>();

/** Names with `*`, the longest first. */
const patternsOf = (aliases: Routing['aliases']): readonly AliasPattern[] => {
  const known = patterns.get(aliases);
  if (known) return known;
  const found = [...aliases]
    .filter(([name]) => isPattern(name))
    .toSorted(([one], [other]) => other.length - one.length)
    .map(([name, alias]) => ({ matches: compileWildcard(name), name, alias }));
  patterns.set(aliases, found);
  return found;
};

/** Whether an alias is a pattern, such as `claude-*`. */
export const isPattern = (name: string): boolean => name.includes('*');

const findAlias = (model: string, { aliases }: Routing): FoundAlias | undefined => {
  const alias = aliases.get(model);
  return alias ? { name: model, alias } : patternsOf(aliases).find(({ matches }) => matches(model));
};

/** `provider/model` where `provider` is configured: `openai/gpt-5` at OpenRouter is a model's own name. */
const routeByPrefix = (model: string, { providers }: Routing): RouteTarget | undefined => {
  const slash = model.indexOf('/');
  const provider = model.slice(0, slash);
  if (slash <= 0 || slash === model.length - 1 || !providers.has(provider)) return undefined;
  return { provider, upstreamModel: model.slice(slash + 1) };
};

const routeByList = (model: string, { listedBy, defaultProvider }: Routing): Route => {
  const provider = listedBy(model);
  return {
    provider: provider ?? defaultProvider,
    upstreamModel: model,
    why: provider === undefined ? 'default' : 'listed',
    fallbacks: [],
  };
};

/** An alias may name another one; a circle ends with the name as it is. */
const routeAlias = ({ name, alias }: FoundAlias, routing: Routing, seen: ReadonlySet<string>): Route => {
  const { provider, upstreamModel, effort, fallbacks, balanced } = route(alias.model, routing, seen);
  const own = alias.fallbacks.map((name) => {
    const target = route(name, routing, seen);
    return { provider: target.provider, upstreamModel: target.upstreamModel };
  });
  const chosen = alias.effort ?? effort;
  const targets = alias.targets?.flatMap((target) => routeTarget(target, routing, seen)) ?? [];
  return {
    provider,
    upstreamModel,
    why: 'alias',
    ...(chosen && { effort: chosen }),
    fallbacks: [...fallbacks, ...own],
    ...(targets.length > 1
      ? { balanced: { alias: name, strategy: alias.strategy ?? 'round_robin', targets } }
      : alias.targets === undefined && balanced && { balanced }),
  };
};

/** A target that stands for several itself shares its weight out among them. */
const routeTarget = (
  { model, weight }: AliasTarget,
  routing: Routing,
  seen: ReadonlySet<string>,
): WeightedTarget[] => {
  const { provider, upstreamModel, balanced } = route(model, routing, seen);
  if (!balanced) return [{ provider, upstreamModel, weight }];
  const total = balanced.targets.reduce((sum, target) => sum + target.weight, 0);
  return balanced.targets.map((target) => ({ ...target, weight: (weight * target.weight) / total }));
};

const route = (model: string, routing: Routing, seen: ReadonlySet<string>): Route => {
  const prefixed = routeByPrefix(model, routing);
  if (prefixed) return { ...prefixed, why: 'prefix', fallbacks: [] };
  const found = seen.has(model) ? undefined : findAlias(model, routing);
  return found ? routeAlias(found, routing, new Set([...seen, model])) : routeByList(model, routing);
};

/**
 * Where a request goes, by the model that it names. In this order: a prefix that is the id of a configured
 * provider, an alias, the provider whose list has exactly this id, the default provider with the name as it
 * is: whether it knows the model is for it to say.
 * @param model as the client wrote it; undefined if the request names none
 */
export const routeModel = (model: string | undefined, routing: Routing): Route =>
  model === undefined
    ? { provider: routing.defaultProvider, upstreamModel: undefined, why: 'default', fallbacks: [] }
    : route(model, routing, new Set());
