import { isObject, parseJson } from '../../base/json-object.ts';
import type { AskItem, AskTool, JsonObject } from '../ask.ts';
import { flattenRoot } from '../schema/flatten-root.ts';
import { geminiSchema } from '../schema/gemini-schema.ts';
import { grammarSchema } from '../schema/grammar-schema.ts';
import { renameInSchema, renameInValue, validKeys } from '../schema/rename-keys.ts';
import { cutDeadRefs } from '../schema/resolve-refs.ts';
import { createSchemaNotes, type SchemaNotes, SchemaTooLarge } from '../schema/schema-notes.ts';
import { validSchema } from '../schema/valid-schema.ts';
import type { RepairContext, RepairPass } from './repair-pass.ts';

/** What is left of a schema for each kind of validator. */
const NARROW: Readonly<
  Record<RepairContext['needs']['schemas'], (schema: JsonObject, notes: SchemaNotes) => JsonObject>
> = {
  'json-schema': (schema) => schema,
  gemini: geminiSchema,
  grammar: grammarSchema,
};

type Names = ReadonlyMap<string, string>;

interface FittedSchema {
  readonly schema: JsonObject;
  /** The key that is sent, by the client's own. */
  readonly names: Names;
  readonly changes: readonly string[];
}

const fitParameters = (parameters: JsonObject, needs: RepairContext['needs']): FittedSchema => {
  const changes = new Set<string>();
  const notes = createSchemaNotes((what) => changes.add(what));
  const flat = cutDeadRefs(flattenRoot(validSchema(parameters, notes), notes), notes);
  const names = validKeys(flat);
  const renamed = names.size === 0 ? flat : renameInSchema(flat, names);
  const schema = isObject(renamed) ? renamed : flat;
  return { schema: NARROW[needs.schemas](schema, notes), names, changes: [...changes] };
};

const invert = (names: Names): Names => new Map([...names].map(([key, name]) => [name, key]));

/** Earlier calls name the keys as the tool's schema does now. */
const renameCalls = (items: readonly AskItem[], renamed: ReadonlyMap<string, Names>): readonly AskItem[] =>
  items.map((item) => {
    const names = item.kind === 'call' ? renamed.get(item.name) : undefined;
    if (item.kind !== 'call' || names === undefined) return item;
    return { ...item, json: JSON.stringify(renameInValue(parseJson(item.json), names)) };
  });

const fitTool = (tool: AskTool, context: RepairContext, renamed: Map<string, Names>): AskTool[] => {
  if (tool.kind !== 'function') return [tool];
  try {
    const { schema, names, changes } = fitParameters(tool.parameters, context.needs);
    if (names.size > 0) {
      context.lose(`names of properties of ${tool.name} (renamed)`);
      context.rename(tool.name, invert(names));
      renamed.set(tool.name, names);
    }
    if (changes.length > 0) context.lose(`${changes.join(', ')} in the schema of ${tool.name}`);
    return [{ ...tool, parameters: schema }];
  } catch (error) {
    if (!(error instanceof SchemaTooLarge)) throw error;
    context.lose(`tool ${tool.name}, whose schema is too large`);
    return [];
  }
};

export const FIT_TOOL_SCHEMAS: RepairPass = {
  name: 'fit-tool-schemas',
  reason:
    'Providers check the schemas of all tools first. One that is written in another draft, refers to nothing, or has a key that the provider does not allow makes every request a 400.',
  apply: (ask, context) => {
    const renamed = new Map<string, Names>();
    const tools = ask.tools.flatMap((tool) => fitTool(tool, context, renamed));
    const items = renamed.size === 0 ? ask.items : renameCalls(ask.items, renamed);
    const { toolChoice, ...rest } = ask;
    const isGone = toolChoice?.kind === 'tool' && !tools.some((tool) => nameOf(tool) === toolChoice.name);
    if (isGone) context.lose(`tool_choice of ${toolChoice.name}`);
    return { ...rest, items, tools, ...(toolChoice !== undefined && !isGone && { toolChoice }) };
  },
};

const nameOf = (tool: AskTool): string | undefined => (tool.kind === 'function' ? tool.name : undefined);

export const FIT_ANSWER_SCHEMA: RepairPass = {
  name: 'fit-answer-schema',
  reason: "The schema of the answer is checked as the tools' schemas are.",
  apply: (ask, { needs, lose }) => {
    const { format, ...rest } = ask;
    if (format?.kind !== 'schema') return ask;
    const changes = new Set<string>();
    const notes = createSchemaNotes((what) => changes.add(what));
    try {
      const valid = cutDeadRefs(validSchema(format.schema, notes), notes);
      const schema = NARROW[needs.schemas](valid, notes);
      if (changes.size > 0) lose(`${[...changes].join(', ')} in the schema of the answer`);
      return { ...rest, format: { ...format, schema } };
    } catch (error) {
      if (!(error instanceof SchemaTooLarge)) throw error;
      lose('schema of the answer, which is too large');
      return { ...rest, format: { kind: 'json' } };
    }
  },
};
