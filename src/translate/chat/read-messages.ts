import { isObject, type JsonObject, nonEmptyString, objectsOf, wordOf } from '../../base/json-object.ts';
import type { AskItem, AskPart, Role } from '../ask.ts';
import { readContent } from '../responses/read-content.ts';
import { refuseAudioId } from '../responses/refuse-kept-elsewhere.ts';
import type { ToolNames } from '../responses/tool-names.ts';
import type { Sealer } from '../seal.ts';
import type { Lose } from './write-content.ts';

export interface MessageReaderDeps {
  readonly names: ToolNames;
  readonly sealer: Pick<Sealer, 'openReasoning'>;
  readonly lose: Lose;
}

/** The role in the middle; a `function` is what tools were before there were several. */
const ROLES: ReadonlyMap<unknown, Role | 'result'> = new Map([
  ['system', 'system'],
  ['developer', 'developer'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['tool', 'result'],
  ['function', 'result'],
]);

/** In the form of Responses, where a file's members are not nested. */
const flatParts = (content: unknown): unknown =>
  Array.isArray(content)
    ? content.map((part: unknown) =>
        isObject(part) && part.type === 'file' && isObject(part.file)
          ? { type: 'input_file', ...part.file }
          : part,
      )
    : content;

/** Thoughts that a client gives back: the text, and what the provider wants of them. */
const readThoughts = (message: JsonObject, { sealer, lose }: MessageReaderDeps): AskItem[] => {
  const text = nonEmptyString(message.reasoning_content) ?? nonEmptyString(message.reasoning) ?? '';
  const sealed = objectsOf(message.reasoning_details).flatMap(({ data }) => nonEmptyString(data) ?? []);
  const states = sealed.flatMap((data) => {
    const state = sealer.openReasoning(data);
    if (state === undefined) lose('encrypted reasoning of another provider');
    return state ?? [];
  });
  if (states.length === 0) return text === '' ? [] : [{ kind: 'reasoning', text }];
  return states.map((state, place) => ({ kind: 'reasoning', text: place === 0 ? text : '', state }));
};

const readCall = (call: JsonObject, names: ToolNames): AskItem[] => {
  const kind = isObject(call.custom) ? 'custom' : 'function';
  const called = call[kind];
  if (!isObject(called)) return [];
  const name = names.wireOf({ kind, name: nonEmptyString(called.name) ?? '' });
  const given = kind === 'custom' ? JSON.stringify({ input: called.input ?? '' }) : called.arguments;
  const json = typeof given === 'string' ? given : JSON.stringify(isObject(given) ? given : {});
  return [{ kind: 'call', callId: nonEmptyString(call.id) ?? '', name, json }];
};

const readAssistant = (message: JsonObject, deps: MessageReaderDeps): AskItem[] => {
  const parts: AskPart[] = readContent(flatParts(message.content), deps.lose);
  if (isObject(message.audio)) refuseAudioId(message.audio);
  const refusal = nonEmptyString(message.refusal);
  if (refusal !== undefined) parts.push({ kind: 'refusal', text: refusal });
  const legacy = isObject(message.function_call)
    ? [{ id: nonEmptyString(message.function_call.name), function: message.function_call }]
    : [];
  return [
    ...readThoughts(message, deps),
    ...(parts.length > 0 ? [{ kind: 'message' as const, role: 'assistant' as const, parts }] : []),
    ...[...objectsOf(message.tool_calls), ...legacy].flatMap((call) => readCall(call, deps.names)),
  ];
};

/** Reads one message. What cannot be translated is reported to `lose`. */
export const readMessage = (message: JsonObject, deps: MessageReaderDeps): AskItem[] => {
  const role = ROLES.get(message.role);
  if (role === 'assistant') return readAssistant(message, deps);
  if (role === undefined) deps.lose(`role ${wordOf(message.role)}`);
  const parts = readContent(flatParts(message.content), deps.lose);
  if (role === 'result') {
    const callId = nonEmptyString(message.tool_call_id) ?? nonEmptyString(message.name) ?? '';
    return [{ kind: 'result', callId, parts }];
  }
  return [{ kind: 'message', role: role ?? 'user', parts }];
};
