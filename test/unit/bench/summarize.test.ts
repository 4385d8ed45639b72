import { describe, expect, it } from 'vitest';
import { createBody } from '../../bench/cases.ts';
import { alignColumns } from '../../bench/render-table.ts';
import { BARE, DIRECT, median, percentile, type Sample, summarize } from '../../bench/summarize.ts';

const sample = (candidate: string, round: number, figures: Partial<Sample>): Sample => ({
  caseName: '20 KB',
  connections: 8,
  candidate,
  round,
  requestsPerSecond: 1000,
  p50Ms: 1,
  p99Ms: 2,
  cpuMsPerRequest: 0.1,
  errors: 0,
  ...figures,
});

describe('the benchmark', () => {
  it('takes the median of even and odd numbers of rounds, and of none', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('takes the value that all but the slowest percent stay within', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1).toReversed();
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile([...hundred, 101], 0.99)).toBe(100);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.99)).toBeNaN();
  });

  it('compares within a round, so that a slow minute of the machine changes no ratio', () => {
    const rows = summarize([
      sample(DIRECT, 1, { p50Ms: 0.2 }),
      sample(BARE, 1, { requestsPerSecond: 4000, p50Ms: 0.4, cpuMsPerRequest: 0.1 }),
      sample('other', 1, { requestsPerSecond: 2000, p50Ms: 0.7, cpuMsPerRequest: 0.3 }),
      sample(DIRECT, 2, { p50Ms: 2 }),
      sample(BARE, 2, { requestsPerSecond: 400, p50Ms: 4, cpuMsPerRequest: 1 }),
      sample('other', 2, { requestsPerSecond: 200, p50Ms: 7, cpuMsPerRequest: 3, errors: 2 }),
    ]);
    expect(rows.map(({ candidate }) => candidate)).toEqual([BARE, 'other']);
    expect(rows[0]).toMatchObject({ throughput: 1, cpu: 1 });
    expect(rows[1]?.throughput).toBeCloseTo(0.5);
    expect(rows[1]?.cpu).toBeCloseTo(3);
    expect(rows[1]?.addedP50Ms).toBeCloseTo(2.75);
    expect(rows[1]?.errors).toBe(2);
  });

  it('keeps cases and numbers of connections apart', () => {
    const rows = summarize([
      sample(BARE, 1, { requestsPerSecond: 100 }),
      sample('other', 1, { requestsPerSecond: 50 }),
      sample(BARE, 1, { connections: 1, requestsPerSecond: 10 }),
      sample('other', 1, { connections: 1, requestsPerSecond: 10 }),
    ]);
    expect(rows.map(({ connections, throughput }) => [connections, throughput])).toEqual([
      [8, 1],
      [8, 0.5],
      [1, 1],
      [1, 1],
    ]);
  });

  it('sends the same bodies in every run, of the size that they are said to have', () => {
    expect(createBody(20_000)).toBe(createBody(20_000));
    for (const bytes of [20_000, 560_000]) {
      const { length } = createBody(bytes);
      expect(length).toBeGreaterThanOrEqual(bytes);
      expect(length).toBeLessThan(bytes + 3_000);
    }
  });

  it('sets columns as wide as their widest cell', () => {
    expect(
      alignColumns([
        ['', 'one'],
        ['long', '1'],
      ]),
    ).toBe('        one\n  long    1');
  });
});
