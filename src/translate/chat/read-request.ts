import { isObject, type JsonObject, nonEmptyString, objectsOf } from '../../base/json-object.ts';
import type { Ask } from '../ask.ts';
import { readToolChoice } from '../responses/read-choice.ts';
import { definedMembers, readEffort, readFormat, readVerbosity } from '../responses/read-options.ts';
import type { ReadRequest } from '../responses/read-request.ts';
import { createToolReader } from '../responses/read-tools.ts';
import { createToolNames } from '../responses/tool-names.ts';
import type { Sealer } from '../seal.ts';
import { readMessage } from './read-messages.ts';
import type { Lose } from './write-content.ts';

/** Members that are read, or have no meaning outside OpenAI. */
const CARRIED = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning_effort',
  'verbosity',
  'response_format',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'stream',
  'stream_options',
  'web_search_options',
  'prompt_cache_key',
  'safety_identifier',
  'user',
  'metadata',
  'store',
]);

/** Values that ask for what happens anyway. */
const DEFAULTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['n', 1],
  ['logprobs', false],
  ['presence_penalty', 0],
  ['frequency_penalty', 0],
  ['service_tier', 'auto'],
]);

const isText = (value: unknown): boolean =>
  value === 'text' || (Array.isArray(value) && value.length === 1 && value[0] === 'text');

const listLostMembers = (request: JsonObject): string[] =>
  Object.entries(request)
    .filter(([name, value]) => !CARRIED.has(name) && value !== undefined && value !== null)
    .filter(([name, value]) => DEFAULTS.get(name) !== value && !isText(value))
    .map(([name]) => name);

/** A tool in the form of Responses, where its members lie flat. */
const flatTool = (tool: JsonObject): JsonObject => {
  if (isObject(tool.function)) return { ...tool.function, type: 'function' };
  if (!isObject(tool.custom)) return tool;
  const { format } = tool.custom;
  const grammar = isObject(format) && isObject(format.grammar) ? format.grammar : {};
  return { ...tool.custom, type: 'custom', format: { ...(isObject(format) && format), ...grammar } };
};

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const stopOf = (stop: unknown): readonly string[] | undefined => {
  if (stop === undefined || stop === null) return undefined;
  return [stop].flat().filter((word) => typeof word === 'string');
};

const readOptions = (request: JsonObject, lose: Lose): Omit<Ask, 'model' | 'items' | 'tools' | 'stream'> => {
  const format = isObject(request.response_format) ? request.response_format : {};
  const effort = readEffort(request.reasoning_effort, lose);
  return {
    wantsReasoning: effort !== undefined && effort !== 'none',
    ...definedMembers<Omit<Ask, 'model' | 'items' | 'tools' | 'stream' | 'wantsReasoning' | 'toolChoice'>>({
      parallelToolCalls:
        typeof request.parallel_tool_calls === 'boolean' ? request.parallel_tool_calls : undefined,
      effort,
      verbosity: readVerbosity(request.verbosity, lose),
      format: isObject(request.response_format)
        ? readFormat({ ...(isObject(format.json_schema) && format.json_schema), type: format.type }, lose)
        : undefined,
      maxOutputTokens: numberOf(request.max_completion_tokens) ?? numberOf(request.max_tokens),
      temperature: numberOf(request.temperature),
      topP: numberOf(request.top_p),
      stop: stopOf(request.stop),
      cacheKey: nonEmptyString(request.prompt_cache_key),
      user: nonEmptyString(request.safety_identifier) ?? nonEmptyString(request.user),
    }),
  };
};

/**
 * Reads a request of the chat-completions API. Total: what cannot be carried is listed.
 * @param model the provider's name of the model
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export const readChatRequest = (
  request: JsonObject,
  { model, sealer }: { readonly model: string; readonly sealer: Pick<Sealer, 'openReasoning'> },
): ReadRequest => {
  const losses = new Set<string>();
  const lose: Lose = (what) => {
    losses.add(what);
  };
  const names = createToolNames();
  const toolReader = createToolReader({ names, lose });
  toolReader.add(objectsOf(request.tools).map(flatTool));
  if (isObject(request.web_search_options)) toolReader.add([{ type: 'web_search' }]);

  const ask: Ask = {
    model,
    items: objectsOf(request.messages).flatMap((message) => readMessage(message, { names, sealer, lose })),
    stream: request.stream === true,
    ...readToolChoice(request.tool_choice, toolReader.tools, names, lose),
    ...readOptions(request, lose),
  };
  for (const member of listLostMembers(request)) lose(member);
  return { ask, names, losses: [...losses] };
};
