import { compress } from '@mongodb-js/zstd';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeForLog } from '../../../src/coding/decode-answer.ts';
import { prepareZstdPart } from '../../../src/coding/decode-zstd-part.ts';
import {
  block,
  FLUSHED_CONTENT,
  FLUSHED_FRAME,
  frame,
  rawBlock,
  rleBlock,
  skippable,
  WINDOW_128_KIB,
} from '../../support/coding/zstd-frames.ts';

const MIB = 2 ** 20;

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

const decodeZstd = (bytes: Buffer, maxBytes = MIB): Buffer | undefined =>
  decodeForLog(bytes, ['zstd'], maxBytes);

// The first test of the file: later ones find it ready.
it('knows no zstd before it is ready', async () => {
  expect(decodeZstd(FLUSHED_FRAME)).toBeUndefined();
  await prepareZstdPart();
  expect(decodeZstd(FLUSHED_FRAME)?.equals(FLUSHED_CONTENT)).toBe(true);
});

describe('a zstd answer', () => {
  beforeAll(prepareZstdPart);

  it('is decoded with as many blocks as a long stream flushes', async () => {
    expect(decodeZstd(tinyBlocks(16_384))?.toString()).toBe('a'.repeat(16_384));
    const text = Buffer.from('data: {}\n\n'.repeat(10_000));
    expect(decodeZstd(await compress(text))?.equals(text)).toBe(true);
  });

  it('is left alone where its blocks would hold everyone up', () => {
    expect(decodeZstd(tinyBlocks(16_385))).toBeUndefined();
  });

  it('is decoded as far as it goes where it is cut off anywhere', () => {
    const lengths = new Set<number>();
    for (let length = 0; length < FLUSHED_FRAME.length; length++) {
      const part = decodeZstd(FLUSHED_FRAME.subarray(0, length));
      if (part === undefined || length === 0) continue;
      expect(part.equals(FLUSHED_CONTENT.subarray(0, part.length)), `${length}`).toBe(true);
      lengths.add(part.length);
    }
    // Block by block.
    expect(lengths.size).toBeGreaterThan(2);
    expect(decodeZstd(FLUSHED_FRAME)?.equals(FLUSHED_CONTENT)).toBe(true);
  });

  it('may be several frames, the last one cut off or followed by something else', () => {
    const two = Buffer.concat([
      FLUSHED_FRAME,
      skippable('x'),
      frame({ window: WINDOW_128_KIB }, rawBlock('more', false)),
    ]);
    const expected = Buffer.concat([FLUSHED_CONTENT, Buffer.from('more')]);
    expect(decodeZstd(two)?.equals(expected)).toBe(true);
    expect(decodeZstd(Buffer.concat([FLUSHED_FRAME, Buffer.from('no frame')]))?.equals(FLUSHED_CONTENT)).toBe(
      true,
    );
  });

  it('is not decoded where it is corrupt, or larger than the limit', () => {
    const garbage = block('compressed', 8, Buffer.from('ffffffffffffffff', 'hex'), true);
    expect(decodeZstd(frame({ window: WINDOW_128_KIB }, garbage))).toBeUndefined();
    const wrongSum = Buffer.from(FLUSHED_FRAME);
    wrongSum.writeUInt8(wrongSum.readUInt8(wrongSum.length - 1) ^ 1, wrongSum.length - 1);
    expect(decodeZstd(wrongSum)).toBeUndefined();
    expect(decodeZstd(Buffer.from('no zstd at all'))).toBeUndefined();
    const size = FLUSHED_CONTENT.length;
    expect(decodeZstd(FLUSHED_FRAME, size)?.length).toBe(size);
    expect(decodeZstd(FLUSHED_FRAME, size - 1)).toBeUndefined();
  });

  it('takes no more memory for a bomb than for the limit', () => {
    const bomb = frame(
      { window: WINDOW_128_KIB },
      ...Array(8_000).fill(rleBlock(100_000)),
      rawBlock('!', true),
    );
    const before = process.resourceUsage().maxRSS;
    expect(decodeZstd(bomb, MIB)).toBeUndefined();
    expect((process.resourceUsage().maxRSS - before) * 1024).toBeLessThan(64 * MIB);
  });
});
