import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOutbox, type DropReason, type OutboxDeps } from '../../../src/telemetry/send/create-outbox.ts';
import type { Posted } from '../../../src/telemetry/send/post.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const TAKEN: Posted = { kind: 'taken', rejected: 0 };

const setUp = (answers: readonly Posted[] = [], options: Partial<OutboxDeps<Buffer>> = {}) => {
  const bodies: string[] = [];
  const drops: [DropReason, number][] = [];
  const troubles: (string | undefined)[] = [];
  const left = [...answers];
  const outbox = createOutbox<Buffer>({
    post: async (body) => {
      bodies.push(body.toString());
      return left.shift() ?? TAKEN;
    },
    sizeOf: (item) => item.length,
    pack: (items) => ({
      body: Buffer.from(items.join(',')),
      contentType: 'application/json',
      items: items.length,
    }),
    maxItems: 6,
    maxBytes: 20,
    maxBatch: 3,
    delayMs: 5_000,
    now: () => Date.now(),
    onDrop: (reason, items) => drops.push([reason, items]),
    onTrouble: (why) => troubles.push(why),
    ...options,
  });
  const add = (...items: string[]): void => {
    for (const item of items) outbox.add(Buffer.from(item));
  };
  return { outbox, add, bodies, drops, troubles };
};

describe('what waits', () => {
  it('waits for company, and no longer than it may', async () => {
    const { add, bodies } = setUp();
    add('a', 'b');
    await vi.advanceTimersByTimeAsync(4_999);
    expect(bodies).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(bodies).toEqual(['a,b']);
  });

  it('leaves at once where it fills a batch', async () => {
    const { add, bodies } = setUp();
    add('a', 'b', 'c', 'd');
    await vi.advanceTimersByTimeAsync(0);
    expect(bodies).toEqual(['a,b,c']);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(bodies).toEqual(['a,b,c', 'd']);
  });

  it('is bounded in number, what is on its way included, and in bytes', async () => {
    const stuck = setUp([], { post: () => new Promise<Posted>(() => {}) });
    stuck.add('a', 'b', 'c');
    await vi.advanceTimersByTimeAsync(0);
    stuck.add('d', 'e', 'f', 'g', 'h');
    expect(stuck.outbox.waiting.items).toBe(6);
    expect(stuck.drops).toEqual([
      ['queue_full', 1],
      ['queue_full', 1],
    ]);
    const large = setUp();
    large.add('x'.repeat(15), 'y'.repeat(6), 'z'.repeat(5));
    expect(large.outbox.waiting).toEqual({ items: 2, bytes: 20 });
    expect(large.drops).toEqual([['queue_full', 1]]);
  });
});

describe('a collector', () => {
  const AWAY: Posted = { kind: 'again', why: 'ECONNREFUSED' };

  it('is asked again with the same batch until it takes it, and nothing is lost', async () => {
    const { add, bodies, drops, troubles } = setUp([AWAY, AWAY, AWAY]);
    add('a', 'b', 'c');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(bodies).toEqual(['a,b,c', 'a,b,c', 'a,b,c', 'a,b,c']);
    expect(drops).toEqual([]);
    expect(troubles).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED', undefined]);
  });

  it('is left alone for as long as it asks to be', async () => {
    const { add, bodies } = setUp([{ kind: 'again', why: 'HTTP 429', afterMs: 60_000 }]);
    add('a', 'b', 'c');
    await vi.advanceTimersByTimeAsync(59_999);
    expect(bodies).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(bodies).toHaveLength(2);
  });

  it('that stays away loses one batch after five minutes, and gets the next', async () => {
    const { add, bodies, drops } = setUp(Array(200).fill(AWAY));
    add('a', 'b', 'c', 'd', 'e', 'f');
    await vi.advanceTimersByTimeAsync(340_000);
    expect(drops).toEqual([['unreachable', 3]]);
    expect(bodies.at(-1)).toBe('d,e,f');
  });

  it('that refuses a batch loses it, and what it rejects is counted', async () => {
    const { add, drops } = setUp([
      { kind: 'refused', why: 'HTTP 400' },
      { kind: 'taken', rejected: 2, why: 'too old' },
    ]);
    add('a', 'b', 'c', 'd', 'e', 'f');
    await vi.advanceTimersByTimeAsync(0);
    expect(drops).toEqual([
      ['refused', 3],
      ['rejected', 2],
    ]);
  });
});

describe('the end', () => {
  it('sends what waits', async () => {
    const { outbox, add, bodies, drops } = setUp();
    add('a', 'b');
    await outbox.close(2_000);
    expect(bodies).toEqual(['a,b']);
    add('late');
    expect(drops).toEqual([['shutdown', 1]]);
  });

  it('waits for no collector that hangs, longer than it may', async () => {
    const { outbox, add, drops } = setUp([], { post: () => new Promise<Posted>(() => {}) });
    add('a', 'b', 'c', 'd');
    await vi.advanceTimersByTimeAsync(0);
    const closed = outbox.close(2_000);
    await vi.advanceTimersByTimeAsync(2_000);
    await closed;
    expect(drops).toEqual([
      ['shutdown', 3],
      ['shutdown', 1],
    ]);
    expect(outbox.waiting.items).toBe(0);
  });

  it('does not sit out the pause before another try', async () => {
    const { outbox, add, bodies } = setUp([{ kind: 'again', why: 'HTTP 503', afterMs: 300_000 }]);
    add('a', 'b', 'c');
    await vi.advanceTimersByTimeAsync(0);
    await outbox.close(2_000);
    expect(bodies).toEqual(['a,b,c', 'a,b,c']);
  });
});
