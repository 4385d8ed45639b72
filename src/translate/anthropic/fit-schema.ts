import { isDeepStrictEqual } from 'node:util';
import { isObject, wordOf } from '../../base/json-object.ts';
import type { JsonObject } from '../ask.ts';

const FORMATS = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
]);
const CARRIED = new Set(['type', 'enum', 'const', '$ref', 'title', 'description', 'required', 'default']);
const LISTS: Readonly<Record<string, string>> = { anyOf: 'anyOf', oneOf: 'anyOf', allOf: 'allOf' };
const MAPS = new Set(['properties', '$defs', 'definitions']);

const isCarried = (name: string, value: unknown): boolean => {
  if (name === 'format') return FORMATS.has(wordOf(value));
  if (name === 'minItems') return value === 0 || value === 1;
  return CARRIED.has(name);
};

const fitMap = (map: unknown): unknown =>
  isObject(map) ? Object.fromEntries(Object.entries(map).map(([name, value]) => [name, narrow(value)])) : map;

const narrow = (schema: unknown): unknown => {
  if (!isObject(schema)) return schema;
  const fitted: Record<string, unknown> = {};
  const told: string[] = [];
  for (const [name, value] of Object.entries(schema)) {
    const list = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
    if (name === '$schema' || name === 'additionalProperties') continue;
    if (MAPS.has(name)) fitted[name] = fitMap(value);
    else if (name === 'items') fitted.items = narrow(value);
    else if (list !== undefined && Array.isArray(value)) fitted[list] = value.map(narrow);
    else if (isCarried(name, value)) fitted[name] = value;
    else told.push(`${name} ${JSON.stringify(value)}`);
  }
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (types.includes('object') || isObject(schema.properties)) fitted.additionalProperties = false;
  if (told.length > 0) {
    const description = typeof schema.description === 'string' ? `${schema.description} ` : '';
    fitted.description = `${description}(${told.join(', ')})`;
  }
  return fitted;
};

/**
 * The part of a JSON Schema that the API can hold a model to: objects are closed, and bounds and patterns go
 * into the description, where the model reads them.
 * @see https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
 */
export const fitSchema = (schema: JsonObject): JsonObject => {
  const fitted = narrow(schema);
  return isObject(fitted) ? fitted : schema;
};

/** True if the API can hold a model to the schema as it is. */
export const fitsAsIs = (schema: JsonObject): boolean => {
  const { $schema: _dialect, ...rest } = schema;
  return isDeepStrictEqual(fitSchema(rest), rest);
};
