import { isObject } from '../../base/json-object.ts';

/** What a keyword's value becomes; undefined drops the keyword. */
type Repair = (value: unknown) => unknown;

const TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  object: 'object',
  array: 'array',
  null: 'null',
  // Names of languages, which servers that are written in them are known to send.
  str: 'string',
  text: 'string',
  int: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  bool: 'boolean',
  dict: 'object',
  map: 'object',
  list: 'array',
  tuple: 'array',
  none: 'null',
};

const typeOf = (name: unknown): string | undefined =>
  typeof name === 'string' && Object.hasOwn(TYPES, name.toLowerCase())
    ? TYPES[name.toLowerCase()]
    : undefined;

const repairType: Repair = (value) => {
  if (!Array.isArray(value)) return typeOf(value);
  const types = [...new Set(value.flatMap((name: unknown) => typeOf(name) ?? []))];
  return types.length > 1 ? types : types[0];
};

const isNumber: Repair = (value) => (typeof value === 'number' ? value : undefined);
const isString: Repair = (value) => (typeof value === 'string' ? value : undefined);
const isBoolean: Repair = (value) => (typeof value === 'boolean' ? value : undefined);
const isCount: Repair = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
const isList: Repair = (value) => (Array.isArray(value) ? value : undefined);

const isNames: Repair = (value) => {
  if (!Array.isArray(value)) return undefined;
  return [...new Set(value.filter((name) => typeof name === 'string'))];
};

const isEnum: Repair = (value) => {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return [...new Map(value.map((each: unknown) => [JSON.stringify(each), each])).values()];
};

const isPattern: Repair = (value) => {
  if (typeof value !== 'string') return undefined;
  try {
    new RegExp(value, 'u');
    return value;
  } catch {
    return undefined;
  }
};

const isDependent: Repair = (value) =>
  isObject(value) && Object.values(value).every((names) => Array.isArray(names)) ? value : undefined;

/**
 * Keywords whose values are not schemas, each with the values that JSON Schema allows for it.
 * @see https://json-schema.org/draft/2020-12/schema
 */
export const VALUE_KEYWORDS: Readonly<Record<string, Repair>> = {
  type: repairType,
  enum: isEnum,
  required: isNames,
  title: isString,
  description: isString,
  format: isString,
  pattern: isPattern,
  contentEncoding: isString,
  contentMediaType: isString,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  multipleOf: (value) => (typeof value === 'number' && value > 0 ? value : undefined),
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  minContains: isCount,
  maxContains: isCount,
  minProperties: isCount,
  maxProperties: isCount,
  uniqueItems: isBoolean,
  deprecated: isBoolean,
  readOnly: isBoolean,
  writeOnly: isBoolean,
  examples: isList,
  dependentRequired: isDependent,
};

/** Their values are one schema. */
export const SCHEMA_KEYWORDS: ReadonlySet<string> = new Set([
  'items',
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'propertyNames',
  'contains',
  'contentSchema',
  'not',
  'if',
  'then',
  'else',
]);

/** Their values are lists of schemas. */
export const LIST_KEYWORDS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);

/** Their values are schemas by name. */
export const MAP_KEYWORDS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);

/** Names of dialects and places, which validators take for theirs to look up. */
export const DROPPED_KEYWORDS: ReadonlySet<string> = new Set([
  '$schema',
  // Draft 4's name for `$id`.
  'id',
  '$id',
  '$anchor',
  '$dynamicAnchor',
  '$dynamicRef',
  '$recursiveAnchor',
  '$recursiveRef',
  '$vocabulary',
  '$comment',
]);
