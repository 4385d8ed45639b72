import { isObject, type JsonObject } from '../../../base/json-object.ts';
import type { Path } from '../../file/parse-yaml.ts';
import { isOff, isOn, numberOf } from '../scalars.ts';
import type { TakenTree } from '../taken-tree.ts';

const PERIODS: Readonly<Record<string, string>> = { minute: 'm', hour: 'h', day: 'd' };
const SECONDS: Readonly<Record<number, string>> = { 60: 'm', 3600: 'h', 86400: 'd' };

const letterOf = (limit: JsonObject): string | undefined =>
  SECONDS[numberOf(limit.period_seconds) ?? 0] ?? PERIODS[String(limit.period)];

/** `rpm`, `tpd` and so on of a list of periods. */
const ratesAt = (tree: TakenTree, path: Path): JsonObject => {
  const given = tree.take(...path);
  const rates: Record<string, number> = {};
  for (const [index, limit] of Array.isArray(given) ? given.entries() : []) {
    if (!isObject(limit)) continue;
    const requests = numberOf(limit.max_requests);
    const tokens = numberOf(limit.max_tokens);
    const letter = letterOf(limit);
    if (limit.period === 'concurrent' && requests) rates.concurrent = requests;
    else if (letter === undefined) {
      tree.remark([...path, index], 'only minutes, hours and days are periods of a rate limit here');
    } else {
      if (requests) rates[`rp${letter}`] = requests;
      if (tokens) rates[`tp${letter}`] = tokens;
    }
  }
  return rates;
};

const entriesOf = (tree: TakenTree, section: string, kind: string): readonly Path[] => {
  const list = tree.look(section, kind);
  return Array.isArray(list) ? list.map((_entry, index) => [section, kind, index]) : [];
};

const textAt = (tree: TakenTree, ...path: PropertyKey[]): string | undefined => {
  const value = tree.take(...path);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
};

const perChild = (tree: TakenTree, path: Path): JsonObject =>
  isOn(tree.take(...path, 'per_child')) ? { per_child: true } : {};

export const writeRateLimits = (tree: TakenTree): JsonObject => {
  if (isOff(tree.take('rate_limits', 'enabled'))) {
    tree.remark(['rate_limits', 'enabled'], 'the limits are turned off, and left out');
    tree.take('rate_limits');
    return {};
  }
  const named = (kind: string, name: string, into: string): JsonObject[] =>
    entriesOf(tree, 'rate_limits', kind).flatMap((path) => {
      const given = textAt(tree, ...path, name);
      const rates = ratesAt(tree, [...path, 'limits']);
      return given === undefined || Object.keys(rates).length === 0
        ? []
        : [{ [into]: given, ...perChild(tree, path), ...rates }];
    });
  const models = entriesOf(tree, 'rate_limits', 'models').flatMap((path) => {
    const model = textAt(tree, ...path, 'model') ?? '';
    const slash = model.indexOf('/');
    const rates = ratesAt(tree, [...path, 'limits']);
    if (slash > 0) return [{ provider: model.slice(0, slash), model: model.slice(slash + 1), ...rates }];
    tree.remark(
      [...path, 'model'],
      'a limit of a model names its provider here: rate_limits: { providers: [{ provider: …, model: … }] }',
    );
    return [];
  });
  return {
    user_paths: named('user_paths', 'path', 'path'),
    labels: named('labels', 'label', 'label'),
    providers: [...named('providers', 'name', 'provider'), ...models],
  };
};

const budgetLimits = (tree: TakenTree, path: Path): JsonObject[] => {
  const list = tree.look(...path);
  return (Array.isArray(list) ? list : []).flatMap((_limit, index) => {
    const at = [...path, index];
    const period = textAt(tree, ...at, 'period');
    const seconds = numberOf(tree.take(...at, 'period_seconds'));
    const amount = numberOf(tree.take(...at, 'amount'));
    if (amount === undefined) return [];
    return [{ ...(period === undefined ? { period_seconds: seconds } : { period }), amount }];
  });
};

export const writeBudgets = (tree: TakenTree): JsonObject => {
  if (isOff(tree.take('budgets', 'enabled'))) {
    tree.remark(['budgets', 'enabled'], 'the budgets are turned off, and left out');
    tree.take('budgets');
    return {};
  }
  const named = (kind: string, name: string): JsonObject[] =>
    entriesOf(tree, 'budgets', kind).flatMap((path) => {
      const given = textAt(tree, ...path, name);
      const limits = budgetLimits(tree, [...path, 'limits']);
      return given === undefined || limits.length === 0
        ? []
        : [{ [name]: given, ...perChild(tree, path), limits }];
    });
  return { user_paths: named('user_paths', 'path'), labels: named('labels', 'label') };
};
