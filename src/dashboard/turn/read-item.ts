import type { ConversationItem, ConversationPart } from '../../conversation/item.ts';
import { texts } from '../texts.ts';

/** What Codex puts into the user's mouth: its surroundings, the project's instructions, hooks. */
const CODEX_CONTEXT =
  /^\s*(?:<[a-z_ ]{0,40}(?:context|instructions|notice|hook|reminder|skills?)[a-z_ ]{0,40}>|# AGENTS\.md instructions)/i;

const partText = (part: ConversationPart): string =>
  part.kind === 'text' || part.kind === 'refusal'
    ? part.text
    : part.kind === 'image'
      ? part.url
      : (part.name ?? '');

const partsText = (parts: readonly ConversationPart[]): string => parts.map(partText).join('\n');

/** Who or what an item is, as its margin says it. */
export const roleOf = (item: ConversationItem): string => {
  switch (item.kind) {
    case 'message': {
      const [first] = item.parts;
      const fromCodex = item.role === 'user' && first?.kind === 'text' && CODEX_CONTEXT.test(first.text);
      return fromCodex ? texts.turn.roles.context : item.role;
    }
    case 'reasoning':
      return texts.turn.roles.reasoning;
    case 'toolCall':
      return item.namespace ? `${item.namespace}.${item.name}` : item.name;
    case 'toolOutput':
      return item.name ?? texts.turn.roles.output;
    case 'tools':
      return texts.turn.roles.tools;
    case 'unknown':
      return item.type;
  }
};

/** An item as plain text, to copy. */
export const textOf = (item: ConversationItem, output?: ConversationItem): string => {
  const after = output ? `\n\n${textOf(output)}` : '';
  switch (item.kind) {
    case 'message':
    case 'toolOutput':
      return partsText(item.parts) + after;
    case 'reasoning':
      return item.summary.join('\n\n');
    case 'toolCall':
      return item.arguments + after;
    case 'tools':
    case 'unknown':
      return item.json;
  }
};
