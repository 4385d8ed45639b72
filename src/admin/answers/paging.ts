import type { Paged } from '../api-types/entry.ts';
import { readCount } from '../select/read-query.ts';

/** How many models, clients or sessions a page has, and has at most. */
export const GROUP_LIMIT = 50;
export const MAX_GROUPS = 200;

export interface PageWish {
  readonly limit: number;
  readonly offset: number;
}

/** @throws GatewayError invalid_request */
export const readPage = (query: URLSearchParams, defaultLimit: number, most: number): PageWish => ({
  limit: Math.max(1, readCount(query, 'limit', defaultLimit, most)),
  offset: readCount(query, 'offset', 0, Number.MAX_SAFE_INTEGER),
});

export const pageOf = <Entry>(entries: readonly Entry[], { limit, offset }: PageWish): Paged<Entry> => ({
  entries: entries.slice(offset, offset + limit),
  total: entries.length,
  limit,
  offset,
});
