import { isObject, type JsonObject } from '../../../base/json-object.ts';
import { ALL_SPECS } from '../../../providers/all-specs.ts';
import type { Path } from '../../file/parse-yaml.ts';
import { stemOf } from '../../providers/provider-fields.ts';
import { holdsPassword, isOff, numberOf } from '../scalars.ts';
import type { TakenTree } from '../taken-tree.ts';
import { GOMODEL_TYPES, type KnownType } from './gomodel-types.ts';

const REFERENCE = /^\$\{([A-Za-z_]\w*)(:-[^}]*)?\}$/;

const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
};

/**
 * A secret as our file says it: by its variable, without a default, which would be the secret itself.
 * @param variable that is to hold it, where it stands in the file
 */
export const secretOf = (tree: TakenTree, path: Path, variable: string): string | undefined => {
  const given = textOf(tree.take(...path));
  if (given === undefined) return undefined;
  const [, name, fallback = ''] = REFERENCE.exec(given) ?? [];
  if (name === undefined) {
    tree.remark(path, `it stands in the file and is not copied: set ${variable} to it`);
    return `\${${variable}}`;
  }
  if (fallback.length <= ':-'.length) return given;
  tree.remark(path, `its default stands in the file and is not copied: set ${name}`);
  return `\${${name}}`;
};

const kindOf = (id: string, type: string, baseUrl: string | undefined): KnownType | undefined => {
  const isElsewhere = baseUrl !== undefined && !/^https:\/\/api\.openai\.com(?:\/|$)/.test(baseUrl);
  // `lmstudio: { type: openai, base_url: … }` is LM Studio, which has a type of its own here.
  if (type === 'openai' && isElsewhere)
    return { type: ALL_SPECS.some((spec) => spec.id === id) ? id : 'compatible' };
  if (Object.hasOwn(GOMODEL_TYPES, type)) return GOMODEL_TYPES[type];
  return ALL_SPECS.some(({ id }) => id === type) ? { type } : undefined;
};

const modelOf = (tree: TakenTree, path: Path): unknown => {
  const entry = tree.look(...path);
  if (!isObject(entry)) return textOf(tree.take(...path));
  const id = textOf(tree.take(...path, 'id'));
  const context = numberOf(tree.take(...path, 'metadata', 'context_window'));
  const output = numberOf(tree.take(...path, 'metadata', 'max_output_tokens'));
  if (id === undefined || !(context || output)) return id;
  return {
    id,
    ...(context && { context_window: Math.floor(context) }),
    ...(output && { max_output_tokens: Math.floor(output) }),
  };
};

const addressOf = (tree: TakenTree, path: Path, type: string): string | undefined => {
  const given = textOf(tree.take(...path));
  if (given === undefined) return undefined;
  if (type.startsWith('bedrock') && !given.includes('://') && !given.includes('$')) {
    tree.remark(path, `a region is said by AWS_REGION: set it to ${given}`);
    return undefined;
  }
  if (!holdsPassword(given)) return given;
  tree.remark(path, 'a password stands in it: it is not copied');
  return undefined;
};

const PROVIDER_ID = /^[A-Za-z0-9][\w.-]*$/;

const writeProvider = (tree: TakenTree, id: string): JsonObject | undefined => {
  const at: Path = ['providers', id];
  const type = textOf(tree.take(...at, 'type')) ?? id;
  const baseUrl = addressOf(tree, [...at, 'base_url'], type);
  const known = kindOf(id, type, baseUrl);
  const address = baseUrl ?? known?.baseUrl;
  const isLost = known?.type === undefined || (known.type === 'compatible' && address === undefined);
  if (isLost || !PROVIDER_ID.test(id)) {
    tree.remark(
      at,
      known?.text ??
        'no provider of this type is known here; if it speaks OpenAI’s API, use type: compatible with its address',
    );
    tree.take(...at);
    return undefined;
  }
  const spec = ALL_SPECS.find((one) => one.id === known.type);
  const stem = spec ? stemOf(id, spec) : id.toUpperCase();
  const key = secretOf(tree, [...at, 'api_key'], `${stem}_API_KEY`);
  const more = tree.take(...at, 'api_keys');
  for (const index of Array.isArray(more) ? more.keys() : []) {
    tree.remark(
      [...at, 'api_keys', index],
      `a further key is a variable here: set ${stem}_API_KEY_${index + 2} to it`,
    );
  }
  const proxy =
    tree.look(...at, 'proxy_url') === undefined
      ? undefined
      : secretOrText(tree, [...at, 'proxy_url'], `${stem}_PROXY_URL`);
  if (isOff(tree.take(...at, 'session_sticky_keys'))) {
    tree.remark(
      [...at, 'session_sticky_keys'],
      'a session stays with its key here; requests of no session take turns',
    );
  }
  const version = textOf(tree.take(...at, 'api_version'));
  const models = tree.look(...at, 'models');
  const isImplied = id === known.type || id.startsWith(`${known.type}-`);
  return {
    ...(!isImplied && { type: known.type }),
    ...(address !== undefined && { base_url: address }),
    ...(key !== undefined && { api_key: key }),
    ...(version !== undefined && { api_version: version }),
    ...(proxy !== undefined && { proxy }),
    models: Array.isArray(models)
      ? models.flatMap((_model, index) => modelOf(tree, [...at, 'models', index]) ?? [])
      : [],
  };
};

/** A proxy's address, by a variable where a password stands in it. */
const secretOrText = (tree: TakenTree, path: Path, variable: string): string | undefined => {
  const given = textOf(tree.look(...path));
  return given !== undefined && holdsPassword(given)
    ? secretOf(tree, path, variable)
    : textOf(tree.take(...path));
};

/** The section `providers`. */
export const writeProviders = (tree: TakenTree): JsonObject => {
  const given = tree.look('providers');
  const ids = isObject(given) ? Object.keys(given) : [];
  return Object.fromEntries(
    ids.flatMap((id) => {
      const written = writeProvider(tree, id);
      return written ? [[id, written] as const] : [];
    }),
  );
};
