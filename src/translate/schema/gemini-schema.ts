import { isObject, type JsonObject, objectsOf, wordOf } from '../../base/json-object.ts';
import { findReferenced } from './resolve-refs.ts';
import type { SchemaNotes } from './schema-notes.ts';

interface Narrowing {
  readonly root: JsonObject;
  readonly notes: SchemaNotes;
  /** References that are being followed: one that comes again is recursive. */
  readonly following: ReadonlySet<unknown>;
  readonly depth: number;
}

const CARRIED = new Set(['type', 'title', 'description', 'minItems', 'maxItems', 'minimum', 'maximum']);
const FORMATS = new Set(['date-time', 'int32', 'int64', 'float', 'double']);
/** Read in a place of their own. */
const HANDLED = new Set([
  '$ref',
  '$defs',
  'definitions',
  'properties',
  'required',
  'items',
  'prefixItems',
  'additionalProperties',
  'anyOf',
  'oneOf',
  'allOf',
  'enum',
  'const',
  'examples',
]);

const deeper = (narrowing: Narrowing): Narrowing => ({ ...narrowing, depth: narrowing.depth + 1 });

/** A reference with what it refers to in its place; a recursive one ends in any object. */
const inline = (schema: JsonObject, narrowing: Narrowing): [JsonObject, Narrowing] => {
  const { $ref, ...rest } = schema;
  if ($ref === undefined) return [schema, narrowing];
  const target = findReferenced(narrowing.root, $ref);
  if (target === undefined) return [rest, narrowing];
  if (narrowing.following.has($ref)) {
    narrowing.notes.note('recursion');
    return [{ type: 'object', ...rest }, narrowing];
  }
  const following = new Set([...narrowing.following, $ref]);
  return inline({ ...target, ...rest }, { ...narrowing, following });
};

/** All that must hold at once, in one schema; what is said first counts. */
const mergeAll = (schema: JsonObject, narrowing: Narrowing): JsonObject => {
  const { allOf, ...rest } = schema;
  const branches = objectsOf(allOf).map((branch) => inline(branch, narrowing)[0]);
  if (branches.length === 0) return rest;
  const all = [rest, ...branches];
  const properties = Object.assign({}, ...all.toReversed().map((each) => objectOf(each.properties)));
  const required = all.flatMap((each) => listOf(each.required));
  return {
    ...Object.assign({}, ...branches.toReversed()),
    ...rest,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
};

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Only texts can be listed, and no empty one. */
const narrowEnum = (schema: JsonObject): { values?: readonly string[]; told?: string } => {
  const values = 'const' in schema ? [schema.const] : listOf(schema.enum);
  if (values.length === 0) return {};
  const texts = values.filter((value) => typeof value === 'string' && value !== '');
  const others = values.filter((value) => value !== null && value !== '');
  if (texts.length > 0 && texts.length === others.length) return { values: texts.map(wordOf) };
  return { told: `one of ${JSON.stringify(values)}` };
};

/** An object, or none: a list of types is refused where the schema goes on within. */
const isNullableTree = (type: unknown): type is readonly unknown[] =>
  Array.isArray(type) && type.length === 2 && type.includes('null') && /object|array/.test(type.join());

const narrowTypes = (type: unknown): JsonObject => {
  if (isNullableTree(type)) return { type: type.find((name) => name !== 'null') };
  const types = listOf(type).filter((name) => name !== 'null');
  if (!Array.isArray(type) || types.length < 2) return type === undefined ? {} : { type };
  return {
    anyOf: type.map((name: unknown) => (name === 'array' ? { type: name, items: {} } : { type: name })),
  };
};

const narrowMembers = (schema: JsonObject, narrowing: Narrowing): JsonObject => {
  const within = deeper(narrowing);
  const { properties, items, prefixItems, additionalProperties } = schema;
  const either = [...objectsOf(schema.anyOf), ...objectsOf(schema.oneOf)];
  const names = isObject(properties) ? Object.keys(properties) : [];
  const required = listOf(schema.required).filter((name) => names.includes(wordOf(name)));
  return {
    ...(isObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, member]) => [name, narrow(member, within)]),
      ),
    }),
    ...(required.length > 0 && { required: [...new Set(required)] }),
    ...(isObject(items) && { items: narrow(items, within) }),
    ...(Array.isArray(prefixItems) && {
      prefixItems: prefixItems.map((item: unknown) => narrow(item, within)),
    }),
    ...(typeof additionalProperties === 'boolean' && { additionalProperties }),
    ...(isObject(additionalProperties) && { additionalProperties: narrow(additionalProperties, within) }),
    ...(either.length > 0 && { anyOf: either.map((branch) => narrow(branch, within)) }),
  };
};

const narrow = (given: unknown, before: Narrowing): JsonObject => {
  before.notes.count(before.depth);
  if (!isObject(given)) return {};
  const [followed, narrowing] = inline(given, before);
  const schema = mergeAll(followed, narrowing);
  const told: string[] = [];
  const fitted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) {
    if (name === 'type') {
      Object.assign(fitted, narrowTypes(value));
      if (isNullableTree(value)) told.push('or null');
    } else if (CARRIED.has(name)) fitted[name] = value;
    else if (name === 'format' && FORMATS.has(wordOf(value))) fitted.format = value;
    else if (!HANDLED.has(name)) told.push(`${name} ${JSON.stringify(value)}`);
  }
  const { values, told: choices } = narrowEnum(schema);
  if (values !== undefined) Object.assign(fitted, { type: 'string', enum: values });
  if (choices !== undefined) told.push(choices);
  if (told.length > 0) {
    const description = typeof fitted.description === 'string' ? `${fitted.description} ` : '';
    fitted.description = `${description}(${told.join(', ')})`;
  }
  return { ...fitted, ...narrowMembers(schema, narrowing) };
};

/**
 * The part of JSON Schema that Gemini reads: references are put in their places, and what it has no keyword
 * for goes into the description, where the model reads it.
 * @param schema valid
 * @throws SchemaTooLarge
 * @see https://ai.google.dev/gemini-api/docs/structured-output#json_schema_support
 */
export const geminiSchema = (schema: JsonObject, notes: SchemaNotes): JsonObject =>
  narrow(schema, { root: schema, notes, following: new Set(), depth: 0 });
