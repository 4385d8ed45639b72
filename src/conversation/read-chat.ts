import { describeCall } from './call.ts';
import type { ConversationItem } from './item.ts';
import { fieldsOf, jsonTextOf, listOf, stringOf } from './json-fields.ts';
import { mapContent, mapToolOutput } from './parts.ts';

const mapCall = (call: unknown): ConversationItem => {
  const fields = fieldsOf(call);
  const custom = fields.type === 'custom';
  const called = fieldsOf(custom ? fields.custom : (fields.function ?? fields));
  const callId = stringOf(fields.id);
  return describeCall({
    kind: 'toolCall',
    name: stringOf(called.name) ?? 'function',
    ...(callId !== undefined && { callId }),
    arguments: jsonTextOf(called.arguments ?? called.input ?? ''),
    ...(custom && { custom: true }),
  });
};

/** One message of chat completions: what it says, then the tools that it calls. */
export const mapChatMessage = (message: unknown): ConversationItem[] => {
  const fields = fieldsOf(message);
  const role = stringOf(fields.role) ?? 'user';
  const callId = stringOf(fields.tool_call_id);
  if (role === 'tool' || role === 'function') {
    const { parts, failed } = mapToolOutput(fields.content ?? '');
    return [
      {
        kind: 'toolOutput',
        ...(callId !== undefined && { callId }),
        parts,
        ...(failed && { failed }),
      },
    ];
  }
  const reasoning =
    stringOf(fields.reasoning_content) ?? stringOf(fields.reasoning) ?? stringOf(fields.reasoning_text);
  const refusal = stringOf(fields.refusal);
  const parts = mapContent(fields.content);
  if (refusal) parts.push({ kind: 'refusal', text: refusal });
  const calls = listOf(fields.tool_calls).map(mapCall);
  if (fields.function_call) calls.push(mapCall({ function: fields.function_call }));
  const items: ConversationItem[] = [];
  if (reasoning) items.push({ kind: 'reasoning', summary: [reasoning] });
  if (parts.length > 0 || calls.length === 0) items.push({ kind: 'message', role, parts });
  return [...items, ...calls];
};
