import { isObject, type JsonObject, objectsOf, parseJson } from '../../base/json-object.ts';
import { lastObjects } from '../../json/last-elements.ts';
import type { ByteRange } from '../../json/scan-members.ts';
import type { Api } from '../../sse/answer-summary.ts';

/** One call of a tool with what came of it: equal texts are equal calls with equal results. */
export interface CallAndResult {
  readonly tool: string;
  readonly text: string;
}

export interface Call {
  readonly id: string;
  readonly tool: string;
  readonly given: string;
}

interface Result {
  readonly id: string;
  readonly text: string;
}

/** What one item of a conversation adds; `turns`: a user speaks, and begins something new. */
export type Read =
  | { readonly kind: 'turns' }
  | { readonly kind: 'calls'; readonly calls: readonly Call[]; readonly results: readonly Result[] };

/** Of the conversation's end, as much as may be read: no more is needed, and none of it is held. */
export const MAX_BYTES = 512 * 1024;
export const MAX_ITEMS = 100;

/** What of a result differs each time, and says nothing: Codex's own lines above an output. */
const NOISE = /"?(?:Chunk ID|Wall time|duration_seconds)"?:? *[\w.]+/g;

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
const idOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const resultOf = (id: unknown, value: unknown): Result => ({
  id: idOf(id),
  text: textOf(value).replace(NOISE, ''),
});

const NOTHING: Read = { kind: 'calls', calls: [], results: [] };

/** @param item of a Responses conversation, or of an answer's output */
export const readResponses = (item: JsonObject): Read => {
  const type = idOf(item.type);
  if (type.endsWith('_output')) {
    return { kind: 'calls', calls: [], results: [resultOf(item.call_id, item.output)] };
  }
  if (type.endsWith('_call')) {
    const call = { id: idOf(item.call_id), tool: idOf(item.name) || type.slice(0, -'_call'.length) };
    const given = textOf(item.arguments ?? item.input ?? item.action);
    return { kind: 'calls', calls: [{ ...call, given }], results: [] };
  }
  const isOther = type === 'reasoning' || item.role === 'assistant';
  return isOther ? NOTHING : { kind: 'turns' };
};

const readChat = (message: JsonObject): Read => {
  if (message.role === 'tool') {
    return { kind: 'calls', calls: [], results: [resultOf(message.tool_call_id, message.content)] };
  }
  if (message.role !== 'assistant') return { kind: 'turns' };
  const calls = objectsOf(message.tool_calls).map(({ id, function: called }) => {
    const { name, arguments: args } = isObject(called) ? called : {};
    return { id: idOf(id), tool: idOf(name), given: textOf(args) };
  });
  return { kind: 'calls', calls, results: [] };
};

const readMessages = ({ role, content }: JsonObject): Read => {
  const blocks = objectsOf(content);
  if (role === 'assistant') {
    const calls = blocks
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, name, input }) => ({ id: idOf(id), tool: idOf(name), given: textOf(input) }));
    return { kind: 'calls', calls, results: [] };
  }
  const results = blocks.filter(({ type }) => type === 'tool_result');
  if (results.length === 0) return { kind: 'turns' };
  return {
    kind: 'calls',
    calls: [],
    results: results.map(({ tool_use_id: id, content: result }) => resultOf(id, result)),
  };
};

/** Equal for equal calls with equal results. */
export const joinCall = ({ tool, given }: Omit<Call, 'id'>, result: string): string =>
  `${tool}\n${given}\n${result}`;

/** `mark`: what a result cannot be without, so that nothing else has to be parsed. */
const FORMS = {
  responses: { member: 'input', mark: '_output"', read: readResponses },
  chat: { member: 'messages', mark: '"tool"', read: readChat },
  messages: { member: 'messages', mark: '"tool_result"', read: readMessages },
} as const;

type ReadApi = Exclude<Api, 'gemini'>;

/** Where a request keeps its conversation. */
export const conversationMember = (api: ReadApi): string => FORMS[api].member;

/**
 * The calls of the turn that runs, the latest first, each once its result is there. Nothing is read but the end of
 * the conversation, and nothing at all unless that is a result.
 * @param range where the conversation lies
 */
export function* lastCalls(api: ReadApi, bytes: Buffer, range: ByteRange): Generator<CallAndResult> {
  const { read, mark } = FORMS[api];
  const waiting = new Map<string, string>();
  let items = 0;
  for (const { start, end } of lastObjects(bytes, range)) {
    items++;
    if (items > MAX_ITEMS || range.end - start > MAX_BYTES) return;
    if (items === 1 && !bytes.subarray(start, end).includes(mark)) return;
    const item = parseJson(bytes.toString('utf8', start, end));
    if (!isObject(item)) return;
    const found = read(item);
    if (found.kind === 'turns') return;
    if (items === 1 && found.results.length === 0) return;
    for (const { id, text } of found.results) waiting.set(id, text);
    for (const { id, tool, given } of found.calls.toReversed()) {
      const result = waiting.get(id);
      if (result !== undefined) yield { tool, text: joinCall({ tool, given }, result) };
    }
  }
}
