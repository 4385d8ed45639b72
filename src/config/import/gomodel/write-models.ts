import { isObject, type JsonObject } from '../../../base/json-object.ts';
import type { Path } from '../../file/parse-yaml.ts';
import { isOff, numberOf } from '../scalars.ts';
import type { TakenTree } from '../taken-tree.ts';

const STRATEGIES = ['round_robin', 'cost', 'failover'];

const nonEmpty = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

const targetAt = (tree: TakenTree, path: Path): JsonObject | undefined => {
  const plain = nonEmpty(tree.look(...path));
  if (plain !== undefined) {
    tree.take(...path);
    return { model: plain };
  }
  const model = nonEmpty(tree.take(...path, 'model'));
  const provider = nonEmpty(tree.take(...path, 'provider'));
  const weight = numberOf(tree.take(...path, 'weight'));
  if (model === undefined) return undefined;
  return { model: provider === undefined ? model : `${provider}/${model}`, ...(weight && { weight }) };
};

const strategyAt = (tree: TakenTree, path: Path): string | undefined => {
  const strategy = nonEmpty(tree.take(...path));
  if (strategy === undefined || STRATEGIES.includes(strategy)) return strategy;
  tree.remark(path, 'this strategy is not known here: by weight (round_robin) is taken');
  return undefined;
};

const virtualModelAt = (tree: TakenTree, path: Path): JsonObject | undefined => {
  const source = nonEmpty(tree.take(...path, 'source'));
  if (isOff(tree.take(...path, 'enabled'))) {
    tree.remark(path, 'it is turned off, and left out');
    tree.take(...path);
    return undefined;
  }
  tree.take(...path, 'description');
  const list = tree.look(...path, 'targets');
  const target = nonEmpty(tree.take(...path, 'target'));
  const targets = Array.isArray(list)
    ? list.flatMap((_entry, index) => targetAt(tree, [...path, 'targets', index]) ?? [])
    : [];
  const strategy = strategyAt(tree, [...path, 'strategy']);
  if (source === undefined || (target === undefined && targets.length === 0)) {
    tree.remark(path, 'it leads to no model: who may use what is said by keys (`gomodel-ts keys`)');
    tree.take(...path);
    return undefined;
  }
  return target === undefined ? { source, ...(strategy && { strategy }), targets } : { source, target };
};

/** The section `virtual_models`, which both have alike, and what older files say of failover. */
export const writeModels = (
  tree: TakenTree,
): { virtual_models: readonly JsonObject[]; aliases: JsonObject } => {
  const list = tree.look('virtual_models');
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  const models = entries
    .map((_entry, index) => virtualModelAt(tree, ['virtual_models', index]))
    .filter((model) => model !== undefined);
  const rules = tree.take('failover', 'rules');
  const aliases = isObject(rules)
    ? Object.entries(rules).flatMap(([model, names]) => {
        const fallbacks = Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
        return fallbacks.length > 0 ? [[model, { model, fallbacks }] as const] : [];
      })
    : [];
  return { virtual_models: models, aliases: Object.fromEntries(aliases) };
};
