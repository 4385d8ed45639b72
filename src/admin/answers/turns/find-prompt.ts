import type { ConversationItem } from '../../../conversation/item.ts';
import { readConversation } from '../../../conversation/read-conversation.ts';
import type { LogReader } from '../../../log/port.ts';
import { isByClient } from '../session-title.ts';

const MAX_CHARACTERS = 1_000;
const MAX_REMEMBERED = 5_000;

const wordsOf = (item: ConversationItem): string | undefined => {
  if (item.kind !== 'message' || item.role !== 'user') return undefined;
  const texts = item.parts.flatMap((part) =>
    part.kind === 'text' && part.text.trim() !== '' && !isByClient(part.text) ? [part.text] : [],
  );
  return texts.length === 0 ? undefined : texts.join('\n').trim();
};

const shorten = (text: string): string =>
  text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS - 1)}…`;

/**
 * Finds the user's own words among what an exchange added; undefined where it brings none. A body is read for it, so
 * it is remembered, but for exchanges that run.
 */
export type FindPrompt = (id: string, isRunning: boolean) => Promise<string | undefined>;

export const createFindPrompt = (log: Pick<LogReader, 'get'>): FindPrompt => {
  const known = new Map<string, string | undefined>();
  return async (id, isRunning) => {
    if (known.has(id)) return known.get(id);
    const detail = await log.get(id);
    if (!detail) return undefined;
    const { responseBody: _answer, ...asked } = detail;
    const { items, newFrom } = await readConversation(asked);
    const words = items
      .slice(newFrom)
      .map(wordsOf)
      .filter((text) => text !== undefined);
    // The last ones: what stands before them, a client has put there or the user has taken back.
    const prompt = words.length === 0 ? undefined : shorten(words.at(-1) ?? '');
    if (known.size >= MAX_REMEMBERED) known.clear();
    if (!isRunning) known.set(id, prompt);
    return prompt;
  };
};
