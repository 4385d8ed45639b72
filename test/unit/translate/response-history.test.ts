import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryBudget } from '../../../src/log/capture/body-capture.ts';
import {
  createResponseHistory,
  type HistoryLimits,
  itemsUpTo,
  type ResponseHistory,
} from '../../../src/translate/response-history.ts';

const history = (limits: Partial<HistoryLimits> = {}): ResponseHistory =>
  createResponseHistory({ maxBytes: 1000, maxResponses: 100, budget: createMemoryBudget(10_000), ...limits });

const add = (to: ResponseHistory, id: string, previousId: string | undefined, items: string): void => {
  const place = previousId === undefined ? undefined : to.take(previousId);
  to.add(id, place, Buffer.from(items));
  if (place) to.giveBack(place);
};

const read = (from: ResponseHistory, id: string): string | undefined => {
  const place = from.take(id);
  if (!place) return undefined;
  const items = itemsUpTo(place).join('|');
  from.giveBack(place);
  return items;
};

describe('the history of a connection', () => {
  it('has the whole conversation of each response, forks included', () => {
    const all = history();
    add(all, 'r1', undefined, 'a');
    add(all, 'r2', 'r1', 'bb');
    add(all, 'r3', 'r2', 'ccc');
    add(all, 'fork', 'r1', 'dddd');
    expect(read(all, 'r3')).toBe('a|bb|ccc');
    expect(read(all, 'fork')).toBe('a|dddd');
    expect(all.bytes).toBe(10);
  });

  it('forgets the response that was used longest ago, and keeps what others stand upon', () => {
    const all = history({ maxResponses: 2 });
    add(all, 'r1', undefined, 'a');
    add(all, 'r2', 'r1', 'b');
    add(all, 'r3', 'r2', 'c');
    expect(all.has('r1')).toBe(false);
    expect(read(all, 'r3')).toBe('a|b|c');
    expect(all.bytes).toBe(3);
  });

  it('keeps a place that is in use, though its response is forgotten meanwhile', () => {
    const budget = createMemoryBudget(10_000);
    const all = history({ maxResponses: 1, budget });
    add(all, 'r1', undefined, 'a');
    const place = all.take('r1');
    add(all, 'other', undefined, 'x');
    expect(all.has('r1')).toBe(false);
    expect(all.bytes).toBe(2);
    all.add('r2', place, Buffer.from('b'));
    if (place) all.giveBack(place);
    expect(read(all, 'r2')).toBe('a|b');
    all.clear();
    expect(all.bytes).toBe(0);
    expect(budget.take(10_000)).toBe(true);
  });

  it('does not remember what is larger than its bound, and forgets nothing that still fits', () => {
    const all = history({ maxBytes: 10 });
    add(all, 'r1', undefined, '12345');
    add(all, 'r2', 'r1', '123456');
    expect(all.has('r2')).toBe(false);
    expect(read(all, 'r1')).toBe('12345');
    add(all, 'r3', undefined, '1234567890');
    expect(read(all, 'r3')).toBe('1234567890');
    expect(all.has('r1')).toBe(false);
  });

  it('forgets what nobody has gone on from for too long', () => {
    let nowMs = 0;
    const all = history({ age: { maxMs: 1000, now: () => nowMs } });
    add(all, 'r1', undefined, 'a');
    add(all, 'r2', 'r1', 'b');
    nowMs = 600;
    expect(read(all, 'r2')).toBe('a|b');
    nowMs = 1000;
    expect(read(all, 'r1')).toBeUndefined();
    expect(read(all, 'r2')).toBe('a|b');
    nowMs = 2000;
    expect(read(all, 'r2')).toBeUndefined();
    expect(all.bytes).toBe(0);
  });

  it('takes no more than all connections may together', () => {
    const budget = createMemoryBudget(10);
    const one = history({ budget });
    const other = history({ budget });
    add(one, 'a', undefined, '1234567');
    add(other, 'b', undefined, '1234567');
    expect([one.has('a'), other.has('b')]).toEqual([true, false]);
    one.clear();
    add(other, 'b', undefined, '1234567');
    expect(other.has('b')).toBe(true);
  });

  it('replaces a response whose id comes again', () => {
    const all = history();
    add(all, 'r', undefined, 'first');
    add(all, 'r', undefined, 'second');
    expect(read(all, 'r')).toBe('second');
    expect(all.bytes).toBe(6);
  });

  it('keeps its bounds and its books, and every conversation whole, whatever is done with it', () => {
    const ids = fc.constantFrom('r0', 'r1', 'r2', 'r3', 'r4', 'r5');
    const step = fc.record({ id: ids, previous: fc.option(ids, { nil: undefined }), size: fc.nat(30) });
    const property = fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      (steps, most) => {
        const budget = createMemoryBudget(80);
        const all = history({ maxBytes: 60, maxResponses: most, budget });
        const told = new Map<string, string>();
        for (const [index, { id, previous, size }] of steps.entries()) {
          const before = previous === undefined ? '' : all.has(previous) ? told.get(previous) : undefined;
          if (before === undefined) continue;
          const items = `${index}`.padEnd(size, '.');
          add(all, id, previous, items);
          told.set(id, [before, items].filter(Boolean).join('|'));
          expect(all.bytes).toBeLessThanOrEqual(60);
          for (const [known, text] of told) if (all.has(known)) expect(read(all, known)).toBe(text);
        }
        all.clear();
        expect(all.bytes).toBe(0);
        expect(budget.take(80)).toBe(true);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});
