import type { ExchangeRecord } from '../../log/record.ts';

/** How a conversation has grown of late, request by request, though nothing of it came from the provider's cache. */
export interface Growth {
  /** Requests in a row. */
  readonly count: number;
  /** Tokens of the last one. */
  readonly inputTokens: number;
}

interface Seen {
  readonly inputTokens: number;
  readonly count: number;
}

const MAX_CONVERSATIONS = 4_096;
/** Providers cache no prefix that is short; below this, nothing is lost either. */
const MIN_TOKENS = 8_192;
/** A prefix counts as cached from this share of the input on. */
const MIN_CACHED_SHARE = 0.1;

export interface GrowthWatch {
  /** What a request that has ended says of its conversation. */
  note(record: ExchangeRecord): void;
  /** @returns undefined where the last request's prefix was cached, or it is the first one */
  of(record: Pick<ExchangeRecord, 'client'>): Growth | undefined;
  /** Begins to count anew: it has been told. */
  forget(record: Pick<ExchangeRecord, 'client'>): void;
}

const conversationOf = ({ client }: Pick<ExchangeRecord, 'client'>): string | undefined =>
  client.threadId ?? client.sessionId;

export const createGrowthWatch = (): GrowthWatch => {
  const conversations = new Map<string, Seen>();
  return {
    note: (record) => {
      const id = conversationOf(record);
      const { inputTokens = 0, cachedInputTokens = 0 } = record.usage ?? {};
      if (id === undefined || inputTokens === 0) return;
      const before = conversations.get(id);
      const isLost = inputTokens >= MIN_TOKENS && cachedInputTokens < inputTokens * MIN_CACHED_SHARE;
      const hasGrown = before !== undefined && inputTokens > before.inputTokens;
      conversations.delete(id);
      conversations.set(id, { inputTokens, count: isLost && hasGrown ? before.count + 1 : 0 });
      if (conversations.size > MAX_CONVERSATIONS) {
        conversations.delete(conversations.keys().next().value ?? '');
      }
    },
    of: (record) => {
      const seen = conversations.get(conversationOf(record) ?? '');
      return seen && seen.count > 0 ? seen : undefined;
    },
    forget: (record) => {
      conversations.delete(conversationOf(record) ?? '');
    },
  };
};
