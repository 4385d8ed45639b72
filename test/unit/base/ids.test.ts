import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createId, idTimeMs } from '../../../src/base/ids.ts';

it('makes ids that sort by time and give it back', () => {
  const times = fc.tuple(fc.nat(2 ** 47), fc.nat(2 ** 47)).filter(([one, other]) => one !== other);
  fc.assert(
    fc.property(times, ([one, other]) => {
      expect(idTimeMs(createId('req', one))).toBe(one);
      expect(createId('req', one) < createId('req', other)).toBe(one < other);
    }),
  );
});

it('makes ids of one millisecond that are told apart by their beginning', () => {
  // Whoever looks one up types its beginning: it must not be shared by all of one moment.
  const beginnings = Array.from({ length: 20 }, () => createId('req', 1).slice(0, 'req_'.length + 16));
  expect(new Set(beginnings).size).toBe(20);
});

it('finds no time in what is no id', () => {
  expect(idTimeMs('resp_123')).toBeUndefined();
});
