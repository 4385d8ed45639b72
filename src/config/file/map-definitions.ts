import type { JsonObject } from '../../base/json-object.ts';
import type { Definition } from '../providers/definition.ts';
import type { FileShape } from './file-schema.ts';
import type { Locate, Path } from './parse-yaml.ts';

interface Entry {
  readonly scope: string;
  readonly perChild?: boolean | undefined;
  readonly path: Path;
}

/** The entries of `user_paths`, `labels` and `keys`, which budgets and limits have alike. */
const named = <Item extends object>(
  section: string,
  {
    user_paths: paths = [],
    labels = [],
    keys = [],
  }: {
    readonly user_paths?: readonly (Item & { path: string; per_child?: boolean | undefined })[] | undefined;
    readonly labels?: readonly (Item & { label: string })[] | undefined;
    readonly keys?: readonly (Item & { key: string })[] | undefined;
  },
): ReadonlyArray<Entry & { readonly item: Item }> => [
  ...paths.map((item, index) => ({
    item,
    scope: item.path,
    perChild: item.per_child,
    path: [section, 'user_paths', index],
  })),
  ...labels.map((item, index) => ({
    item,
    scope: `label:${item.label}`,
    path: [section, 'labels', index],
  })),
  ...keys.map((item, index) => ({ item, scope: `key:${item.key}`, path: [section, 'keys', index] })),
];

const fieldsOf = ({ scope, perChild }: Entry, rest: JsonObject): JsonObject => ({
  scope,
  ...(perChild && { per_child: true }),
  ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
});

interface Limits {
  readonly limits: readonly JsonObject[];
}

export const mapBudgets = ({ budgets = {} }: FileShape, locate: Locate): readonly Definition[] => {
  const each = (['sessions', 'runs'] as const).flatMap((kind) => {
    const item = budgets[kind];
    return item ? [{ item, scope: `${kind.slice(0, -1)}:*`, path: ['budgets', kind] as Path }] : [];
  });
  return [...named<Limits>('budgets', budgets), ...each].flatMap((entry) =>
    entry.item.limits.map((limit, index) => ({
      origin: locate([...entry.path, 'limits', index]),
      source: 'file' as const,
      fields: fieldsOf(entry, limit),
    })),
  );
};

const RATES = ['rpm', 'rph', 'rpd', 'tpm', 'tph', 'tpd', 'concurrent'] as const;

type Rates = Partial<Record<(typeof RATES)[number], string | number | undefined>>;

const ratesOf = (item: Rates): JsonObject => Object.fromEntries(RATES.map((name) => [name, item[name]]));

export const mapRateLimits = (
  { rate_limits: limits = {} }: FileShape,
  locate: Locate,
): readonly Definition[] => {
  const providers = (limits.providers ?? []).map((item, index) => ({
    item,
    scope: `provider:${item.provider}${item.model === undefined ? '' : `/${item.model}`}`,
    path: ['rate_limits', 'providers', index] as Path,
  }));
  const models = (limits.models ?? []).map((item, index) => ({
    item,
    scope: `model:${item.model}`,
    path: ['rate_limits', 'models', index] as Path,
  }));
  return [...named<Rates>('rate_limits', limits), ...providers, ...models].map((entry) => ({
    origin: locate(entry.path),
    source: 'file' as const,
    fields: fieldsOf(entry, ratesOf(entry.item)),
  }));
};

/** What each group may do; the first that a person has decides. */
export const mapGroups = ({ oidc = {} }: FileShape, locate: Locate): readonly Definition[] =>
  (oidc.groups ?? []).map((item, index) => ({
    origin: locate(['oidc', 'groups', index]),
    source: 'file' as const,
    fields: Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)),
  }));
