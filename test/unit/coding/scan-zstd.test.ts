import { describe, expect, it } from 'vitest';
import { measureZstd, walkZstd } from '../../../src/coding/scan-zstd.ts';
import {
  block,
  FLUSHED_FRAME,
  frame,
  rawBlock,
  rleBlock,
  skippable,
  WINDOW_128_KIB,
} from '../../support/coding/zstd-frames.ts';

const KIB = 1024;
const WINDOW_1_KIB = 0;
const layer = { name: 'zstd body', maxBytes: 128 * KIB * KIB };
const measure = (body: Buffer) => measureZstd(body, layer, Number.POSITIVE_INFINITY);
const messageOf = (body: Buffer): string => {
  try {
    measure(body);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('was not refused');
};

describe('measureZstd', () => {
  it('knows raw and RLE blocks exactly', () => {
    const body = frame({ window: WINDOW_128_KIB }, rawBlock('four'), rleBlock(1000), rawBlock('!', true));
    expect(measure(body)).toEqual({ atLeast: 1005, atMost: 1005, windowBytes: 128 * KIB });
  });

  it('takes a compressed block for the smaller of window and 128 KiB', () => {
    const compressed = block('compressed', 5, Buffer.from('12345'), true);
    expect(measure(frame({ window: WINDOW_1_KIB }, compressed))).toMatchObject({
      atLeast: 0,
      atMost: KIB,
    });
    expect(measure(frame({ window: 0x3f }, compressed))).toMatchObject({
      atLeast: 0,
      atMost: 128 * KIB,
      windowBytes: 240 * KIB,
    });
    expect(measure(frame({ contentBytes: 700 }, compressed))).toMatchObject({ atLeast: 700, atMost: 700 });
  });

  it('reads the declared size in each width, as the least and never as the most', () => {
    const rest = block('compressed', 1, Buffer.from('x'), true);
    const sizes = [
      [1, 200],
      [2, 256],
      [2, 65_791],
      [4, 2 ** 32 - 1],
      [8, 2 ** 40],
    ] as const;
    for (const [contentSizeField, contentBytes] of sizes) {
      // One byte needs a single segment; the window is then the size itself.
      const window = contentSizeField === 1 ? {} : { window: WINDOW_128_KIB };
      const extent = measure(frame({ contentBytes, contentSizeField, ...window }, rest));
      expect(extent.atLeast).toBe(contentBytes);
      expect(extent.atMost).toBe(contentSizeField === 1 ? contentBytes : 128 * KIB);
    }
  });

  it('adds up frames, each with the larger of its declared size and its exact blocks', () => {
    const body = Buffer.concat([
      frame({ window: WINDOW_128_KIB, contentBytes: 5000 }, rawBlock('abc', true)),
      skippable('anything', 15),
      frame({ window: WINDOW_128_KIB }, rleBlock(70), rleBlock(7, true)),
      skippable(''),
    ]);
    expect(measure(body)).toMatchObject({ atLeast: 5077, atMost: 80 });
  });

  it('stops where the beginning is certainly too large, or hopelessly large', () => {
    const bomb = frame({ window: WINDOW_128_KIB }, ...Array<Buffer>(5).fill(rleBlock(128 * KIB)));
    expect(measureZstd(bomb, { ...layer, maxBytes: 200 * KIB }, 2 ** 40).atLeast).toBe(256 * KIB);
    expect(measureZstd(bomb, layer, 300 * KIB).atMost).toBe(384 * KIB);
    expect(() => measure(bomb)).toThrow('ends early');
  });

  it('takes each flushed block for 128 KiB, however small it is', () => {
    // The first of its forty blocks is raw and has 53 bytes, the empty one at the end is raw too.
    expect(measure(FLUSHED_FRAME)).toMatchObject({ atLeast: 53, atMost: 53 + 39 * 128 * KIB });
  });
});

describe('walkZstd', () => {
  it('gives the places of all blocks', () => {
    const body = Buffer.concat([
      skippable('xy'),
      frame({ window: WINDOW_1_KIB, checksum: Buffer.alloc(4) }, rawBlock('ab'), rleBlock(9, true)),
      frame({ window: WINDOW_1_KIB }, rawBlock('', true)),
    ]);
    const places = [...walkZstd(body, layer)].map(
      ({ frame: { start: frameAt, blocksAt }, start, end, last }) => ({
        frameAt,
        blocksAt,
        start,
        end,
        last,
      }),
    );
    expect(places).toEqual([
      { frameAt: 10, blocksAt: 16, start: 16, end: 21, last: false },
      { frameAt: 10, blocksAt: 16, start: 21, end: 25, last: true },
      { frameAt: 29, blocksAt: 35, start: 35, end: 38, last: true },
    ]);
  });

  it('finds every place at which a body can be cut off', () => {
    const whole = Buffer.concat([
      frame(
        { window: WINDOW_1_KIB, contentBytes: 4, checksum: Buffer.alloc(4) },
        rawBlock('a'),
        rleBlock(3, true),
      ),
      skippable('skipped'),
    ]);
    const boundary = whole.length - skippable('skipped').length;
    for (let length = 0; length < whole.length; length++) {
      if (length === boundary) expect(measure(whole.subarray(0, length)).atLeast).toBe(4);
      else expect(messageOf(whole.subarray(0, length)), `${length} bytes`).toContain('ends early');
    }
  });

  it('finds a last block that is cut off where no checksum follows it', () => {
    for (const last of [
      rawBlock('four', true),
      rleBlock(9, true),
      block('compressed', 4, Buffer.from('junk'), true),
    ]) {
      const whole = frame({ window: WINDOW_1_KIB }, rawBlock('a'), last);
      expect(measure(whole).windowBytes).toBe(KIB);
      for (let cut = 1; cut <= last.length; cut++) {
        expect(messageOf(whole.subarray(0, whole.length - cut))).toContain('ends early');
      }
    }
  });

  it('says how much came and what to do', () => {
    expect(messageOf(FLUSHED_FRAME.subarray(0, -1))).toBe(
      'zstd body ends early: 690 bytes hold no complete frame; send all of it',
    );
    expect(messageOf(Buffer.concat([FLUSHED_FRAME, FLUSHED_FRAME]).subarray(0, -1))).toBe(
      'zstd body ends early: 1,381 bytes end in the checksum of frame 2; send all of it',
    );
    expect(messageOf(skippable('nothing else'))).toContain('20 bytes hold no frame with data');
  });

  it('refuses what follows the last frame', () => {
    for (const trailing of ['\0', '(', 'garbage', '{"model":"x"}', '(\xb5/\xfc']) {
      const body = Buffer.concat([FLUSHED_FRAME, Buffer.from(trailing, 'latin1')]);
      expect(messageOf(body)).toMatch(/its last frame ends [\d,]+ bytes? before the body does|ends early/);
    }
  });

  it('refuses what is not zstd, and older formats of it', () => {
    expect(messageOf(Buffer.from('{"model":"gpt"}'))).toContain(
      'it is no zstd, it starts with the bytes 7b226d6f',
    );
    // It begins like a skippable frame.
    expect(messageOf(Buffer.from('Plain text'))).toContain(
      'it is no zstd, it starts with the bytes 506c6169',
    );
    expect(messageOf(Buffer.from('{}'))).toContain('it is no zstd, it starts with the bytes 7b7d');
    for (let version = 0x22; version <= 0x27; version++) {
      const legacy = Buffer.concat([Buffer.from([version, 0xb5, 0x2f, 0xfd]), Buffer.alloc(20)]);
      expect(messageOf(legacy)).toContain('it is in a format from before zstd 0.8');
    }
  });

  it('refuses a dictionary that it does not have, and takes dictionary 0 for none', () => {
    const withDictionary = (dictionaryId: number) =>
      frame({ window: WINDOW_1_KIB, dictionaryId }, rawBlock('abc', true));
    expect(messageOf(withDictionary(77_001))).toContain('it was compressed with dictionary 77001');
    expect(measure(withDictionary(0)).atMost).toBe(3);
  });

  it('refuses reserved bits and block types, and ignores the unused bit', () => {
    expect(messageOf(frame({ window: 0, bits: 0x08 }, rawBlock('a', true)))).toContain('the reserved bit');
    expect(messageOf(frame({ window: 0 }, block('reserved', 0, Buffer.alloc(0), true)))).toContain(
      'the block at byte 6 has the reserved type',
    );
    expect(measure(frame({ window: 0, bits: 0x10 }, rawBlock('a', true))).atMost).toBe(1);
  });

  it('refuses a block that claims more than its frame allows', () => {
    const message = 'the block at byte 6 claims 1,025 bytes, its frame allows 1,024 bytes';
    for (const type of ['raw', 'rle', 'compressed'] as const) {
      expect(messageOf(frame({ window: 0 }, block(type, 1025, Buffer.alloc(1025), true)))).toContain(message);
    }
    const largest = block('rle', 2 ** 21 - 1, Buffer.from('a'), true);
    expect(messageOf(frame({ window: 0xff }, largest))).toContain('its frame allows 131,072 bytes');
  });

  it('gives up on a body that is nothing but block headers', () => {
    const body = frame({ window: 0 }, Buffer.alloc(3 * 2 ** 17), rawBlock('', true));
    expect(messageOf(body)).toContain('it is split into more than 131,072 blocks');
    const most = frame({ window: 0 }, Buffer.alloc(3 * (2 ** 17 - 2)), rawBlock('', true));
    expect(measure(most)).toMatchObject({ atMost: 0 });
    expect(messageOf(frame({ window: 0 }, Buffer.alloc(3 * (2 ** 17 - 1)), rawBlock('', true)))).toContain(
      'more than 131,072',
    );
    const frames = Buffer.concat(Array<Buffer>(2 ** 17).fill(skippable('')));
    expect(messageOf(Buffer.concat([frames, skippable('')]))).toContain('more than 131,072');
  });
});
