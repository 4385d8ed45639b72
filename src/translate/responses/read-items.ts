import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject, nonEmptyString, objectsOf, wordOf } from '../../base/json-object.ts';
import type { AskItem, AskPart, Role } from '../ask.ts';
import { type Sealer, unreadableMemory } from '../seal.ts';
import { readAgentMessage } from './agent-message.ts';
import { type Lose, readContent, readToolOutput } from './read-content.ts';
import type { ClientTool, ToolNames } from './tool-names.ts';

export interface ItemReaderDeps {
  readonly names: ToolNames;
  readonly sealer: Pick<Sealer, 'openReasoning' | 'openSummary'>;
  readonly lose: Lose;
  /** Whether the model has spoken since an item of the input. */
  readonly isAnswered: (item: object) => boolean;
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

const COMPACTION = /^(?:compaction|compaction_summary|context_compaction)$/;

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
  const sealed = nonEmptyString(item.encrypted_content);
  if (sealed === undefined) {
    lose(`${wordOf(item.type)} without its summary`);
    return [];
  }
  const summary = sealer.openSummary(sealed);
  if (summary === undefined) throw unreadableMemory(sealed);
  return [{ kind: 'message', role: 'user', parts: [{ kind: 'text', text: summary }] }];
};

/** Where nobody has answered yet, what the message says is the task itself. */
const readMessageOfAgent = (item: JsonObject, { lose, isAnswered }: ItemReaderDeps): AskItem[] => {
  const { text, isEncrypted } = readAgentMessage(item);
  if (isEncrypted && !isAnswered(item)) {
    throw new GatewayError(
      'memory_unreadable',
      `What ${nonEmptyString(item.author) ?? 'another agent'} tells this agent is encrypted by OpenAI for its own models, and this model cannot read it. Let the sub-agent inherit the model of the agent that starts it: call spawn_agent without \`model\`.`,
      { param: 'input' },
    );
  }
  if (isEncrypted) lose('message of an agent that is encrypted');
  const texts = isEncrypted ? [text, '[encrypted for the model that read it then]'] : [text];
  const parts = texts.filter((each) => each !== '').map((each) => ({ kind: 'text' as const, text: each }));
  return [{ kind: 'message', role: 'user', parts }];
};

/** The models of most providers can say no images, and can be shown what was made. */
const readGeneratedImage = (item: JsonObject): AskItem[] => {
  const prompt = nonEmptyString(item.revised_prompt);
  const about = `[an image that was made${prompt === undefined ? '' : `: ${prompt}`}]`;
  const result = nonEmptyString(item.result);
  const image: AskPart[] =
    result === undefined
      ? []
      : [{ kind: 'image', url: /^data:/i.test(result) ? result : `data:;base64,${result}` }];
  return [{ kind: 'message', role: 'user', parts: [{ kind: 'text', text: about }, ...image] }];
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

/**
 * One item of `input`. What cannot be carried is told to `lose`.
 * @throws GatewayError memory_unreadable, invalid_request where it names what only OpenAI keeps
 */
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
  if (COMPACTION.test(type)) return readCompaction(item, deps);
  if (type === 'agent_message') return readMessageOfAgent(item, deps);
  if (type === 'image_generation_call') return readGeneratedImage(item);
  if (type === 'mcp_call') return readMcpCall(item, deps);
  // Its tools are read with the others.
  if (type === 'additional_tools') return [];
  lose(`${type} item`);
  return [];
};
