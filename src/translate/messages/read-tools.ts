import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject, nonEmptyString, objectsOf, wordOf } from '../../base/json-object.ts';
import type { Ask, AskTool, ToolChoice } from '../ask.ts';
import type { ToolNames } from '../responses/tool-names.ts';
import type { Lose } from './read-parts.ts';

interface ToolReaderDeps {
  readonly names: ToolNames;
  readonly lose: Lose;
  /** As the provider names it, for messages. */
  readonly model: string;
}

/** What only steers how Anthropic's own models are given a tool. */
const HINTS = new Set(['cache_control', 'defer_loading', 'eager_input_streaming', 'allowed_callers']);

const CARRIED = new Set(['type', 'name', 'description', 'input_schema', 'strict', ...HINTS]);

/** @throws GatewayError invalid_request: the model would be without what the client believes it has */
const refuseServerTool = (tool: JsonObject, model: string): never => {
  const type = wordOf(tool.type).slice(0, 60);
  throw new GatewayError(
    'invalid_request',
    `The tool ${type} is one of Anthropic's own tools, and ${model.slice(0, 100)} is not a model of Anthropic's. Leave it out of \`tools\`, or ask a model that an Anthropic provider serves.`,
    { param: 'tools' },
  );
};

const readTool = (tool: JsonObject, { names, lose, model }: ToolReaderDeps): AskTool => {
  const name = nonEmptyString(tool.name);
  const isOwn = tool.type === undefined || tool.type === null || tool.type === 'custom';
  if (!isOwn || name === undefined) return refuseServerTool(tool, model);
  for (const member of Object.keys(tool)) if (!CARRIED.has(member)) lose(`${member} of a tool`);
  if (tool.defer_loading === true) lose('defer_loading of a tool (it is declared at once)');
  const description = nonEmptyString(tool.description);
  const schema = isObject(tool.input_schema) ? tool.input_schema : { properties: {} };
  return {
    kind: 'function',
    name: names.wireOf({ kind: 'function', name }),
    ...(description !== undefined && { description }),
    parameters: schema.type === 'object' ? schema : { ...schema, type: 'object' },
    ...(typeof tool.strict === 'boolean' && { strict: tool.strict }),
  };
};

const readChoice = (choice: JsonObject, { names, lose }: ToolReaderDeps): ToolChoice | undefined => {
  if (choice.type === 'auto' || choice.type === 'none') return { kind: choice.type };
  if (choice.type === 'any') return { kind: 'required' };
  const name = nonEmptyString(choice.name);
  if (choice.type === 'tool' && name !== undefined) {
    return { kind: 'tool', name: names.wireOf({ kind: 'function', name }) };
  }
  lose(`tool_choice ${wordOf(choice.type).slice(0, 50)}`);
  return undefined;
};

/**
 * The members `tools` and `tool_choice`.
 * @throws GatewayError invalid_request where a tool is one that Anthropic runs, or whose schema only it knows
 */
export const readTools = (
  request: JsonObject,
  deps: ToolReaderDeps,
): Pick<Ask, 'tools' | 'toolChoice' | 'parallelToolCalls'> => {
  const tools = objectsOf(request.tools).map((tool) => readTool(tool, deps));
  if (!isObject(request.tool_choice)) return { tools };
  const toolChoice = readChoice(request.tool_choice, deps);
  const { disable_parallel_tool_use: isSingle } = request.tool_choice;
  return {
    tools,
    ...(toolChoice !== undefined && { toolChoice }),
    ...(isSingle === true && { parallelToolCalls: false }),
  };
};
