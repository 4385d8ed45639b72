import { expect, it } from 'vitest';
import { coverHalfHours } from '../../../src/postgres/log/sums/half-hours.ts';
import { createRandom } from '../../support/dashboard/random.ts';

const HALF_HOURS: Readonly<Record<number, number>> = {
  ...{ 1: 1, 2: 48, 3: 1536, 4: 1, 5: 48 },
  ...{ 6: 1, 7: 48, 8: 1, 9: 48 },
};
const GRAINS = { kind: [1, 2, 3], model: [4, 5], client: [6, 7], team: [8, 9] } as const;

it('covers each half hour once, and none across a split, whatever the span', () => {
  const random = createRandom(9);
  for (let round = 0; round < 60; round++) {
    const from = random.between(0, 5_000);
    const to = from + random.between(0, 6_000);
    const splits = Array.from({ length: random.between(0, 5) }, () => random.between(0, 12_000)).sort(
      (one, other) => one - other,
    );
    const by = random.pick(['kind', 'model', 'client', 'team'] as const);
    const covered: string[] = [];
    for (const { grain, from: first, to: end, part } of coverHalfHours({ from, to }, by, { splits })) {
      expect(GRAINS[by]).toContain(grain);
      const length = HALF_HOURS[grain] ?? 0;
      for (let place = first * length; place < end * length; place++) covered.push(`${place} ${part}`);
    }
    const wanted = Array.from({ length: to - from }, (_, place) => from + place).map(
      (place) => `${place} ${splits.filter((split) => split <= place).length}`,
    );
    expect(covered).toEqual(wanted);
  }
});

it('covers each half hour once where days are not those of UTC, taking away what lies beyond them', () => {
  const random = createRandom(11);
  for (let round = 0; round < 60; round++) {
    const from = random.between(0, 5_000);
    const to = from + random.between(0, 6_000);
    const splits = Array.from({ length: random.between(0, 40) }, () => random.between(0, 12_000)).sort(
      (one, other) => one - other,
    );
    const by = random.pick(['kind', 'model', 'client', 'team'] as const);
    const covered = new Map<string, number>();
    const stretches = coverHalfHours({ from, to }, by, { splits, isSigned: true });
    for (const { grain, from: first, to: end, part, sign } of stretches) {
      expect(GRAINS[by]).toContain(grain);
      const length = HALF_HOURS[grain] ?? 0;
      for (let place = first * length; place < end * length; place++) {
        const name = `${place} ${part}`;
        covered.set(name, (covered.get(name) ?? 0) + sign);
      }
    }
    const wanted = Array.from({ length: to - from }, (_, place) => from + place).map(
      (place) => `${place} ${splits.filter((split) => split <= place).length}`,
    );
    const told = [...covered].filter(([, times]) => times !== 0);
    expect(new Set(told.map(([, times]) => times))).toEqual(new Set(to > from ? [1] : []));
    expect(told.map(([name]) => name).sort()).toEqual(wanted.sort());
  }
});

it('reads a day of another zone from one sum of a day and the hours between the two', () => {
  const days = Array.from({ length: 365 }, (_, day) => 970_000 * 48 + day * 48 - 4);
  const [from = 0] = days;
  const stretches = coverHalfHours({ from, to: from + 365 * 48 }, 'client', {
    splits: days.slice(1),
    isSigned: true,
  });
  const halfHours = stretches.filter(({ grain }) => grain === 6);
  expect(stretches.filter(({ grain }) => grain === 7)).toHaveLength(365);
  expect(halfHours.reduce((sum, one) => sum + one.to - one.from, 0)).toBe(365 * 8);
});

it('covers a year with few sums, and all time with one stretch', () => {
  const year = coverHalfHours({ from: 970_002, to: 970_002 + 365 * 48 }, 'kind');
  expect(year.length).toBeLessThanOrEqual(5);
  expect(year.reduce((sum, { from, to }) => sum + to - from, 0)).toBeLessThan(11 + 62 + 94);
  const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  expect(coverHalfHours(always, 'kind')).toMatchObject([{ grain: 3, from: 0 }]);
});
