import type {
  ContentBlockParam,
  MessageParam,
  TextBlockParam,
  ToolUnion,
} from '@anthropic-ai/sdk/resources/messages';

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

/**
 * Asks for the prompt to be cached: after the tools, after the instructions, at the end, and where the end
 * was a turn ago, since the API looks only twenty blocks back for what it has cached. That makes four, the
 * most that it allows.
 * @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
export const markCache = ({ tools, system, messages }: Cacheable) => {
  const lastAnswer = messages.findLastIndex(({ role }) => role === 'assistant');
  const ends = new Set([messages.length - 1, lastAnswer - 1]);
  return {
    tools: markLast(tools),
    system: markLast(system),
    messages: messages.map((message, place) => (ends.has(place) ? markMessage(message) : message)),
  };
};
