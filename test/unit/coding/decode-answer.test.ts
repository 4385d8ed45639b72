import { compress } from '@mongodb-js/zstd';
import { expect, it } from 'vitest';
import { decodeForLog } from '../../../src/coding/decode-answer.ts';

/** A frame with a window of 2 MiB in raw blocks of one byte each, as valid as it is useless. */
const tinyBlocks = (count: number): Buffer => {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (21 - 10) << 3]);
  const blocks = Buffer.alloc(4 * count);
  for (let block = 0; block < count; block++) {
    blocks.writeUIntLE((1 << 3) | (block === count - 1 ? 1 : 0), block * 4, 3);
    blocks[block * 4 + 3] = 0x61;
  }
  return Buffer.concat([head, blocks]);
};

it('decodes a zstd answer of as many blocks as a long stream flushes', async () => {
  expect(decodeForLog(tinyBlocks(2_000), ['zstd'], 2 ** 20)?.toString()).toBe('a'.repeat(2_000));
  const text = Buffer.from('data: {}\n\n'.repeat(10_000));
  expect(decodeForLog(await compress(text), ['zstd'], 2 ** 20)?.equals(text)).toBe(true);
});

it('leaves a zstd answer alone whose blocks would hold everyone up', () => {
  expect(decodeForLog(tinyBlocks(2_049), ['zstd'], 2 ** 20)).toBeUndefined();
});
