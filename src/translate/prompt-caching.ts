import { createHash } from 'node:crypto';
import type { Ask, JsonObject } from './ask.ts';
import type { TranslateInput } from './translation.ts';

const KEY_LENGTH = 32;

/**
 * Names the session as the cache key of an ask that has none, so that its requests reach the machine that has their
 * prefix. The provider learns no name that the client gave to the gateway alone.
 */
export const withCacheKey = (
  ask: Ask,
  { promptCaching = true, session }: Pick<TranslateInput, 'promptCaching' | 'session'>,
): Ask => {
  if (!promptCaching) return { ...ask, promptCaching };
  if (session === undefined || ask.cacheKey !== undefined) return ask;
  return { ...ask, cacheKey: createHash('sha256').update(session).digest('hex').slice(0, KEY_LENGTH) };
};

/** Names the member that a cache key is sent in; undefined if the provider is told none. */
export const keyedIn = (body: JsonObject): string | undefined =>
  body.prompt_cache_key === undefined ? undefined : 'prompt_cache_key of the session';

/** True if more requests with this conversation are likely: it has begun, it uses tools, or its session has a name. */
export const goesOn = ({ items, tools, cacheKey }: Ask): boolean =>
  tools.length > 0 ||
  cacheKey !== undefined ||
  items.some(({ kind }) => kind !== 'message') ||
  hasAnswer(items);

const hasAnswer = (items: Ask['items']): boolean =>
  items.some((item) => item.kind === 'message' && item.role === 'assistant');

export const namedMarks = (marks: number): string => `${marks} cache_control mark${marks === 1 ? '' : 's'}`;
