import { createHash } from 'node:crypto';
import type { MessageUsage } from './answer-events.ts';
import { blocksOf } from './check-conversation.ts';
import type { MessagesRequest } from './request-schema.ts';

/** How many blocks before a mark are looked at. */
const LOOK_BACK = 20;
const TOKEN_CHARACTERS = 4;

interface Prefix {
  /** Of all blocks up to this one. */
  readonly hash: string;
  /** In tokens. */
  readonly length: number;
  readonly isMarked: boolean;
}

const prefixesOf = ({ model, tools = [], system = [], messages }: MessagesRequest): Prefix[] => {
  const blocks: (readonly [string, object])[] = [
    ...tools.map((tool) => ['tool', tool] as const),
    ...(typeof system === 'string' ? [] : system.map((block) => ['system', block] as const)),
    ...messages.flatMap((message) => blocksOf(message).map((block) => [message.role, block] as const)),
  ];
  let hash = model;
  let characters = 0;
  return blocks.map(([role, block]) => {
    const plain = JSON.stringify([role, block], (name, value) =>
      name === 'cache_control' ? undefined : value,
    );
    hash = createHash('sha256').update(hash).update(plain).digest('hex');
    characters += plain.length;
    return { hash, length: Math.ceil(characters / TOKEN_CHARACTERS), isMarked: 'cache_control' in block };
  });
};

/** Input as Anthropic counts it, by the marks of the requests so far. */
export interface PromptCache {
  /** @returns the usage of a request, whose prefixes are remembered */
  use(
    request: MessagesRequest,
  ): Pick<MessageUsage, 'input_tokens' | 'cache_read_input_tokens' | 'cache_creation_input_tokens'>;
}

/**
 * The prompt cache as it is documented: a prefix is stored where a mark stands, if it is long enough, and found again
 * at a mark or up to twenty blocks before one. Nothing expires.
 * @param minTokens shorter prefixes are not stored
 */
export const createPromptCache = (minTokens: number): PromptCache => {
  const stored = new Set<string>();
  return {
    use: (request) => {
      const prefixes = prefixesOf(request);
      const marked = prefixes.flatMap(({ isMarked }, place) => (isMarked ? [place] : []));
      const found = marked.flatMap((mark) =>
        prefixes.slice(Math.max(0, mark - LOOK_BACK), mark + 1).filter(({ hash }) => stored.has(hash)),
      );
      const read = Math.max(0, ...found.map(({ length }) => length));
      const kept = marked.map((mark) => prefixes[mark] as Prefix).filter(({ length }) => length >= minTokens);
      for (const { hash } of kept) stored.add(hash);
      const written = Math.max(read, ...kept.map(({ length }) => length)) - read;
      const total = prefixes.at(-1)?.length ?? 0;
      return {
        input_tokens: total - read - written,
        cache_read_input_tokens: read,
        cache_creation_input_tokens: written,
      };
    },
  };
};
