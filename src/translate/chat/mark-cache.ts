import type { JsonObject } from '../ask.ts';
import { chooseCachePoints, listEnds } from '../choose-cache-points.ts';
import type { ChatMessage } from './write-messages.ts';

const HERE = { cache_control: { type: 'ephemeral' } } as const;

const partsOf = (content: ChatMessage['content']): readonly JsonObject[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);

/** Marks stand in parts of text alone, and an empty one cannot have any. */
const isMarkable = ({ content }: ChatMessage): boolean => {
  const last = partsOf(content).at(-1);
  return last?.type === 'text' && last.text !== '';
};

const mark = (message: ChatMessage): ChatMessage => {
  const parts = partsOf(message.content);
  return {
    ...message,
    content: parts.map((part, place) => (place === parts.length - 1 ? { ...part, ...HERE } : part)),
  };
};

interface CacheTerms {
  /** Whether there is a use in caching the conversation, beside what it begins with. */
  readonly goesOn: boolean;
  /** Shorter prefixes are not cached by the model. */
  readonly minTokens: number;
}

/**
 * Asks for the prompt to be cached, where a provider of chat completions passes Anthropic's marks on.
 * @param tools as they are sent, absent if there are none
 * @see https://openrouter.ai/docs/guides/best-practices/prompt-caching
 */
export const markCache = (
  tools: unknown,
  messages: readonly ChatMessage[],
  { goesOn, minTokens }: CacheTerms,
): { readonly messages: readonly ChatMessage[]; readonly marks: number } => {
  const hasInstructions = messages[0]?.role === 'system' || messages[0]?.role === 'developer';
  const ends = goesOn ? listEnds(messages).map((end) => end + 1) : [];
  const points = chooseCachePoints({
    parts: [tools ?? [], ...messages],
    heads: hasInstructions ? [1] : [],
    ends: ends.filter((end) => isMarkable(messages[end - 1] as ChatMessage)),
    minTokens,
  });
  return {
    messages: messages.map((message, place) => (points.has(place + 1) ? mark(message) : message)),
    marks: points.size,
  };
};
