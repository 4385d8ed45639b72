import { expect, it } from 'vitest';
import { coverHalfHours } from '../../../src/postgres/log/sums/half-hours.ts';
import { createRandom } from '../../support/dashboard/random.ts';

const HALF_HOURS: Readonly<Record<number, number>> = { 1: 1, 2: 48, 3: 1536, 4: 1, 5: 48 };

it('covers each half hour once, and none across a split, whatever the span', () => {
  const random = createRandom(9);
  for (let round = 0; round < 60; round++) {
    const from = random.between(0, 5_000);
    const to = from + random.between(0, 6_000);
    const splits = Array.from({ length: random.between(0, 5) }, () => random.between(0, 12_000)).sort(
      (one, other) => one - other,
    );
    const by = random.pick(['kind', 'model'] as const);
    const covered: string[] = [];
    for (const { grain, from: first, to: end, part } of coverHalfHours({ from, to }, by, splits)) {
      expect(by === 'kind').toBe(grain <= 3);
      const length = HALF_HOURS[grain] ?? 0;
      for (let place = first * length; place < end * length; place++) covered.push(`${place} ${part}`);
    }
    const wanted = Array.from({ length: to - from }, (_, place) => from + place).map(
      (place) => `${place} ${splits.filter((split) => split <= place).length}`,
    );
    expect(covered).toEqual(wanted);
  }
});

it('covers a year with few sums, and all time with one stretch', () => {
  const year = coverHalfHours({ from: 970_002, to: 970_002 + 365 * 48 }, 'kind');
  expect(year.length).toBeLessThanOrEqual(5);
  expect(year.reduce((sum, { from, to }) => sum + to - from, 0)).toBeLessThan(11 + 62 + 94);
  const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  expect(coverHalfHours(always, 'kind')).toMatchObject([{ grain: 3, from: 0 }]);
});
