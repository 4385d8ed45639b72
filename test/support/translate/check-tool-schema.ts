import { Ajv2020 } from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ strict: false, logger: false });

type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Place {
  readonly path: string;
  readonly schema: Schema;
}

const MAPS = ['properties', '$defs', 'definitions', 'patternProperties'];
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const SINGLE = ['items', 'additionalProperties', 'not', 'contains'];

/** Every schema within a schema. */
const placesOf = (schema: unknown, path: string): Place[] => {
  if (!isSchema(schema)) return [];
  const within = [
    ...MAPS.flatMap((name) =>
      isSchema(schema[name])
        ? Object.entries(schema[name]).flatMap(([key, each]) => placesOf(each, `${path}.${name}.${key}`))
        : [],
    ),
    ...LISTS.flatMap((name) =>
      Array.isArray(schema[name])
        ? schema[name].flatMap((each: unknown, at) => placesOf(each, `${path}.${name}.${at}`))
        : [],
    ),
    ...SINGLE.flatMap((name) => placesOf(schema[name], `${path}.${name}`)),
  ];
  return [{ path, schema }, ...within];
};

/** What every validator refuses: it must be JSON Schema 2020-12, and its references must lead somewhere. */
const refusalOfDraft = (schema: Schema, path: string): string | undefined => {
  if (ajv.validateSchema(schema) !== true) {
    return `${path}: JSON schema is invalid. It must match JSON Schema draft 2020-12. ${ajv.errorsText()}`;
  }
  try {
    ajv.compile(schema);
    return undefined;
  } catch (error) {
    return `${path}: JSON schema is invalid. ${String(error)}`;
  }
};

/** @returns the refusal of Anthropic's API */
export const refusalOfAnthropic = (schema: unknown, path: string): string | undefined => {
  if (!isSchema(schema)) return `${path}: Input should be a valid dictionary`;
  const invalid = refusalOfDraft(schema, path);
  if (invalid !== undefined) return invalid;
  for (const place of placesOf(schema, path)) {
    const { properties } = place.schema;
    if (!isSchema(properties)) continue;
    const key = Object.keys(properties).find((name) => !/^[a-zA-Z0-9_.-]{1,64}$/.test(name));
    if (key !== undefined) {
      return `${place.path}.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$' (${key})`;
    }
  }
  return undefined;
};

/** @returns the refusal of OpenAI's API, and of those that took it over */
export const refusalOfOpenAi = (schema: unknown, path: string): string | undefined => {
  if (!isSchema(schema)) return `Invalid schema for function '${path}': expected an object`;
  const where = `Invalid schema for function '${path}'`;
  if (schema.type !== 'object' || !isSchema(schema.properties)) {
    return `${where}: In context=(), object schema missing properties.`;
  }
  const top = ['oneOf', 'anyOf', 'allOf', 'enum', 'not'].find((name) => name in schema);
  if (top !== undefined) return `${where}: schema must not have '${top}' at the top level.`;
  const arrays = placesOf(schema, '').filter(({ schema: each }) => [each.type].flat().includes('array'));
  const bare = arrays.find(({ schema: each }) => each.items === undefined && each.prefixItems === undefined);
  if (bare !== undefined) return `${where}: In context=${bare.path}, array schema missing items.`;
  return refusalOfDraft(schema, where);
};

const GEMINI_KEYWORDS = new Set([
  '$id',
  '$defs',
  '$ref',
  '$anchor',
  'type',
  'format',
  'title',
  'description',
  'enum',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'anyOf',
  'oneOf',
  'properties',
  'additionalProperties',
  'required',
]);

const refusalOfGeminiPlace = ({ path, schema }: Place): string | undefined => {
  const unknown = Object.keys(schema).find((name) => !GEMINI_KEYWORDS.has(name));
  if (unknown !== undefined) return `Unknown name "${unknown}" at '${path}': Cannot find field.`;
  const { enum: values, properties, required, $ref } = schema;
  if (typeof $ref === 'string') return `${path}: reference to undefined schema at top-level`;
  if (Array.isArray(values)) {
    if (schema.type !== 'string') return `${path}.enum: only allowed for STRING type`;
    const empty = values.findIndex((value) => typeof value !== 'string' || value === '');
    if (empty !== -1) return `${path}.enum[${empty}]: cannot be empty`;
  }
  const names = isSchema(properties) ? Object.keys(properties) : [];
  const strange = Array.isArray(required) ? required.findIndex((name) => !names.includes(String(name))) : -1;
  if (strange !== -1) return `${path}.required[${strange}]: property is not defined`;
  if (schema.type === 'array' && schema.items === undefined && schema.prefixItems === undefined) {
    return `${path}.items: missing field.`;
  }
  if (
    schema.type === 'string' &&
    !['date-time', 'enum', undefined].includes(String(schema.format ?? 'enum'))
  ) {
    return `${path}.format: only 'enum' and 'date-time' are supported for STRING type`;
  }
  return undefined;
};

/** @returns the refusal of Google's API */
export const refusalOfGemini = (schema: unknown, path: string): string | undefined => {
  if (!isSchema(schema)) return `${path}: Invalid value`;
  return (
    refusalOfDraft(schema, path) ??
    placesOf(schema, path)
      .map(refusalOfGeminiPlace)
      .find((refusal) => refusal !== undefined)
  );
};

/** @returns the refusal of llama.cpp, which makes a grammar of all schemas together */
export const refusalOfGrammar = (schema: unknown, path: string): string | undefined => {
  for (const place of placesOf(schema, path)) {
    const { pattern, maxLength, maxItems, not } = place.schema;
    if (typeof pattern === 'string') return `${place.path}: Pattern must start with '^' and end with '$'`;
    if (not !== undefined) return `${place.path}: Unrecognized schema`;
    if (Math.max(Number(maxLength ?? 0), Number(maxItems ?? 0)) > 2000) {
      return `${place.path}: number of repetitions exceeds sane defaults`;
    }
  }
  return undefined;
};
