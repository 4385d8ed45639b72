import type { JsonObject } from '../base/json-object.ts';
import { describeCall } from './call.ts';
import type { ConversationItem, ToolOutput } from './item.ts';
import { fieldsOf, jsonTextOf, listOf, stringOf } from './json-fields.ts';
import { mapContent, mapToolOutput } from './parts.ts';
import { namesOf } from './read-tools.ts';

const CALL = /^(.+)_call$/;
const CALL_OUTPUT = /_output$/;
const FAILED = ['failed', 'incomplete'];

const mapMessage = (fields: JsonObject): ConversationItem => {
  const phase = stringOf(fields.phase);
  return {
    kind: 'message',
    role: stringOf(fields.role) ?? 'user',
    parts: mapContent(fields.content),
    ...(phase !== undefined && { phase }),
  };
};

const mapReasoning = (fields: JsonObject): ConversationItem => {
  const encrypted = stringOf(fields.encrypted_content);
  const texts = [...listOf(fields.summary), ...listOf(fields.content)];
  return {
    kind: 'reasoning',
    summary: texts.map((part) => stringOf(fieldsOf(part).text) ?? jsonTextOf(part)),
    ...(encrypted !== undefined && { encryptedBytes: encrypted.length }),
  };
};

/** Where each kind of call keeps what it was called with. */
const callArguments = (fields: JsonObject): unknown =>
  fields.arguments ??
  fields.input ??
  fields.action ??
  fields.operation ??
  fields.code ??
  fields.queries ??
  '';

const mapOutput = (fields: JsonObject): ToolOutput => {
  const callId = stringOf(fields.call_id);
  const { parts, failed } = mapToolOutput(fields.output ?? fields.tools ?? '');
  return {
    kind: 'toolOutput',
    ...(callId !== undefined && { callId }),
    parts,
    ...((failed || FAILED.includes(stringOf(fields.status) ?? '')) && { failed: true }),
  };
};

/** What a call of a tool at the provider's side brought with it: an MCP tool's output, a drawn image. */
const mapOwnOutput = (fields: JsonObject): ToolOutput[] => {
  const image = fields.type === 'image_generation_call' ? stringOf(fields.result) : undefined;
  if (image !== undefined) {
    return [{ kind: 'toolOutput', parts: [{ kind: 'image', url: `data:image/png;base64,${image}` }] }];
  }
  const output = fields.output ?? fields.error;
  return output === undefined || output === null ? [] : [mapOutput({ ...fields, output })];
};

const mapCall = (fields: JsonObject, kind: string): ConversationItem[] => {
  const callId = stringOf(fields.call_id);
  const namespace = stringOf(fields.namespace) ?? stringOf(fields.server_label);
  const given = callArguments(fields);
  const call = describeCall(
    {
      kind: 'toolCall',
      name: stringOf(fields.name) ?? kind,
      ...(callId !== undefined && { callId }),
      arguments: jsonTextOf(given),
      ...(namespace !== undefined && { namespace }),
      ...(kind === 'custom_tool' && { custom: true }),
    },
    typeof given === 'string' ? undefined : given,
  );
  return [call, ...mapOwnOutput(fields)];
};

/** One item of a Responses `input` or `output` list. Total: what it does not know stays as JSON. */
export const mapResponsesItem = (item: unknown): ConversationItem[] => {
  if (typeof item === 'string') return [{ kind: 'message', role: 'user', parts: mapContent(item) }];
  const fields = fieldsOf(item);
  const type = stringOf(fields.type) ?? (fields.role === undefined ? 'unknown' : 'message');
  if (type === 'message') return [mapMessage(fields)];
  if (type === 'reasoning') return [mapReasoning(fields)];
  const call = CALL.exec(type)?.[1];
  if (call !== undefined) return mapCall(fields, call);
  if (CALL_OUTPUT.test(type)) return [mapOutput(fields)];
  if (type === 'additional_tools') {
    return [{ kind: 'tools', names: namesOf(fields.tools), json: jsonTextOf(item) }];
  }
  return [{ kind: 'unknown', type, json: jsonTextOf(item) }];
};
