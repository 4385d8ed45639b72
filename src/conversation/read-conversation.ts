import { formatByteSize } from '../base/bytes.ts';
import { type JsonObject, parseJson } from '../base/json-object.ts';
import { bodyText, type ExchangeDetail, isBinary, readStoredBody, type StoredBody } from '../log/port.ts';

import type { Api } from '../sse/answer-summary.ts';
import { collectOutput } from '../sse/collect/collect-output.ts';
import { completeObject } from '../sse/complete-json.ts';
import { type ConversationItem, isByModel, type ToolCall } from './item.ts';
import { fieldsOf, jsonTextOf, listOf, stringOf } from './json-fields.ts';
import { mapChatMessage } from './read-chat.ts';
import { mapMessage, systemText } from './read-messages.ts';
import { mapResponsesItem } from './read-responses.ts';
import { toolNames } from './read-tools.ts';
import type { ReadScript } from './script/read-script.ts';
import { withResults } from './script/script-results.ts';

/** What an exchange said, read from its logged bodies. */
export interface Conversation {
  /** The system prompt, where it is not one of the items. */
  instructions?: string;
  /** Names of the tools that were offered. */
  tools: string[];
  /** How long their descriptions are, as JSON; absent where none were offered. */
  toolCharacters?: number;
  /** The whole input, the history that was sent again included. */
  items: ConversationItem[];
  /** Index of the first item that this request added: all before it the provider had seen or written. */
  newFrom: number;
  /** What the model answered, rebuilt from the events where the stream was cut. */
  output: ConversationItem[];
  /** A request body that is no conversation, as text. */
  requestText?: string;
  /** An answer that holds no output items (an error, a list of models), as text. */
  responseText?: string;
  /** Why there is less to read than was sent: a body was not logged whole, or its file is damaged. */
  unreadable?: string;
}

/** What a person can read of a body. */
const textOf = (bytes: Buffer): string =>
  isBinary(bytes) ? `(${formatByteSize(bytes.length)} of binary data)` : bodyText(bytes);

/** JSON set out in lines for reading, any other text as it is. */
const readableText = (text: string): string => {
  const value = text.includes('\n') ? undefined : parseJson(text);
  return typeof value === 'object' && value !== null ? jsonTextOf(value, 2) : text;
};

/** Codex's code mode: one custom tool takes JavaScript that calls the others. */
const isScript = (item: ConversationItem): item is ToolCall =>
  item.kind === 'toolCall' && item.custom === true && item.name === 'exec';

/** Says which tools the scripts call. The parser is loaded when the first script is read. */
const readScripts = async (items: readonly ConversationItem[]): Promise<Map<ToolCall, ReadScript>> => {
  const read = new Map<ToolCall, ReadScript>();
  const scripts = items.filter(isScript);
  if (scripts.length === 0) return read;
  const { readScript } = await import('./script/read-script.ts');
  for (const call of scripts) {
    const script = readScript(call.arguments);
    if (!script) continue;
    // A patch is a part of the script, and is shown as the call that applies it.
    delete call.patch;
    call.script = [...script.calls];
    read.set(call, script);
  }
  return read;
};

/**
 * Gives each tool output the name and the arguments of the call that it answers, and the calls of scripts how they
 * ended.
 * @param calls in the order in which they were made; of two with one id the later one before an output is meant
 */
export const nameOutputs = async (
  calls: readonly ConversationItem[],
  outputs: readonly ConversationItem[],
): Promise<void> => {
  const scripts = await readScripts(calls);
  const known = new Map<string, ToolCall>();
  const remember = (item: ConversationItem): void => {
    if (item.kind === 'toolCall' && item.callId !== undefined) known.set(item.callId, item);
  };
  if (calls !== outputs) for (const item of calls) remember(item);
  for (const item of outputs) {
    remember(item);
    const call = item.kind === 'toolOutput' ? known.get(item.callId ?? '') : undefined;
    if (item.kind !== 'toolOutput' || !call) continue;
    item.name = call.name;
    item.arguments = call.arguments;
    if (call.command !== undefined) item.command = call.command;
    const script = scripts.get(call);
    if (script === undefined) continue;
    const told = withResults(script, item.parts);
    if (told !== script.calls) call.script = [...told];
    item.script = call.script ?? [];
  }
};

const apiOf = (path: string): Api => {
  if (/\/chat\/completions(?:[/?]|$)/.test(path)) return 'chat';
  return /\/messages(?:[/?]|$)/.test(path) ? 'messages' : 'responses';
};

const inputItems = (request: JsonObject, api: Api): ConversationItem[] => {
  if (Array.isArray(request.messages)) {
    return request.messages.flatMap(api === 'messages' ? mapMessage : mapChatMessage);
  }
  const input = request.input ?? request.prompt;
  return typeof input === 'string' ? mapResponsesItem(input) : listOf(input).flatMap(mapResponsesItem);
};

/** The request; where the log kept only its beginning, what that says. */
const parseRequest = (text: string, cutOff: boolean): JsonObject => {
  const missing = cutOff ? completeObject(text, '"cut":true') : undefined;
  return fieldsOf(parseJson(missing === undefined ? text : text + missing));
};

const readRequest = (text: string, cutOff: boolean, api: Api, into: Conversation): void => {
  const request = parseRequest(text, cutOff);
  const instructions = stringOf(request.instructions) ?? systemText(request.system);
  into.tools = toolNames(request);
  if (request.tools !== undefined) into.toolCharacters = jsonTextOf(request.tools).length;
  into.items = inputItems(request, api);
  into.newFrom = into.items.findLastIndex(isByModel) + 1;
  if (instructions) into.instructions = instructions;
  if (into.items.length === 0 && !instructions && text !== '') into.requestText = readableText(text);
};

const itemsOf = (output: unknown, api: Api): ConversationItem[] => {
  if (api === 'messages') return mapMessage(output);
  return 'type' in fieldsOf(output) ? mapResponsesItem(output) : mapChatMessage(output);
};

const readAnswer = (bytes: Buffer, api: Api, into: Conversation): void => {
  const { output } = collectOutput(bytes, api);
  into.output = output.flatMap((item) => itemsOf(item, api));
  if (into.output.length === 0 && bytes.length > 0) into.responseText = readableText(textOf(bytes));
};

/**
 * Reads the bodies of an exchange as a conversation: Responses, chat completions and Anthropic's messages,
 * streamed or not, over HTTP or WebSocket. Total: a body that is not JSON, not UTF-8, cut off or damaged is
 * given as text or explained in `unreadable`, never thrown.
 */
export const readConversation = async (detail: ExchangeDetail): Promise<Conversation> => {
  const conversation: Conversation = { tools: [], items: [], newFrom: 0, output: [] };
  const { requestBody, responseBody, record } = detail;
  const problems: string[] = [];
  const read = async (
    body: StoredBody | undefined,
    side: 'request' | 'answer',
  ): Promise<Buffer | undefined> => {
    if (!body) return undefined;
    const result = await readStoredBody(body, side);
    if ('unreadable' in result) problems.push(result.unreadable);
    else if (body.cutOff) {
      problems.push(`the log kept only the first ${formatByteSize(result.bytes.length)} of the ${side}`);
    }
    return 'bytes' in result ? result.bytes : undefined;
  };
  const request = await read(requestBody, 'request');
  const api = apiOf(record.path);
  if (request) readRequest(textOf(request), requestBody?.cutOff === true, api, conversation);
  const answer = await read(responseBody, 'answer');
  if (answer) readAnswer(answer, api, conversation);
  const all = [...conversation.items, ...conversation.output];
  await nameOutputs(all, all);
  if (problems.length > 0) conversation.unreadable = problems.join('; ');
  return conversation;
};
