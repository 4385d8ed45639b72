import type { ExchangeRecord, Usage } from '../../log/port.ts';
import { lostTokens } from './lost-tokens.ts';

/** What of an exchange says how its conversation stands in the provider's cache. */
interface Seen {
  readonly threadId: string | undefined;
  readonly sessionId: string | undefined;
  readonly startedAtMs: number;
  readonly usage: Usage | undefined;
}

/** The last request of a thread. */
interface Last {
  readonly startedAtMs: number;
  readonly inputTokens: number;
}

const MAX_THREADS = 4_096;

/** Finds requests that paid again for what the last one of their thread had in its context, as they end. */
export interface LossTracker {
  /** An exchange of earlier, in any order: what comes next is compared with the latest. */
  seed(seen: Seen): void;
  /** @returns the tokens that an exchange lost; 0 where none, or where nothing came before it */
  note(record: ExchangeRecord): number;
}

/** Remembers the threads that were asked last. */
export const createLossTracker = (): LossTracker => {
  const threads = new Map<string, Last>();
  const take = ({ threadId, sessionId, usage, startedAtMs }: Seen): number => {
    const thread = threadId ?? sessionId;
    if (thread === undefined || !usage?.inputTokens) return 0;
    const before = threads.get(thread);
    if (before && before.startedAtMs > startedAtMs) return 0;
    threads.delete(thread);
    threads.set(thread, { startedAtMs, inputTokens: usage.inputTokens });
    if (threads.size > MAX_THREADS) threads.delete(threads.keys().next().value ?? '');
    return lostTokens(before?.inputTokens, usage);
  };
  return {
    seed: take,
    note: ({ client: { threadId, sessionId }, usage, startedAt }) =>
      take({ threadId, sessionId, usage, startedAtMs: Date.parse(startedAt) }),
  };
};
