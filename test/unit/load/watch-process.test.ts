import { describe, expect, it } from 'vitest';
import { growthOf, type Sample, slopePerHour } from '../../load/watch-process.ts';

const MINUTE_MS = 60_000;

/** A sample a minute for an hour. */
const watch = (residentMb: (minute: number) => number): Sample[] =>
  Array.from({ length: 60 }, (_, minute) => ({
    atMs: minute * MINUTE_MS,
    residentMb: residentMb(minute),
    descriptors: 100,
  }));
const readMb = ({ residentMb }: Sample): number => residentMb;

describe('what a watched process grows by', () => {
  it('is told per hour, whatever it held at first', () => {
    expect(
      slopePerHour(
        watch((minute) => 140 + minute / 2),
        readMb,
      ),
    ).toBeCloseTo(30);
    expect(
      slopePerHour(
        watch(() => 140),
        readMb,
      ),
    ).toBeCloseTo(0);
  });

  it('leaves out the warm-up', () => {
    const samples = watch((minute) => (minute < 15 ? minute * 10 : 150));
    expect(slopePerHour(samples, readMb)).toBeCloseTo(0);
    expect(growthOf(samples.map(readMb))).toBe(0);
  });

  it('is not known from one sample', () => {
    expect(slopePerHour(watch(() => 140).slice(0, 1), readMb)).toBeNaN();
  });
});
