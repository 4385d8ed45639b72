import type { Ask, AskTool, JsonObject } from '../ask.ts';
import type { GeminiModel } from './read-model.ts';
import { writeToolName } from './tool-name.ts';

type FunctionTool = Extract<AskTool, { kind: 'function' }>;

/** Whether a schema describes an object without properties, which some models refuse. */
const isEmptySchema = (schema: JsonObject): boolean =>
  Object.entries(schema).every(
    ([key, value]) =>
      key === 'type' || key === '$schema' || value === false || Object.keys(Object(value)).length === 0,
  );

const declare = ({ name, description, parameters }: FunctionTool): JsonObject => ({
  name: writeToolName(name),
  ...(description !== undefined && description !== '' && { description }),
  ...(!isEmptySchema(parameters) && { parametersJsonSchema: parameters }),
});

/**
 * Strict tools are kept to their schema by `VALIDATED`; so are those beside a search of the provider's own,
 * where `AUTO` is refused. Not every older model knows it.
 */
const autoMode = (
  functions: readonly FunctionTool[],
  withSearch: boolean,
  model: GeminiModel,
  lose: (what: string) => void,
): string => {
  const isStrict = functions.some(({ strict }) => strict === true);
  if (isStrict && !model.isModern) lose('strict schema of a tool');
  return withSearch || (isStrict && model.isModern) ? 'VALIDATED' : 'AUTO';
};

const callingConfig = (
  ask: Ask,
  functions: readonly FunctionTool[],
  withSearch: boolean,
  model: GeminiModel,
  lose: (what: string) => void,
): JsonObject => {
  const { toolChoice } = ask;
  if (toolChoice?.kind === 'none') return { mode: 'NONE' };
  if (toolChoice?.kind === 'required') return { mode: 'ANY' };
  if (toolChoice?.kind === 'tool') {
    if (functions.some(({ name }) => name === toolChoice.name)) {
      return { mode: 'ANY', allowedFunctionNames: [writeToolName(toolChoice.name)] };
    }
    lose(`tool_choice of ${toolChoice.name}`);
  }
  return { mode: autoMode(functions, withSearch, model, lose) };
};

/**
 * The members `tools` and `toolConfig`.
 * @see https://ai.google.dev/gemini-api/docs/function-calling
 * @see https://ai.google.dev/gemini-api/docs/tool-combination (search beside functions: from Gemini 3 on)
 */
export const writeTools = (ask: Ask, model: GeminiModel, lose: (what: string) => void): JsonObject => {
  const functions = ask.tools.filter((tool) => tool.kind === 'function');
  const isSearchAsked =
    ask.tools.some(({ kind }) => kind === 'web_search') && ask.toolChoice?.kind !== 'none';
  const withSearch = isSearchAsked && (functions.length === 0 || model.isModern);
  if (isSearchAsked && !withSearch) lose('web_search tool beside functions');
  if (functions.length > 0 && ask.parallelToolCalls === false) lose('parallel_tool_calls: false');
  const tools = [
    ...(withSearch ? [{ googleSearch: {} }] : []),
    ...(functions.length > 0 ? [{ functionDeclarations: functions.map(declare) }] : []),
  ];
  if (tools.length === 0) return {};
  if (functions.length === 0) {
    if (ask.toolChoice?.kind === 'required' || ask.toolChoice?.kind === 'tool') lose('tool_choice');
    return { tools };
  }
  return {
    tools,
    toolConfig: {
      functionCallingConfig: callingConfig(ask, functions, withSearch, model, lose),
      ...(withSearch && { includeServerSideToolInvocations: true }),
    },
  };
};
