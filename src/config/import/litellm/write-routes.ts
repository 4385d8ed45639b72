import { isObject, type JsonObject } from '../../../base/json-object.ts';
import type { Path } from '../../file/parse-yaml.ts';
import { numberOf } from '../scalars.ts';
import type { TakenTree } from '../taken-tree.ts';
import type { NamedProviders } from './name-providers.ts';
import type { Deployment } from './read-deployments.ts';
import { textOf } from './values.ts';

interface Target {
  readonly deployment: Deployment;
  /** `provider/model` */
  readonly model: string;
}

interface Alias {
  targets?: readonly JsonObject[];
  model?: string;
  strategy?: string;
  fallbacks?: string[];
}

export interface Routes {
  readonly aliases: JsonObject;
  readonly defaultProvider: string | undefined;
  readonly limits: readonly JsonObject[];
  /** Of each provider: `models`. */
  readonly models: ReadonlyMap<string, readonly JsonObject[]>;
}

const STRATEGIES: Readonly<Record<string, string>> = {
  'simple-shuffle': 'round_robin',
  'latency-based-routing': 'latency',
  'cost-based-routing': 'cost',
};

const readStrategy = (tree: TakenTree): string => {
  const path: Path = ['router_settings', 'routing_strategy'];
  const given = tree.take(...path);
  if (given === undefined || given === null) return 'round_robin';
  const known = Object.hasOwn(STRATEGIES, String(given)) ? STRATEGIES[String(given)] : undefined;
  if (known === undefined) {
    tree.remark(
      path,
      'this strategy is not known here: by weight (round_robin) is taken. A target that fails or is saturated is skipped in any case',
    );
  }
  return known ?? 'round_robin';
};

/** Shares: as given, else by the requests or the tokens that each target may have. */
const weightsOf = (targets: readonly Target[]): readonly (number | undefined)[] => {
  const by = (pick: (one: Deployment) => number | undefined) =>
    targets.map(({ deployment }) => pick(deployment));
  const own = by(({ weight }) => weight);
  if (own.some((weight) => weight !== undefined)) return own;
  for (const pick of [({ limits }: Deployment) => limits.rpm, ({ limits }: Deployment) => limits.tpm]) {
    const all = by(pick);
    if (all.every((weight) => weight !== undefined && weight > 0)) return all;
  }
  return own;
};

const MAX_WEIGHT = 1_000_000;

const aliasOf = (targets: readonly Target[], strategy: string): Alias => {
  const [first] = targets;
  if (targets.length === 1 && first) return { model: first.model };
  const isOrdered = targets.every(({ deployment }) => deployment.order !== undefined);
  const sorted = isOrdered
    ? targets.toSorted((one, other) => (one.deployment.order ?? 0) - (other.deployment.order ?? 0))
    : targets;
  const weights = weightsOf(sorted);
  const chosen = isOrdered ? 'failover' : strategy;
  return {
    ...(chosen !== 'round_robin' && { strategy: chosen }),
    targets: sorted.map(({ model }, place) => {
      const weight = weights[place];
      return weight === undefined || weight === 0 || isOrdered
        ? { model }
        : { model, weight: Math.min(weight, MAX_WEIGHT) };
    }),
  };
};

const addFallbacks = (tree: TakenTree, aliases: Map<string, Alias>): void => {
  const namesIn = (list: unknown, path: Path): string[] =>
    Array.isArray(list)
      ? list.flatMap((entry, index) => {
          const name = textOf(entry);
          if (name === undefined) tree.remark([...path, index], 'only the names of models are carried over');
          return name ?? [];
        })
      : [];
  const add = (group: string, names: readonly string[], path: Path): void => {
    const alias = aliases.get(group);
    if (alias === undefined) tree.remark(path, `${group} is no model_name of the file`);
    else
      alias.fallbacks = [...new Set([...(alias.fallbacks ?? []), ...names.filter((name) => name !== group)])];
  };
  for (const section of ['router_settings', 'litellm_settings']) {
    const path: Path = [section, 'fallbacks'];
    const given = tree.take(...path);
    for (const [index, entry] of Array.isArray(given) ? given.entries() : []) {
      for (const [group, list] of isObject(entry) ? Object.entries(entry) : []) {
        const here = [...path, index, group];
        const names = namesIn(list, here);
        if (group === '*') for (const name of aliases.keys()) add(name, names, here);
        else add(group, names, here);
      }
    }
    const general = namesIn(tree.take(section, 'default_fallbacks'), [section, 'default_fallbacks']);
    if (general.length > 0) {
      for (const [name, { fallbacks }] of aliases) {
        if (fallbacks === undefined) add(name, general, [section, 'default_fallbacks']);
      }
    }
  }
};

const addGroupAliases = (tree: TakenTree, aliases: Map<string, Alias>): void => {
  const path: Path = ['router_settings', 'model_group_alias'];
  const given = tree.take(...path);
  for (const [name, value] of isObject(given) ? Object.entries(given) : []) {
    const model = textOf(isObject(value) ? value.model : value);
    if (isObject(value) && value.hidden === true)
      tree.remark([...path, name], 'it is shown in the list of models');
    if (model === undefined) tree.remark([...path, name], 'it names no model');
    else aliases.set(name, { model });
  }
};

const factsOf = ({ model, facts }: Deployment): JsonObject => {
  const context = numberOf(facts.max_input_tokens);
  const output = numberOf(facts.max_output_tokens) ?? numberOf(facts.max_tokens);
  return {
    id: model,
    ...(context && { context_window: Math.floor(context) }),
    ...(output && { max_output_tokens: Math.floor(output) }),
    ...(typeof facts.supports_vision === 'boolean' && {
      modalities: facts.supports_vision ? ['text', 'image'] : ['text'],
    }),
  };
};

/** What must be said of a provider's models: nothing, where it lists them itself and nothing is known beside. */
const LISTS_NONE = new Set(['azure', 'vertex', 'bedrock', 'compatible']);

const written = ({ targets, model, strategy, fallbacks }: Alias): unknown => {
  if (targets === undefined && fallbacks === undefined) return model;
  return {
    ...(targets === undefined ? { model } : { ...(strategy && { strategy }), targets }),
    ...(fallbacks && { fallbacks }),
  };
};

export const writeRoutes = (
  deployments: readonly Deployment[],
  providers: NamedProviders,
  tree: TakenTree,
): Routes => {
  const groups = new Map<string, Target[]>();
  const models = new Map<string, Map<string, JsonObject>>();
  const limits = new Map<string, JsonObject>();
  let defaultProvider: string | undefined;
  const strategy = readStrategy(tree);

  for (const deployment of deployments) {
    const id = providers.idOf(deployment);
    if (id === undefined) continue;
    const { name, model, path } = deployment;
    if (model.includes('*')) {
      if (name === '*' && deployment.provider !== '*') defaultProvider ??= id;
      else if (name !== `${id}/${model}` && name !== '*') {
        tree.remark([...path, 'model_name'], `a pattern is not rewritten here: ask for ${id}/MODEL`);
      }
      continue;
    }
    const target = `${id}/${model}`;
    const others = groups.get(name) ?? [];
    groups.set(
      name,
      others.some((one) => one.model === target) ? others : [...others, { deployment, model: target }],
    );
    const { rpm, tpm, concurrent } = deployment.limits;
    if ((rpm || tpm || concurrent) && !limits.has(target)) {
      limits.set(target, {
        provider: id,
        model,
        ...(rpm && { rpm }),
        ...(tpm && { tpm }),
        ...(concurrent && { concurrent }),
      });
    }
    const facts = factsOf(deployment);
    const type = providers.section[id]?.type ?? id;
    if (LISTS_NONE.has(String(type)) || Object.keys(facts).length > 1) {
      models.set(id, (models.get(id) ?? new Map()).set(model, facts));
    }
  }

  const aliases = new Map<string, Alias>();
  for (const [name, targets] of groups) {
    const [first] = targets;
    const prefix = name.slice(0, name.indexOf('/'));
    // The name of a provider wins over an alias, which so may be said only where both mean the same.
    if (targets.length === 1 && first?.model === name) continue;
    if (Object.hasOwn(providers.section, prefix)) {
      tree.remark(
        [...(first?.deployment.path ?? []), 'model_name'],
        `names that begin with ${prefix}/ go to that provider as they are: call it otherwise`,
      );
      continue;
    }
    aliases.set(name, aliasOf(targets, strategy));
  }
  addGroupAliases(tree, aliases);
  addFallbacks(tree, aliases);
  return {
    aliases: Object.fromEntries([...aliases].map(([name, alias]) => [name, written(alias)])),
    defaultProvider,
    limits: [...limits.values()],
    models: new Map([...models].map(([id, all]) => [id, [...all.values()]])),
  };
};
