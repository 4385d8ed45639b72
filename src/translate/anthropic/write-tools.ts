import type { Tool, ToolChoice, ToolUnion } from '@anthropic-ai/sdk/resources/messages';
import { isObject, objectsOf } from '../../base/json-object.ts';
import type { Ask, AskTool, JsonObject } from '../ask.ts';
import { fitsAsIs } from './fit-schema.ts';
import { isClaude, type ModelTraits } from './model-traits.ts';
import type { Lose } from './write-parts.ts';

type FunctionTool = Extract<AskTool, { kind: 'function' }>;

/** The API refuses more strict tools in one request. */
const MAX_STRICT_TOOLS = 20;

const requiredOf = (schema: JsonObject): string[] =>
  Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === 'string') : [];

/**
 * A schema whose outermost form is an object's. The API refuses alternatives there, so their members are put
 * together: required is what all of them require, or any where all must hold.
 */
const writeInputSchema = (schema: JsonObject, name: string, lose: Lose): Tool.InputSchema => {
  const { anyOf, oneOf, allOf, ...rest } = schema;
  const all = objectsOf(allOf);
  const either = [...objectsOf(anyOf), ...objectsOf(oneOf)];
  if (all.length + either.length === 0) return { ...schema, type: 'object' };
  lose(`alternatives in the arguments of ${name}`);
  const branches = [rest, ...all, ...either];
  const properties = Object.assign(
    {},
    ...branches.map((branch) => (isObject(branch.properties) ? branch.properties : {})),
  );
  const [first, ...others] = either.map(requiredOf);
  const inEach = (first ?? []).filter((member) => others.every((names) => names.includes(member)));
  const required = [...new Set([...[rest, ...all].flatMap(requiredOf), ...inEach])];
  return { ...rest, type: 'object', properties, required };
};

const writeFunction = (tool: FunctionTool, isStrict: boolean, lose: Lose): Tool => ({
  name: tool.name,
  ...(tool.description === undefined || tool.description === '' ? {} : { description: tool.description }),
  input_schema: writeInputSchema(tool.parameters, tool.name, lose),
  ...(isStrict ? { strict: true } : {}),
});

/** @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools */
export const writeTools = ({ tools, model }: Ask, traits: ModelTraits, lose: Lose): ToolUnion[] => {
  const functions = tools.filter((tool) => tool.kind === 'function');
  const strict = functions.filter((tool) => tool.strict === true);
  const canBeStrict = traits.structuredOutputs && strict.length <= MAX_STRICT_TOOLS;
  const written: ToolUnion[] = functions.map((tool) => {
    const isStrict = tool.strict === true && canBeStrict && fitsAsIs(tool.parameters);
    if (tool.strict === true && !isStrict) lose('strictness of a tool');
    return writeFunction(tool, isStrict, lose);
  });
  if (tools.some((tool) => tool.kind === 'web_search')) {
    // Two tools of a name are refused, and other makers' models have no search behind this API.
    const isTaken = functions.some(({ name }) => name === 'web_search');
    if (isTaken || !isClaude(model)) lose('web_search tool');
    else written.push({ type: 'web_search_20250305', name: 'web_search' });
  }
  return written;
};

export const isForced = ({ toolChoice, tools }: Ask): boolean =>
  tools.length > 0 && (toolChoice?.kind === 'required' || toolChoice?.kind === 'tool');

/** @returns undefined where the API's own default is meant */
export const writeToolChoice = (ask: Ask, traits: ModelTraits, lose: Lose): ToolChoice | undefined => {
  const { toolChoice, tools, parallelToolCalls } = ask;
  if (tools.length === 0) return undefined;
  if (toolChoice?.kind === 'none') return { type: 'none' };
  const parallel = parallelToolCalls === false ? { disable_parallel_tool_use: true } : {};
  if (isForced(ask) && !traits.forcedTools) lose('tool_choice (this model chooses itself)');
  else if (toolChoice?.kind === 'required') return { type: 'any', ...parallel };
  else if (toolChoice?.kind === 'tool') return { type: 'tool', name: toolChoice.name, ...parallel };
  return parallelToolCalls === false ? { type: 'auto', ...parallel } : undefined;
};
