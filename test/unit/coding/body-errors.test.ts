import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createBodyBudget } from '../../../src/coding/body-budget.ts';
import { countBytes, endsEarly, isCorrupt, isTooLarge } from '../../../src/coding/body-errors.ts';

describe('an error of a body', () => {
  const layer = { name: 'zstd body', maxBytes: 1 };
  it('counts bytes exactly', () => {
    expect([0, 1, 2, 15_770].map(countBytes)).toEqual(['0 bytes', '1 byte', '2 bytes', '15,770 bytes']);
  });

  it('names the layer, what is wrong, and what to do', () => {
    const cause = new Error('why');
    const param = 'content-encoding';
    expect(endsEarly(layer, 'it is empty', cause)).toMatchObject({
      ...{ code: 'invalid_content_encoding', param, cause },
      message: 'zstd body ends early: it is empty; send all of it',
    });
    expect(isCorrupt(layer, 'no', cause)).toMatchObject({
      ...{ code: 'invalid_content_encoding', param, cause },
      message: 'zstd body cannot be decoded: no; send it again or without Content-Encoding',
    });
    expect(isTooLarge(layer, 'it has 2 bytes')).toMatchObject({
      code: 'request_too_large',
      message: expect.stringContaining('zstd body is too large: it has 2 bytes, and the limit is 1 byte;'),
    });
  });
});

describe('the budget of all bodies', () => {
  it('says that it is exhausted', () => {
    const room = createBodyBudget({ limit: { most: 1000 }, waitMs: 1 }).open();
    expect(room.exhausted()).toMatchObject({
      code: 'overloaded',
      message: expect.stringContaining('take up the 1,000 bytes that BODY_MEMORY_LIMIT allows'),
    });
  });

  it('ends the wait of the body that is given up alone', async () => {
    const budget = createBodyBudget({ limit: { most: 100 }, waitMs: 60_000 });
    const [first, second, third] = [budget.open(), budget.open(), budget.open()];
    first.tryResize(100);
    const given = second.resize(60);
    let isIn = false;
    const waiting = third.resize(60).then(() => {
      isIn = true;
    });
    second.release();
    await given;
    expect(isIn).toBe(false);
    expect(third.bytes).toBe(0);
    second.release();
    first.release();
    await waiting;
    expect([third.bytes, budget.usedBytes]).toEqual([60, 60]);
  });

  it('lets a body keep its size, or become smaller, where the limit has fallen below it', () => {
    const limit = { most: 100 };
    const budget = createBodyBudget({ limit, waitMs: 1 });
    const [first, second] = [budget.open(), budget.open()];
    first.tryResize(50);
    second.tryResize(50);
    limit.most = 10;
    expect(first.tryResize(50)).toBe(true);
    expect(first.tryResize(49)).toBe(true);
    expect(first.tryResize(50)).toBe(false);
    expect(budget.usedBytes).toBe(99);
  });

  it('asks other workers for what is missing, again and again while a body waits', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const wanted: number[] = [];
    const limit = {
      most: 100,
      reach: async (bytes: number) => {
        wanted.push(bytes);
      },
    };
    const budget = createBodyBudget({ limit, waitMs: 1_000 });
    budget.open().tryResize(80);
    const room = budget.open();
    room.tryResize(10);
    const refused = expect(room.resize(30)).rejects.toMatchObject({ code: 'overloaded' });
    expect(wanted).toEqual([110]);
    await vi.advanceTimersByTimeAsync(249);
    expect(wanted).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(wanted).toEqual([110, 110]);
    await vi.advanceTimersByTimeAsync(750);
    await refused;
    const asked = wanted.length;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(wanted).toHaveLength(asked);
    expect(room.bytes).toBe(10);
  });
});
