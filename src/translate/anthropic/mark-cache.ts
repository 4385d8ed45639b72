import type {
  ContentBlockParam,
  MessageParam,
  TextBlockParam,
  ToolUnion,
} from '@anthropic-ai/sdk/resources/messages';
import { chooseCachePoints, listEnds } from '../choose-cache-points.ts';

const HERE = { cache_control: { type: 'ephemeral' } } as const;

const markLast = <Block extends object>(blocks: readonly Block[]): Block[] =>
  blocks.map((block, place) => (place === blocks.length - 1 ? { ...block, ...HERE } : block));

const markMessage = (message: MessageParam): MessageParam => {
  if (typeof message.content === 'string') return message;
  if (message.role !== 'system') return { ...message, content: markLast<ContentBlockParam>(message.content) };
  return { ...message, content: markLast<TextBlockParam>(message.content) };
};

interface Cacheable {
  readonly tools: readonly ToolUnion[];
  readonly system: readonly TextBlockParam[];
  /** The last is not the model's. */
  readonly messages: readonly MessageParam[];
}

interface CacheTerms {
  /** Whether there is a use in caching the conversation, beside what it begins with: writing costs a quarter more. */
  readonly goesOn: boolean;
  /** Shorter prefixes are not cached by the model. */
  readonly minTokens: number;
}

interface Marked {
  readonly tools: ToolUnion[];
  readonly system: TextBlockParam[];
  readonly messages: MessageParam[];
  /** How many marks there are. */
  readonly marks: number;
}

const TOOLS = 0;
const SYSTEM = 1;
const FIRST_MESSAGE = 2;

/**
 * Asks for the prompt to be cached. Marks are no part of what the cache goes by, so they may move forward with the
 * conversation.
 * @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
export const markCache = (
  { tools, system, messages }: Cacheable,
  { goesOn, minTokens }: CacheTerms,
): Marked => {
  const heads = [...(system.length > 0 ? [SYSTEM] : []), ...(tools.length > 0 ? [TOOLS] : [])];
  const ends = goesOn ? listEnds(messages).map((end) => end + FIRST_MESSAGE) : [];
  const points = chooseCachePoints({ parts: [tools, system, ...messages], heads, ends, minTokens });
  return {
    tools: points.has(TOOLS) ? markLast(tools) : [...tools],
    system: points.has(SYSTEM) ? markLast(system) : [...system],
    messages: messages.map((message, place) =>
      points.has(place + FIRST_MESSAGE) ? markMessage(message) : message,
    ),
    marks: points.size,
  };
};
