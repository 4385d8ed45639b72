import type { ConversationItem, ConversationPart } from '../../conversation/item.ts';
import type { Conversation } from '../../conversation/read-conversation.ts';
import type { Attributes } from '../otlp/attributes.ts';

/** Of one text; of a longer one its beginning is sent. */
const MAX_TEXT = 16_384;
/** Of an attribute; of a longer history its latest messages are sent. */
const MAX_ATTRIBUTE = 131_072;

interface Message {
  readonly role: string;
  readonly parts: readonly object[];
}

const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);

const text = (content: string): object => ({ type: 'text', content: cut(content) });

/** What is no text is named, and its bytes are left out. */
const describePart = (part: ConversationPart): object => {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return text(part.text);
    case 'image':
      return text('[an image]');
    case 'file':
      return text(`[a file${part.name === undefined ? '' : `: ${part.name}`}]`);
  }
};

const textOf = (parts: readonly ConversationPart[]): string =>
  parts
    .map((part) => (part.kind === 'text' || part.kind === 'refusal' ? part.text : `[${part.kind}]`))
    .join('\n');

const describeItem = (item: ConversationItem): Message | undefined => {
  switch (item.kind) {
    case 'message':
      return { role: item.role, parts: item.parts.map(describePart) };
    case 'reasoning':
      return item.summary.length === 0
        ? undefined
        : { role: 'assistant', parts: [{ type: 'reasoning', content: cut(item.summary.join('\n')) }] };
    case 'toolCall':
      return {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: item.callId, name: item.name, arguments: cut(item.arguments) }],
      };
    case 'toolOutput':
      return {
        role: 'tool',
        parts: [{ type: 'tool_call_response', id: item.callId, response: cut(textOf(item.parts)) }],
      };
    case 'tools':
    case 'unknown':
      return undefined;
  }
};

/** The latest messages that have room, as JSON; undefined where there are none. */
const toJson = (items: readonly ConversationItem[]): string | undefined => {
  const kept: string[] = [];
  let length = 0;
  for (const item of [...items].reverse()) {
    const message = describeItem(item);
    if (!message) continue;
    const json = JSON.stringify(message);
    length += json.length + 1;
    if (length > MAX_ATTRIBUTE) break;
    kept.push(json);
  }
  return kept.length === 0 ? undefined : `[${kept.reverse().join(',')}]`;
};

/** What was asked and answered, as the GenAI conventions have it in attributes: messages as JSON. */
export const describeContent = ({ instructions, items, output }: Conversation): Attributes => ({
  'gen_ai.system_instructions': instructions && JSON.stringify([text(instructions)]),
  'gen_ai.input.messages': toJson(items),
  'gen_ai.output.messages': toJson(output),
});
