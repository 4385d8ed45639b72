import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createId, idTimeMs } from '../../../src/base/ids.ts';

it('makes ids that sort as they were made, also within one millisecond', () => {
  const times = [5, 5, 5, 6, 1e12, 1e12, 1.7e12].flatMap((ms) => Array.from({ length: 2000 }, () => ms));
  const ids = times.map((ms) => createId('req', ms));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(times.length);
  expect(ids.map(idTimeMs)).toEqual(times);
});

it('makes other ids where the clock is set back to a time that has been', () => {
  const [first, , again] = [7, 8, 7].map((ms) => createId('req', ms));
  expect(idTimeMs(again ?? '')).toBe(7);
  expect(again).not.toBe(first);
});

it('has the time in an id, whatever time that is, and none in what is no id', () => {
  const times = fc.tuple(fc.nat(2 ** 47), fc.nat(2 ** 47)).filter(([one, other]) => one !== other);
  fc.assert(
    fc.property(times, ([one, other]) => {
      expect(idTimeMs(createId('req', one))).toBe(one);
      expect(createId('req', one) < createId('req', other)).toBe(one < other);
    }),
  );
  expect(idTimeMs('resp_123')).toBeUndefined();
});
