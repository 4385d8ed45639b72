import { isObject, type JsonObject, nonEmptyString, objectsOf, wordOf } from '../../base/json-object.ts';
import type { Ask, AskItem } from '../ask.ts';
import type { Sealer } from '../seal.ts';
import { joinResults } from './join-results.ts';
import { listLostMembers } from './list-lost-members.ts';
import { readToolChoice } from './read-choice.ts';
import { readItem } from './read-items.ts';
import { readOptions } from './read-options.ts';
import { createToolReader } from './read-tools.ts';
import { createToolNames, type ToolNames } from './tool-names.ts';

export interface ReadRequest {
  readonly ask: Ask;
  /** Turns the names of calls back into the client's. */
  readonly names: ToolNames;
  /** What the request had and the ask has not, each in a few words, each once. */
  readonly losses: readonly string[];
}

interface ReadRequestOptions {
  /** The provider's name of the model. */
  readonly model: string;
  readonly sealer: Pick<Sealer, 'openReasoning' | 'openSummary'>;
}

/** Items that bring tools along, beside those in `tools`. */
const BRINGS_TOOLS = new Set<unknown>(['additional_tools', 'tool_search_output']);

const OF_MODEL = /_call$|^reasoning$/;

/** Whether the model has spoken since an item. */
const answeredBy = (input: readonly unknown[]): ((item: object) => boolean) => {
  const last = input.findLastIndex(
    (item) => isObject(item) && (item.role === 'assistant' || OF_MODEL.test(wordOf(item.type))),
  );
  const answered = new Set(input.slice(0, Math.max(last, 0)));
  return (item) => answered.has(item);
};

const inputOf = (input: unknown): readonly unknown[] => {
  if (input === undefined || input === null) return [];
  return Array.isArray(input) ? input : [input];
};

/**
 * Reads a request of the Responses API. What cannot be carried is listed.
 * @throws GatewayError memory_unreadable, invalid_request: what the model would have to know, and nobody here can read
 * @see https://platform.openai.com/docs/api-reference/responses/create
 */
export const readResponsesRequest = (
  request: JsonObject,
  { model, sealer }: ReadRequestOptions,
): ReadRequest => {
  const losses = new Set<string>();
  const lose = (what: string): void => {
    losses.add(what);
  };
  const names = createToolNames();
  const toolReader = createToolReader({ names, lose });
  const input = inputOf(request.input);

  // All tools come before all items: a call in the history must not take the name of a tool.
  toolReader.add(request.tools);
  for (const item of objectsOf(input)) if (BRINGS_TOOLS.has(item.type)) toolReader.add(item.tools);

  const isAnswered = answeredBy(input);
  const instructions = nonEmptyString(request.instructions);
  const first: AskItem[] =
    instructions === undefined
      ? []
      : [{ kind: 'message', role: 'system', parts: [{ kind: 'text', text: instructions }] }];
  const items = joinResults([
    ...first,
    ...input.flatMap((item) => readItem(item, { names, sealer, lose, isAnswered })),
  ]);

  const ask: Ask = {
    model,
    items,
    stream: request.stream === true,
    ...readToolChoice(request.tool_choice, toolReader.tools, names, lose),
    ...readOptions(request, lose),
  };
  for (const member of listLostMembers(request)) lose(member);
  return { ask, names, losses: [...losses] };
};
