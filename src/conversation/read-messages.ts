import type { JsonObject } from '../base/json-object.ts';
import { describeCall } from './call.ts';
import type { ConversationItem, ConversationPart } from './item.ts';
import { fieldsOf, jsonTextOf, listOf, stringOf } from './json-fields.ts';
import { mapToolOutput } from './parts.ts';

/** `{type: 'base64', media_type, data}`, `{type: 'url', url}` or `{type: 'file', file_id}`. */
const urlOf = (source: JsonObject): string =>
  source.type === 'base64'
    ? `data:${stringOf(source.media_type) ?? ''};base64,${stringOf(source.data) ?? ''}`
    : (stringOf(source.url) ?? stringOf(source.file_id) ?? '');

const mapPart = (block: unknown): ConversationPart => {
  if (typeof block === 'string') return { kind: 'text', text: block };
  const fields = fieldsOf(block);
  if (fields.type === 'image') return { kind: 'image', url: urlOf(fieldsOf(fields.source)) };
  if (fields.type === 'document') {
    const name = stringOf(fields.title);
    return { kind: 'file', ...(name !== undefined && { name }) };
  }
  return { kind: 'text', text: stringOf(fields.text) ?? jsonTextOf(block) };
};

const partsOf = (content: unknown): ConversationPart[] => {
  if (content === undefined || content === null || content === '') return [];
  return (Array.isArray(content) ? content : [content]).map(mapPart);
};

const mapResult = (fields: JsonObject): ConversationItem => {
  const callId = stringOf(fields.tool_use_id);
  const { content } = fields;
  const failed = fields.is_error === true;
  return {
    kind: 'toolOutput',
    ...(callId !== undefined && { callId }),
    parts: typeof content === 'string' ? mapToolOutput(content).parts : partsOf(content),
    ...(failed && { failed }),
  };
};

const mapCall = (fields: JsonObject): ConversationItem => {
  const callId = stringOf(fields.id);
  const { input } = fields;
  return describeCall({
    kind: 'toolCall',
    name: stringOf(fields.name) ?? 'tool',
    ...(callId !== undefined && { callId }),
    arguments: typeof input === 'string' ? input : jsonTextOf(input ?? {}),
  });
};

const mapThought = (fields: JsonObject): ConversationItem => {
  const thought = stringOf(fields.thinking);
  const sealed = stringOf(fields.data) ?? stringOf(fields.signature);
  return {
    kind: 'reasoning',
    summary: thought ? [thought] : [],
    ...(sealed && { encryptedBytes: sealed.length }),
  };
};

const mapBlock = (block: unknown): ConversationItem | ConversationPart => {
  const fields = fieldsOf(block);
  const type = stringOf(fields.type) ?? 'text';
  if (type.endsWith('thinking')) return mapThought(fields);
  if (type.endsWith('tool_use')) return mapCall(fields);
  if (type.endsWith('tool_result')) return mapResult(fields);
  return mapPart(block);
};

const isItem = (mapped: ConversationItem | ConversationPart): mapped is ConversationItem =>
  ['reasoning', 'toolCall', 'toolOutput'].includes(mapped.kind);

/**
 * One message of Anthropic's Messages API, its blocks in their order: what it says, what was thought, the
 * tools that it calls, and what they gave back.
 */
export const mapMessage = (message: unknown): ConversationItem[] => {
  const fields = fieldsOf(message);
  const role = stringOf(fields.role) ?? 'user';
  const { content } = fields;
  if (typeof content === 'string') return [{ kind: 'message', role, parts: partsOf(content) }];
  const items: ConversationItem[] = [];
  for (const mapped of listOf(content).map(mapBlock)) {
    const last = items.at(-1);
    if (isItem(mapped)) items.push(mapped);
    else if (last?.kind === 'message') last.parts.push(mapped);
    else items.push({ kind: 'message', role, parts: [mapped] });
  }
  return items;
};

/** The system prompt: a text, or blocks of text. */
export const systemText = (system: unknown): string | undefined =>
  stringOf(system) ??
  (Array.isArray(system)
    ? system.map((block) => stringOf(fieldsOf(block).text) ?? '').join('\n\n')
    : undefined);
