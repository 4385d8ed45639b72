import { createHash } from 'node:crypto';
import { isObject, type JsonObject } from '../../base/json-object.ts';

/** What Anthropic allows as the key of a property. */
const VALID_KEY = /^[a-zA-Z0-9_.-]{1,64}$/;
const MAX_LENGTH = 64;
const HASH_LENGTH = 8;

const collectKeys = (schema: unknown, keys: Set<string>): void => {
  if (Array.isArray(schema)) for (const each of schema) collectKeys(each, keys);
  if (!isObject(schema)) return;
  for (const [name, value] of Object.entries(schema)) {
    if (name === 'properties' && isObject(value)) for (const key of Object.keys(value)) keys.add(key);
    collectKeys(value, keys);
  }
};

const cleanKey = (key: string): string =>
  key.replaceAll(/[^a-zA-Z0-9_.-]+/g, '_').slice(0, MAX_LENGTH) || '_';

const withHash = (key: string): string => {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, HASH_LENGTH);
  return `${cleanKey(key).slice(0, MAX_LENGTH - HASH_LENGTH - 1)}_${hash}`;
};

/**
 * A valid name for each key of a schema's properties that is not valid, at any depth: never one that the
 * schema has itself, and always the same one, so that a provider's cache of the prefix holds.
 */
export const validKeys = (schema: JsonObject): ReadonlyMap<string, string> => {
  const keys = new Set<string>();
  collectKeys(schema, keys);
  const names = new Map<string, string>();
  const taken = new Set([...keys].filter((key) => VALID_KEY.test(key)));
  for (const key of keys) {
    if (VALID_KEY.test(key)) continue;
    const clean = cleanKey(key);
    const name = taken.has(clean) || key.length > MAX_LENGTH ? withHash(key) : clean;
    taken.add(name);
    names.set(key, name);
  }
  return names;
};

/** References of the form `#/properties/…` name keys as well. */
const renameRef = (ref: string, names: ReadonlyMap<string, string>): string =>
  ref.startsWith('#/')
    ? ref
        .split('/')
        .map((token) => names.get(token.replaceAll('~1', '/').replaceAll('~0', '~')) ?? token)
        .join('/')
    : ref;

/** Which properties come with another one. */
const renameDependents = (dependents: JsonObject, names: ReadonlyMap<string, string>): JsonObject =>
  Object.fromEntries(
    Object.entries(dependents).map(([key, others]) => [
      names.get(key) ?? key,
      Array.isArray(others) ? others.map((other: unknown) => names.get(String(other)) ?? other) : others,
    ]),
  );

/** Renames the properties of a schema, at any depth, and where they are required. */
export const renameInSchema = (schema: unknown, names: ReadonlyMap<string, string>): unknown => {
  if (Array.isArray(schema)) return schema.map((each: unknown) => renameInSchema(each, names));
  if (!isObject(schema)) return schema;
  const entries = Object.entries(schema).map(([name, value]): [string, unknown] => {
    if ((name === 'properties' || name === 'dependentSchemas') && isObject(value)) {
      const renamed = Object.entries(value).map(([key, member]): [string, unknown] => [
        names.get(key) ?? key,
        renameInSchema(member, names),
      ]);
      return [name, Object.fromEntries(renamed)];
    }
    if (name === 'required' && Array.isArray(value)) {
      return [name, value.map((key: unknown) => (typeof key === 'string' ? (names.get(key) ?? key) : key))];
    }
    if (name === 'dependentRequired' && isObject(value)) return [name, renameDependents(value, names)];
    if (name === '$ref' && typeof value === 'string') return [name, renameRef(value, names)];
    // What these hold are values, whatever they look like.
    if (name === 'enum' || name === 'const' || name === 'default' || name === 'examples')
      return [name, value];
    return [name, renameInSchema(value, names)];
  });
  return Object.fromEntries(entries);
};

/** Renames the members of a value, at any depth. */
export const renameInValue = (value: unknown, names: ReadonlyMap<string, string>): unknown => {
  if (Array.isArray(value)) return value.map((each: unknown) => renameInValue(each, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [names.get(key) ?? key, renameInValue(member, names)]),
  );
};
