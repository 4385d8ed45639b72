import type {
  MessageParam,
  TextBlockParam,
  ToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import {
  isInstruction,
  marked,
  type SplitInput,
  splitTurns,
  type Turn,
  type UserTurn,
} from './split-turns.ts';
import { writeResult } from './write-calls.ts';
import { type Lose, textBlocks, writeTextParts } from './write-parts.ts';

export interface WrittenMessages {
  readonly system: TextBlockParam[];
  readonly messages: MessageParam[];
}

const writeUserTurn = (
  { blocks, system }: UserTurn,
  results: readonly ToolResultBlockParam[],
  lose: Lose,
): MessageParam[] => {
  // Results come first, and a system message only after something of the user's.
  const content = [...results, ...blocks];
  if (content.length > 0) {
    const message: MessageParam = { role: 'user', content };
    return system.length > 0 ? [message, { role: 'system', content: system }] : [message];
  }
  if (system.length === 0) return [];
  lose('rank of a developer message in mid-conversation');
  return [{ role: 'user', content: marked(system) }];
};

const alternate = (turns: readonly Turn[], lose: Lose): MessageParam[] => {
  const messages: MessageParam[] = [];
  if (turns[0]?.role === 'assistant') {
    lose('start of the conversation with an assistant message');
    messages.push({ role: 'user', content: textBlocks('(The conversation begins with your words.)') });
  }
  let results: ToolResultBlockParam[] = [];
  for (const turn of turns) {
    if (turn.role === 'user') {
      messages.push(...writeUserTurn(turn, results, lose));
      results = [];
    } else {
      messages.push({ role: 'assistant', content: turn.blocks });
      results = turn.calls.map((paired) => writeResult(paired, lose));
    }
  }
  if (results.length > 0) {
    messages.push({ role: 'user', content: results });
  } else if (messages.at(-1)?.role === 'assistant') {
    // Newer models refuse to continue an answer of theirs; a word of the user's lets them go on.
    lose('end of the conversation with an assistant message');
    messages.push({ role: 'user', content: textBlocks('Continue.') });
  }
  return messages;
};

/**
 * Writes a conversation in the form that the API insists on: instructions first, then user and assistant in
 * turn, each call answered in the very next message, no empty text.
 * @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls
 * @see https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages
 */
export const writeMessages = (input: SplitInput): WrittenMessages => {
  const { items, lose } = input;
  const first = items.findIndex((item) => !isInstruction(item));
  const leading = (first === -1 ? items : items.slice(0, first)).filter(isInstruction);
  const rest = first === -1 ? [] : items.slice(first);
  const system = leading.flatMap(({ parts }) => writeTextParts(parts, 'a system message', lose));
  const messages = alternate(splitTurns({ ...input, items: rest }), lose);
  if (messages.length > 0 || system.length === 0) return { system, messages };
  lose('rank of the last system message, which nothing follows');
  return { system: system.slice(0, -1), messages: [{ role: 'user', content: system.slice(-1) }] };
};
