import { isObject, type JsonObject } from '../../base/json-object.ts';
import type { SchemaNotes } from './schema-notes.ts';
import { LIST_KEYWORDS, MAP_KEYWORDS, SCHEMA_KEYWORDS } from './valid-keywords.ts';

/** llama.cpp allows 2,000 repetitions, and counts those of nested rules together. */
const MAX_REPETITIONS = 1000;
const COUNTS = new Set(['minLength', 'maxLength', 'minItems', 'maxItems']);
/** Of regular expressions it reads a part, and those alone that are anchored at both ends. */
const UNREADABLE = new Set(['pattern', 'not']);

const isUnreadable = (name: string, value: unknown): boolean =>
  UNREADABLE.has(name) || (COUNTS.has(name) && typeof value === 'number' && value > MAX_REPETITIONS);

const mapObject = (value: unknown, map: (schema: unknown) => unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, map(schema)]))
    : value;

const simplify = (given: unknown, notes: SchemaNotes, depth: number): unknown => {
  if (!isObject(given)) return given;
  notes.count(depth);
  const within = (schema: unknown): unknown => simplify(schema, notes, depth + 1);
  const told: string[] = [];
  const simple = Object.entries(given).flatMap(([name, value]): [string, unknown][] => {
    if (isUnreadable(name, value)) {
      told.push(`${name} ${JSON.stringify(value)}`);
      notes.note(name);
      return [];
    }
    if (MAP_KEYWORDS.has(name)) return [[name, mapObject(value, within)]];
    if (LIST_KEYWORDS.has(name) && Array.isArray(value)) return [[name, value.map(within)]];
    return [[name, SCHEMA_KEYWORDS.has(name) ? within(value) : value]];
  });
  const schema = Object.fromEntries(simple);
  if (told.length === 0) return schema;
  const description = typeof given.description === 'string' ? `${given.description} ` : '';
  return { ...schema, description: `${description}(${told.join(', ')})` };
};

/**
 * The part of JSON Schema that a server can make a grammar of: one keyword that it cannot makes every request a 400.
 * What is left out goes into the description, where the model reads it.
 * @throws SchemaTooLarge
 * @see https://github.com/ggml-org/llama.cpp/tree/master/grammars#json-schemas--gbnf
 */
export const grammarSchema = (schema: JsonObject, notes: SchemaNotes): JsonObject => {
  const simple = simplify(schema, notes, 0);
  return isObject(simple) ? simple : schema;
};
