import type { ChatQuirks } from './quirks.ts';
import type { Lose } from './write-content.ts';
import type { ChatMessage } from './write-messages.ts';

type Parts = Exclude<ChatMessage['content'], string | null>;

const partsOf = (content: ChatMessage['content']): Parts =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);

const joinContents = (one: ChatMessage['content'], other: ChatMessage['content']): ChatMessage['content'] =>
  typeof one === 'string' && typeof other === 'string'
    ? `${one}\n\n${other}`
    : [...partsOf(one), ...partsOf(other)];

const isInstruction = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';

/** Inserted between a tool result and the next user message if the model said nothing in between. */
const BRIDGE: ChatMessage = { role: 'assistant', content: 'Understood.' };

/**
 * Brings messages into the order that a provider's chat template insists on.
 * @see https://github.com/mistralai/mistral-common/issues/169
 */
export const orderMessages = (
  messages: readonly ChatMessage[],
  order: ChatQuirks['order'],
  lose: Lose,
): readonly ChatMessage[] => {
  if (order === undefined || order === 'free') return messages;
  const ordered: ChatMessage[] = [];
  for (const message of messages) {
    const last = ordered.at(-1);
    const isFirst = last === undefined || (ordered.length === 1 && isInstruction(last));
    if (isInstruction(message) && !isFirst) lose('role of a later instruction');
    const said: ChatMessage = isInstruction(message) && !isFirst ? { ...message, role: 'user' } : message;
    const joins = last !== undefined && last.role === said.role && last.role !== 'tool';
    if (joins && said.tool_calls === undefined && last.tool_calls === undefined) {
      ordered[ordered.length - 1] = { ...last, ...said, content: joinContents(last.content, said.content) };
      continue;
    }
    if (order === 'bridged' && last?.role === 'tool' && said.role === 'user') ordered.push(BRIDGE);
    ordered.push(said);
  }
  return ordered;
};

/** Put before what the model says where nobody has asked it for anything. */
const OPENING: ChatMessage = { role: 'user', content: 'Go on.' };

/**
 * A conversation in which the user says something, as chat templates insist: "No user query found in messages."
 * @see https://github.com/sst/opencode/pull/2659
 */
export const withUser = (messages: readonly ChatMessage[], lose: Lose): readonly ChatMessage[] => {
  if (messages.some(({ role }) => role === 'user')) return messages;
  const first = messages.findIndex((message) => !isInstruction(message));
  const last = messages.at(-1);
  if (first === -1 && last !== undefined) {
    lose('rank of the last system message, which nothing follows');
    return [...messages.slice(0, -1), { ...last, role: 'user' }];
  }
  lose('a conversation without a word of the user ("Go on." put before it)');
  return [...messages.slice(0, first), OPENING, ...messages.slice(first)];
};
