import { expect, it } from 'vitest';
import {
  formatBytes,
  formatCost,
  formatCount,
  formatDuration,
  formatRate,
  formatShare,
} from '../../../src/dashboard/state/format.ts';

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1.00k'],
  [12_149, '12.1k'],
  [999_499, '999k'],
  [999_500, '1.00M'],
  [1_830_000_000, '1.83B'],
])('counts %i as %s', (value, text) => expect(formatCount(value)).toBe(text));

it.each([
  [0.42, '0.4 ms'],
  [612.4, '612 ms'],
  [999.9, '1.0 s'],
  [8400, '8.4 s'],
  [99_960, '1 min 39 s'],
  [7_500_000, '2 h 5 min'],
])('takes %f ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

it('never calls an unknown cost nothing, nor a small one', () => {
  expect(formatCost(null)).toBe('–');
  expect(formatCost(undefined)).toBe('–');
  expect(formatCost(0)).toBe('$0');
  expect(formatCost(0.00001)).toBe('< $0.0001');
  expect(formatCost(0.0079)).toBe('$0.0079');
  expect(formatCost(12.4)).toBe('$12.40');
});

it('says all or none of a share only where it is so', () => {
  expect(formatShare(0, 10)).toBe('0%');
  expect(formatShare(1, 10_000)).toBe('<1%');
  expect(formatShare(9999, 10_000)).toBe('>99%');
  expect(formatShare(10, 10)).toBe('100%');
});

it('gives sizes two digits and rates what they need', () => {
  expect(formatBytes(46_285)).toBe('45 KB');
  expect(formatBytes(3_670_016)).toBe('3.5 MB');
  expect(formatRate(14)).toBe('$14.00');
  expect(formatRate(0.175)).toBe('$0.175');
});
