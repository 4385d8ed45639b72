import { isObject, type JsonObject, nonEmptyString, objectsOf, wordOf } from '../../base/json-object.ts';
import type { AskItem, AskPart, Role } from '../ask.ts';
import type { ToolNames } from '../responses/tool-names.ts';
import type { Sealer } from '../seal.ts';
import { type Lose, readParts } from './read-parts.ts';
import { openThought } from './thought-seal.ts';

export interface MessageReaderDeps {
  readonly names: ToolNames;
  readonly sealer: Pick<Sealer, 'openReasoning'>;
  readonly lose: Lose;
}

const readThought = (block: JsonObject, { sealer, lose }: MessageReaderDeps): AskItem[] => {
  const text = nonEmptyString(block.thinking) ?? '';
  const signature = nonEmptyString(block.signature) ?? nonEmptyString(block.data);
  const opened = signature === undefined ? undefined : openThought(signature, sealer);
  if (opened?.isOurs === false) lose('signed thinking of another model');
  const state = opened?.isOurs === true ? opened.state : undefined;
  if (text === '' && state === undefined) return [];
  return [{ kind: 'reasoning', text, ...(state !== undefined && { state }) }];
};

const readCall = (block: JsonObject, names: ToolNames): AskItem => ({
  kind: 'call',
  callId: nonEmptyString(block.id) ?? '',
  name: names.wireOf({ kind: 'function', name: nonEmptyString(block.name) ?? '' }),
  json: JSON.stringify(isObject(block.input) ? block.input : {}),
});

const readResult = (block: JsonObject, lose: Lose): AskItem => ({
  kind: 'result',
  callId: nonEmptyString(block.tool_use_id) ?? '',
  parts: readParts(block.content, lose),
  ...(block.is_error === true && { isError: true }),
});

/** What Anthropic ran itself, in words: another model can read that, and cannot be asked to go on from it. */
const readServerBlock = (block: JsonObject, lose: Lose): AskPart[] => {
  lose(`${wordOf(block.type).slice(0, 50)} block (told in words)`);
  if (/tool_use$/.test(wordOf(block.type))) {
    const { name, input } = block;
    return [{ kind: 'text', text: `[used ${wordOf(name ?? 'a tool')}: ${JSON.stringify(input ?? {})}]` }];
  }
  const found = objectsOf(block.content).map(({ title, url, text }) =>
    [title, url, text].flatMap((word) => nonEmptyString(word) ?? []).join(' '),
  );
  return [{ kind: 'text', text: `[it gave: ${found.filter((line) => line !== '').join('; ')}]` }];
};

const SERVER_BLOCK = /^(?:server_tool_use|mcp_tool_use|\w{1,60}_tool_result)$/;

/**
 * One of `messages`, as the steps that it consists of, in their order. What cannot be carried is told to `lose`.
 * @throws GatewayError invalid_request where it names a file that Anthropic keeps
 */
export const readMessage = (message: JsonObject, deps: MessageReaderDeps): AskItem[] => {
  const { lose, names } = deps;
  const isKnown = message.role === 'user' || message.role === 'assistant' || message.role === 'system';
  if (!isKnown) lose(`role ${wordOf(message.role).slice(0, 50)}`);
  const role: Role = message.role === 'assistant' || message.role === 'system' ? message.role : 'user';
  if (typeof message.content === 'string') {
    return [{ kind: 'message', role, parts: readParts(message.content, lose) }];
  }
  const items: AskItem[] = [];
  let said: AskPart[] = [];
  const endMessage = (): void => {
    if (said.length > 0) items.push({ kind: 'message', role, parts: said });
    said = [];
  };
  for (const block of objectsOf(message.content)) {
    const type = wordOf(block.type);
    if (type === 'tool_use') {
      endMessage();
      items.push(readCall(block, names));
    } else if (type === 'tool_result') {
      endMessage();
      items.push(readResult(block, lose));
    } else if (type === 'thinking' || type === 'redacted_thinking') {
      endMessage();
      items.push(...readThought(block, deps));
    } else if (SERVER_BLOCK.test(type)) {
      said.push(...readServerBlock(block, lose));
    } else {
      said.push(...readParts([block], lose));
    }
  }
  endMessage();
  return items;
};
