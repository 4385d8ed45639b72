import { isObject, type JsonObject, nonEmptyString, objectsOf, wordOf } from '../../base/json-object.ts';
import type { AskTool, ToolChoice } from '../ask.ts';
import type { Lose } from './read-content.ts';
import type { ClientTool, ToolNames } from './tool-names.ts';

interface ChosenTools {
  readonly tools: readonly AskTool[];
  readonly toolChoice?: ToolChoice;
}

const isMode = (value: unknown): value is 'auto' | 'none' | 'required' =>
  value === 'auto' || value === 'none' || value === 'required';

/** The tool that a choice names, in the form of Responses or of chat completions. */
const namedTool = (choice: JsonObject): ClientTool | undefined => {
  if (choice.type === 'tool_search') return { kind: 'tool_search', name: 'tool_search' };
  const kind = choice.type === 'custom' ? 'custom' : 'function';
  if (choice.type !== kind) return undefined;
  const named = isObject(choice[kind]) ? choice[kind] : choice;
  const name = nonEmptyString(named.name);
  const namespace = nonEmptyString(named.namespace);
  return name === undefined ? undefined : { kind, name, ...(namespace !== undefined && { namespace }) };
};

/** Providers have no list of allowed tools: they are offered these alone. */
const onlyAllowed = (
  tools: readonly AskTool[],
  allowed: readonly JsonObject[],
  names: ToolNames,
): readonly AskTool[] => {
  const wireNames = new Set(
    allowed.flatMap((choice) => {
      const tool = namedTool(choice);
      return tool === undefined ? [] : [names.wireOf(tool)];
    }),
  );
  const searches = allowed.some(({ type }) => wordOf(type).startsWith('web_search'));
  return tools.filter((tool) => (tool.kind === 'function' ? wireNames.has(tool.name) : searches));
};

/** Reads `tool_choice` in all its forms. */
export const readToolChoice = (
  choice: unknown,
  tools: readonly AskTool[],
  names: ToolNames,
  lose: Lose,
): ChosenTools => {
  if (choice === undefined || choice === null) return { tools };
  if (isMode(choice)) return { tools, toolChoice: { kind: choice } };
  if (isObject(choice) && choice.type === 'allowed_tools') {
    const list = isObject(choice.allowed_tools) ? choice.allowed_tools : choice;
    const kind = list.mode === 'required' ? 'required' : 'auto';
    return { tools: onlyAllowed(tools, objectsOf(list.tools), names), toolChoice: { kind } };
  }
  const tool = isObject(choice) ? namedTool(choice) : undefined;
  if (tool !== undefined) return { tools, toolChoice: { kind: 'tool', name: names.wireOf(tool) } };
  lose(`tool_choice ${isObject(choice) ? wordOf(choice.type) : 'of an unknown form'}`);
  return { tools };
};
