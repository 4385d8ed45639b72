import { describe, expect, it } from 'vitest';
import { formatByteSize, parseByteSize } from '../../../src/base/bytes.ts';

describe('parseByteSize', () => {
  it.each([
    ['128M', 128 * 2 ** 20],
    ['2g', 2 * 2 ** 30],
    ['64KiB', 65_536],
    ['64 kb', 65_536],
    ['1.5K', 1536],
    ['1048576', 1_048_576],
    ['', undefined],
    ['M', undefined],
    ['-1', undefined],
    ['1e9', undefined],
    ['99999999T', undefined],
  ])('reads %j as %s', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });
});

describe('formatByteSize', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [16_179, '15.8 KB'],
    [1_048_500, '1.0 MB'],
    [3.5 * 2 ** 20, '3.5 MB'],
    [560 * 1024, '560 KB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatByteSize(bytes)).toBe(text);
  });
});
