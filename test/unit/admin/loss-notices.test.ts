import { expect, it } from 'vitest';
import { createLossNotices } from '../../../src/admin/cost/loss-notices.ts';
import { createLossTracker } from '../../../src/admin/cost/track-losses.ts';
import { bareRecord } from '../../support/log/bare-record.ts';

const record = (at: number, inputTokens: number, cachedInputTokens: number, threadId = 'thread-1') => ({
  ...bareRecord(`req_${at}`, at),
  client: { threadId, sessionId: 'session-1' },
  usage: { inputTokens, cachedInputTokens, outputTokens: 1, totalTokens: inputTokens + 1 },
});

it('tells of a session once its losses together have passed the sum, and then counts anew', () => {
  const take = createLossNotices(() => 0.5);
  expect(take('one', { tokens: 1_000, usd: 0.3 })).toBeUndefined();
  expect(take('two', { tokens: 1_000, usd: 0.3 })).toBeUndefined();
  expect(take('one', { tokens: 2_000, usd: 0.3 })).toEqual({ tokens: 3_000, usd: 0.6 });
  expect(take('one', { tokens: 1_000, usd: 0.3 })).toBeUndefined();
  expect(take('three', { tokens: 9_000, usd: 0.5 })).toEqual({ tokens: 9_000, usd: 0.5 });
});

it('goes by tokens where they have no price, and is silent where the sum is 0', () => {
  const take = createLossNotices(() => 0.5);
  expect(take('one', { tokens: 49_999, usd: undefined })).toBeUndefined();
  expect(take('one', { tokens: 1, usd: undefined })).toEqual({ tokens: 50_000, usd: undefined });
  const never = createLossNotices(() => 0);
  expect(never('one', { tokens: 9_000_000, usd: 900 })).toBeUndefined();
});

it('compares a request with the last one of its own thread, also with one that ended before it watched', () => {
  const tracker = createLossTracker();
  tracker.seed({
    threadId: 'thread-1',
    sessionId: undefined,
    startedAtMs: 1,
    usage: record(1, 40_000, 0).usage,
  });
  expect(tracker.note(record(5, 41_000, 0))).toBe(40_000);
  expect(tracker.note(record(6, 90_000, 0, 'thread-2'))).toBe(0);
  // What the log tells late is no news.
  tracker.seed({
    threadId: 'thread-1',
    sessionId: undefined,
    startedAtMs: 2,
    usage: record(2, 10_000, 0).usage,
  });
  expect(tracker.note(record(7, 42_000, 40_900))).toBe(0);
  expect(tracker.note(record(8, 42_000, 2_000))).toBe(40_000);
});
