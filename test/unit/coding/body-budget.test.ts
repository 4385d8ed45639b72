import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBodyBudget, type Room } from '../../../src/coding/body-budget.ts';

const WAIT_MS = 20;
const create = (most: number) => createBodyBudget({ limit: { most }, waitMs: WAIT_MS });

describe('the budget of all bodies', () => {
  it('lets in what fits and refuses what does not', () => {
    const budget = create(100);
    const [first, second] = [budget.open(), budget.open()];
    expect(first.tryResize(60)).toBe(true);
    expect(second.tryResize(40)).toBe(true);
    expect(second.tryResize(41)).toBe(false);
    expect(second.bytes).toBe(40);
    expect(budget.usedBytes).toBe(100);
  });

  it('always has room for a body that is alone, and for none beside it', () => {
    const budget = create(100);
    const alone = budget.open();
    expect(alone.tryResize(500)).toBe(true);
    expect(budget.open().tryResize(1)).toBe(false);
    alone.release();
    expect(budget.usedBytes).toBe(0);
  });

  it('lets one that waits in as soon as there is room', async () => {
    const budget = create(100);
    const [first, second] = [budget.open(), budget.open()];
    first.tryResize(100);
    const waiting = second.resize(50);
    first.tryResize(51);
    expect(second.bytes).toBe(0);
    first.tryResize(50);
    await waiting;
    expect(second.bytes).toBe(50);
  });

  it('lets a small one that fits overtake a large one that does not', async () => {
    const budget = create(100);
    const [first, large, small] = [budget.open(), budget.open(), budget.open()];
    first.tryResize(90);
    const refused = expect(large.resize(50)).rejects.toMatchObject({ code: 'overloaded' });
    await small.resize(10);
    await refused;
  });

  it('refuses with 503, the setting and a time to come back after a bounded wait', async () => {
    const budget = create(100);
    budget.open().tryResize(100);
    const room = budget.open();
    await expect(room.resize(1)).rejects.toMatchObject({
      code: 'overloaded',
      status: 503,
      message: expect.stringContaining('BODY_MEMORY_LIMIT'),
      headers: { 'retry-after': expect.stringMatching(/^[1-9]/) },
    });
    expect(room.bytes).toBe(0);
    expect(budget.usedBytes).toBe(100);
  });

  it('ends the wait of a body that is given up, which takes nothing afterwards', async () => {
    const budget = create(100);
    const [first, second] = [budget.open(), budget.open()];
    first.tryResize(100);
    const waiting = second.resize(50);
    second.release();
    await waiting;
    expect(second.tryResize(50)).toBe(true);
    first.release();
    expect(budget.usedBytes).toBe(0);
  });

  it('borrows from other workers what is missing here', async () => {
    const limit = {
      most: 100,
      reach: async (wanted: number) => {
        limit.most = wanted;
      },
    };
    const budget = createBodyBudget({ limit, waitMs: 1_000 });
    budget.open().tryResize(100);
    const room = budget.open();
    await room.resize(30);
    expect(limit.most).toBe(130);
    expect(budget.usedBytes).toBe(130);
  });

  it('holds what its rooms hold, whatever happens to them, and nothing when all are released', async () => {
    const step = fc.record({
      room: fc.nat({ max: 5 }),
      bytes: fc.nat({ max: 120 }),
      what: fc.constantFrom('try', 'wait', 'release', 'pause'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const budget = createBodyBudget({ limit: { most: 100 }, waitMs: 1 });
        const rooms: Room[] = Array.from({ length: 6 }, () => budget.open());
        const waits: Promise<void>[] = [];
        const waiting = new Set<Room>();
        for (const { room: index, bytes, what } of steps) {
          const room = rooms[index] as Room;
          if (what === 'pause') await new Promise((resolve) => setTimeout(resolve, 2));
          else if (what === 'try') room.tryResize(bytes);
          else if (what === 'release') {
            room.release();
            rooms[index] = budget.open();
          } else if (!waiting.has(room)) {
            waiting.add(room);
            waits.push(
              room.resize(bytes).then(
                () => void waiting.delete(room),
                () => void waiting.delete(room),
              ),
            );
          }
          const sum = rooms.reduce((total, { bytes: held }) => total + held, 0);
          expect(budget.usedBytes).toBe(sum);
          const largest = Math.max(...rooms.map(({ bytes: held }) => held));
          expect(budget.usedBytes <= 100 || budget.usedBytes === largest).toBe(true);
        }
        for (const room of rooms) room.release();
        await Promise.all(waits);
        expect(budget.usedBytes).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
