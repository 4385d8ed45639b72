import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCount, formatDuration, formatSizes } from '../../../src/cli/render/format-figures.ts';

describe('a count', () => {
  it.each([
    [0, '0', '0'],
    [830, '830', '830'],
    [999, '999', '999'],
    [1000, '1.0k', '1.0k'],
    [9_960, '10.0k', '10k'],
    [12_123, '12.1k', '12k'],
    [99_960, '100k', '100k'],
    [128_123, '128k', '128k'],
    [999_600, '1.0M', '1.0M'],
    [1_830_000_000, '1.8G', '1.8G'],
  ])('of %d is %s, or %s where room is short', (count, usual, short) => {
    expect([formatCount(count), formatCount(count, 4)]).toEqual([usual, short]);
  });

  it('is never wider than its cell', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e14 }), (count) => {
        expect(formatCount(count).length).toBeLessThanOrEqual(5);
        expect(formatCount(count, 4).length).toBeLessThanOrEqual(4);
      }),
    );
  });
});

describe('a duration', () => {
  it.each([
    [0.2, '<1ms', '<1ms'],
    [3, '3ms', '3ms'],
    [99.6, '100ms', '0.1s'],
    [612, '612ms', '0.6s'],
    [999.6, '1.0s', '1.0s'],
    [8421, '8.4s', '8.4s'],
    [45_230, '45.2s', '45s'],
    [59_960, '1m00s', '1.0m'],
    [125_000, '2m05s', '2.1m'],
    [599_600, '10m', '10m'],
    [3_599_000, '1.0h', '1.0h'],
    [4_320_000, '1.2h', '1.2h'],
  ])('of %d ms is %s, or %s where room is short', (ms, usual, short) => {
    expect([formatDuration(ms), formatDuration(ms, 4)]).toEqual([usual, short]);
  });

  it('is never wider than its cell for up to a month', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2_592_000_000, noNaN: true }), (ms) => {
        expect(formatDuration(ms).length).toBeLessThanOrEqual(5);
        expect(formatDuration(ms, 4).length).toBeLessThanOrEqual(4);
      }),
    );
  });
});

describe('sizes of a body and of its bytes on the wire', () => {
  it.each([
    [46_284, 16_179, '45.2→15.8 KB', '45→16 KB', '45→16K'],
    [573_440, 143_000, '560→140 KB', '560→140 KB', '560→140K'],
    [3_600_000, 900_000, '3.4 MB→879 KB', '3.4 MB→879 KB', '3.4M→879K'],
    [46_284, 9_400, '45.2→9.2 KB', '45→9 KB', '45→9K'],
    [41_984, 41_984, '41.0 KB', '41 KB', '41K'],
    [800, 800, '800 B', '800 B', '800B'],
  ])('of %d and %d bytes are %s, %s or %s', (body, wire, exact, round, tight) => {
    const forms = (['exact', 'round', 'tight'] as const).map((form) => formatSizes(body, wire, form));
    expect(forms).toEqual([exact, round, tight]);
  });
});
