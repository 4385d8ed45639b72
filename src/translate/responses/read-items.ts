import { isObject, type JsonObject, nonEmptyString, objectsOf, wordOf } from '../../base/json-object.ts';
import type { AskItem, Role } from '../ask.ts';
import type { Sealer } from '../seal.ts';
import { type Lose, readContent, readToolOutput } from './read-content.ts';
import type { ClientTool, ToolNames } from './tool-names.ts';

export interface ItemReaderDeps {
  readonly names: ToolNames;
  readonly sealer: Pick<Sealer, 'openReasoning' | 'openSummary'>;
  readonly lose: Lose;
}

const ROLES: ReadonlySet<unknown> = new Set<Role>(['system', 'developer', 'user', 'assistant']);
const isRole = (value: unknown): value is Role => ROLES.has(value);

const textsOf = (list: unknown): string[] =>
  objectsOf(list).flatMap(({ text }) => (typeof text === 'string' ? [text] : []));

const callIdOf = (item: JsonObject): string =>
  nonEmptyString(item.call_id) ?? nonEmptyString(item.approval_request_id) ?? nonEmptyString(item.id) ?? '';

const asJson = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(isObject(value) ? value : {});

/** What the model wrote as arguments of each kind of call that a client runs. */
const argumentsOf = (item: JsonObject): string => {
  if (item.type === 'custom_tool_call') return JSON.stringify({ input: item.input ?? '' });
  return asJson(item.arguments ?? item.action ?? item.operation);
};

const CLIENT_CALL = /^(?:function|custom_tool|tool_search|local_shell|shell|apply_patch)_call$/;
const CLIENT_OUTPUT = /^(?:function|custom_tool|local_shell|shell|apply_patch)_call_output$/;

const toolOf = (item: JsonObject): ClientTool => {
  const kind = item.type === 'custom_tool_call' ? 'custom' : 'function';
  if (item.type === 'tool_search_call') return { kind: 'tool_search', name: 'tool_search' };
  const name = nonEmptyString(item.name) ?? wordOf(item.type).replace(/_call$/, '');
  const namespace = nonEmptyString(item.namespace);
  return { kind, name, ...(namespace !== undefined && { namespace }) };
};

/** The names of what a search found; the tools themselves are read with the others. */
const foundTools = (tools: unknown, names: ToolNames, namespace?: string): string[] =>
  objectsOf(tools).flatMap((tool) => {
    const name = nonEmptyString(tool.name);
    if (name === undefined) return [];
    if (tool.type === 'namespace') return foundTools(tool.tools, names, name);
    const kind = tool.type === 'custom' ? 'custom' : 'function';
    return [names.wireOf({ kind, name, ...(namespace !== undefined && { namespace }) })];
  });

const readReasoning = (item: JsonObject, { sealer, lose }: ItemReaderDeps): AskItem[] => {
  const summary = textsOf(item.summary).join('\n\n');
  const text = summary === '' ? textsOf(item.content).join('\n\n') : summary;
  const sealed = nonEmptyString(item.encrypted_content);
  const state = sealed === undefined ? undefined : sealer.openReasoning(sealed);
  if (sealed !== undefined && state === undefined) lose('encrypted reasoning of another provider');
  if (state === undefined && text === '') return [];
  return [{ kind: 'reasoning', text, ...(state !== undefined && { state }) }];
};

const readCompaction = (item: JsonObject, { sealer, lose }: ItemReaderDeps): AskItem[] => {
  const summary = sealer.openSummary(nonEmptyString(item.encrypted_content) ?? '');
  if (summary !== undefined) {
    return [{ kind: 'message', role: 'user', parts: [{ kind: 'text', text: summary }] }];
  }
  lose('compaction of another provider');
  return [];
};

/** A call that the provider's side ran, and what came of it, as if the client had run it. */
const readMcpCall = (item: JsonObject, { names, lose }: ItemReaderDeps): AskItem[] => {
  const callId = callIdOf(item);
  const name = nonEmptyString(item.name) ?? 'mcp';
  const server = nonEmptyString(item.server_label);
  const wireName = names.wireOf({ kind: 'function', name, ...(server && { namespace: server }) });
  const call: AskItem = { kind: 'call', callId, name: wireName, json: argumentsOf(item) };
  const failed = item.error !== undefined && item.error !== null;
  const parts = readToolOutput(item.output ?? item.error, lose);
  return [call, { kind: 'result', callId, parts, ...(failed && { isError: true }) }];
};

/** One item of `input`. What cannot be carried is told to `lose`. */
export const readItem = (item: unknown, deps: ItemReaderDeps): AskItem[] => {
  const { names, lose } = deps;
  if (typeof item === 'string') return [{ kind: 'message', role: 'user', parts: readContent(item, lose) }];
  if (!isObject(item)) {
    lose('input item that is no object');
    return [];
  }
  const type = nonEmptyString(item.type) ?? (item.role === undefined ? 'item_reference' : 'message');
  if (type === 'message') {
    if (!isRole(item.role)) lose(`role ${wordOf(item.role)}`);
    const role = isRole(item.role) ? item.role : 'user';
    return [{ kind: 'message', role, parts: readContent(item.content, lose) }];
  }
  if (CLIENT_CALL.test(type)) {
    const name = names.wireOf(toolOf(item));
    return [{ kind: 'call', callId: callIdOf(item), name, json: argumentsOf(item) }];
  }
  if (CLIENT_OUTPUT.test(type)) {
    const parts = readToolOutput(item.output, lose);
    return [
      { kind: 'result', callId: callIdOf(item), parts, ...(item.status === 'failed' && { isError: true }) },
    ];
  }
  if (type === 'tool_search_output') {
    const text = `Tools that can be called now: ${foundTools(item.tools, names).join(', ') || 'none'}`;
    return [{ kind: 'result', callId: callIdOf(item), parts: [{ kind: 'text', text }] }];
  }
  if (type === 'reasoning') return readReasoning(item, deps);
  if (type === 'compaction' || type === 'compaction_summary') return readCompaction(item, deps);
  if (type === 'mcp_call') return readMcpCall(item, deps);
  // Its tools are read with the others.
  if (type === 'additional_tools') return [];
  lose(`${type} item`);
  return [];
};
