import { isObject, type JsonObject } from '../../base/json-object.ts';
import type { SchemaNotes } from './schema-notes.ts';
import {
  DROPPED_KEYWORDS,
  LIST_KEYWORDS,
  MAP_KEYWORDS,
  SCHEMA_KEYWORDS,
  VALUE_KEYWORDS,
} from './valid-keywords.ts';

type Schema = Record<string, unknown>;

/** Entries become own members whatever their names: `__proto__` is a name like any other. */
const fromEntries = (entries: Iterable<readonly [string, unknown]>): Schema => Object.fromEntries(entries);

/** Draft 4 says with `true` that a bound itself is excluded. */
const modernBounds = (schema: JsonObject): JsonObject => {
  const bounds: Schema = { ...schema };
  for (const [exclusive, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof bounds[exclusive] !== 'boolean') continue;
    if (bounds[exclusive] === true && typeof bounds[bound] === 'number') {
      bounds[exclusive] = bounds[bound];
      delete bounds[bound];
    } else {
      delete bounds[exclusive];
    }
  }
  return bounds;
};

/** Before 2020-12 a list of `items` was a tuple, and `additionalItems` the rest of it. */
const modernTuple = (schema: JsonObject): JsonObject => {
  const { items, additionalItems, ...rest } = schema;
  if (Array.isArray(items)) {
    const more = additionalItems === undefined ? {} : { items: additionalItems };
    return items.length === 0 ? { ...rest, ...more } : { ...rest, prefixItems: items, ...more };
  }
  return items === undefined ? rest : { ...rest, items };
};

/** OpenAPI 3.0 says with `nullable` that there may be none. */
const modernNull = (schema: JsonObject): JsonObject => {
  const { nullable, ...rest } = schema;
  if (nullable !== true || rest.type === undefined) return rest;
  const types: readonly unknown[] = [rest.type].flat();
  const { enum: values } = rest;
  return {
    ...rest,
    type: types.includes('null') ? types : [...types, 'null'],
    ...(Array.isArray(values) && !values.includes(null) && { enum: [...values, null] }),
  };
};

/** Draft 3 says in a property that it is required. */
const requiredProperties = (properties: unknown): string[] =>
  isObject(properties)
    ? Object.entries(properties).flatMap(([name, schema]) =>
        isObject(schema) && schema.required === true ? [name] : [],
      )
    : [];

const modernRequired = (schema: JsonObject): JsonObject => {
  const more = requiredProperties(schema.properties);
  if (more.length === 0) return schema;
  const given: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  return { ...schema, required: [...given, ...more] };
};

const modernize = (schema: JsonObject): JsonObject =>
  modernRequired(modernNull(modernTuple(modernBounds(schema))));

const validMap = (map: JsonObject, notes: SchemaNotes, depth: number): Schema =>
  fromEntries(
    Object.entries(map)
      .filter(([, schema]) => schema !== false)
      .map(([name, schema]) => [name, validSchema(schema, notes, depth)] as const),
  );

const isArrayType = (type: unknown): boolean => [type].flat().includes('array');

/** @returns undefined if the keyword is left out */
const validValue = (name: string, value: unknown, notes: SchemaNotes, depth: number): unknown => {
  if (MAP_KEYWORDS.has(name)) return isObject(value) ? validMap(value, notes, depth) : undefined;
  if (SCHEMA_KEYWORDS.has(name)) {
    if (typeof value === 'boolean') return value;
    return isObject(value) ? validSchema(value, notes, depth) : undefined;
  }
  if (LIST_KEYWORDS.has(name)) {
    if (!Array.isArray(value) || value.length === 0) return undefined;
    return value.map((schema: unknown) => validSchema(schema, notes, depth));
  }
  const repair = Object.hasOwn(VALUE_KEYWORDS, name) ? VALUE_KEYWORDS[name] : undefined;
  return repair === undefined ? value : repair(value);
};

/** What a keyword said that no validator takes, where the model can still read it. */
const toldOf = (name: string, value: unknown): string | undefined =>
  name === 'pattern' && typeof value === 'string' ? `pattern ${value}` : undefined;

/**
 * A schema that is valid by JSON Schema 2020-12, whatever draft or dialect it was written in: what cannot be
 * valid is left out, and an array says what its items are.
 * @param notes told of what was left out
 * @throws SchemaTooLarge
 */
export const validSchema = (given: unknown, notes: SchemaNotes, depth = 0): Schema => {
  notes.count(depth);
  if (!isObject(given)) {
    if (given !== true) notes.note('something that is not a schema');
    return {};
  }
  const entries: [string, unknown][] = [];
  const told: string[] = [];
  for (const [name, value] of Object.entries(modernize(given))) {
    if (DROPPED_KEYWORDS.has(name)) continue;
    const valid = validValue(name, value, notes, depth + 1);
    if (valid !== undefined) {
      entries.push([name, valid]);
    } else if (value !== null && value !== undefined && name !== 'required') {
      const words = toldOf(name, value);
      if (words !== undefined) told.push(words);
      notes.note(name);
    }
  }
  const schema = fromEntries(entries);
  if (isArrayType(schema.type) && schema.items === undefined && schema.prefixItems === undefined) {
    schema.items = {};
  }
  if (told.length > 0) {
    const description = typeof schema.description === 'string' ? `${schema.description} ` : '';
    schema.description = `${description}(${told.join(', ')})`;
  }
  return schema;
};
