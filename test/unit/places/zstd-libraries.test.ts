import { randomFillSync } from 'node:crypto';
import * as zlib from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compressForStorage,
  compressWith,
  storedCodingOf,
} from '../../../src/coding/compress-for-storage.ts';
import { decodeZstd } from '../../../src/coding/decode-zstd.ts';
import { decompressStored } from '../../../src/coding/decompress-stored.ts';
import {
  loadNative,
  loadNodeZlib,
  loadWebAssembly,
  type ZstdLibrary,
} from '../../../src/coding/zstd-library.ts';
import { zstdCompressedBomb, zstdRleBomb } from '../../support/coding/bombs.ts';
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
const LIMIT = 16 * MIB;

const LIBRARIES = [
  ['the native one', loadNative],
  ['the one of Node (skipped before Node 22.15)', loadNodeZlib],
  ['the WebAssembly', loadWebAssembly],
] as const;

const nodeHasZstd = 'zstdDecompress' in zlib;

/** What any of them must do: the same bytes, the same refusals. */
describe.each(LIBRARIES)('%s', (name, load) => {
  const isHere = name !== 'the one of Node (skipped before Node 22.15)' || nodeHasZstd;

  it('says whether this machine has it', async () => {
    const name = await load().then(
      (library) => library.name,
      (error: Error) => error.message,
    );
    expect(name).toMatch(
      isHere ? /^(@mongodb-js\/zstd|node:zlib|zstddec \(WebAssembly\))$/ : /Node has no zstd/,
    );
  });

  describe.runIf(isHere)('decodes within the same bounds as the others', () => {
    let library: ZstdLibrary;
    beforeAll(async () => {
      library = await load();
    });
    const decode = (body: Buffer, maxBytes = LIMIT): Promise<Buffer> =>
      decodeZstd(body, { name: 'zstd body', maxBytes }, library);
    const codeOf = (body: Buffer, maxBytes = LIMIT): Promise<string> =>
      decode(body, maxBytes).then(
        ({ length }) => `${length} bytes`,
        (error: { code: string }) => error.code,
      );

    it('what an encoder writes: text, noise, zeros, nothing', async () => {
      const noise = randomFillSync(Buffer.alloc(300_001));
      for (const content of [FLUSHED_CONTENT, noise, Buffer.alloc(3 * MIB), Buffer.alloc(0)]) {
        const { compress } = await loadNative();
        if (!compress) throw new Error('the native library compresses');
        expect((await decode(await compress(content))).equals(content)).toBe(true);
        expect((await decode(await compress(content), content.length)).equals(content)).toBe(true);
      }
    });

    it('frames without a size, flushed after every line', async () => {
      expect((await decode(FLUSHED_FRAME)).equals(FLUSHED_CONTENT)).toBe(true);
      expect((await decode(FLUSHED_FRAME, FLUSHED_CONTENT.length)).equals(FLUSHED_CONTENT)).toBe(true);
    });

    it('several frames, with skippable ones anywhere', async () => {
      const parts = [
        skippable('a'),
        FLUSHED_FRAME,
        skippable('b', 3),
        FLUSHED_FRAME,
        FLUSHED_FRAME,
        skippable(''),
      ];
      const expected = Buffer.concat([FLUSHED_CONTENT, FLUSHED_CONTENT, FLUSHED_CONTENT]);
      expect((await decode(Buffer.concat(parts))).equals(expected)).toBe(true);
    });

    it('single segments, and raw and RLE blocks', async () => {
      const single = frame({ contentBytes: 7 }, rawBlock('{"a":1}', true));
      expect(String(await decode(single))).toBe('{"a":1}');
      const rle = frame({ window: WINDOW_128_KIB }, rleBlock(100_000), rawBlock('!', true));
      expect((await decode(rle)).length).toBe(100_001);
    });

    it('and refuses what is cut off anywhere', async () => {
      for (let length = 0; length < FLUSHED_FRAME.length; length++) {
        expect(await codeOf(FLUSHED_FRAME.subarray(0, length)), `${length}`).toBe('invalid_content_encoding');
      }
    });

    it('and refuses a wrong checksum, a wrong size, a block that cannot be', async () => {
      const wrongSum = Buffer.from(FLUSHED_FRAME);
      wrongSum.writeUInt8(wrongSum.readUInt8(wrongSum.length - 1) ^ 1, wrongSum.length - 1);
      expect(await codeOf(wrongSum)).toBe('invalid_content_encoding');
      expect(await codeOf(frame({ window: WINDOW_128_KIB, contentBytes: 9 }, rawBlock('four', true)))).toBe(
        'invalid_content_encoding',
      );
      const garbage = block('compressed', 8, Buffer.from('ffffffffffffffff', 'hex'), true);
      expect(await codeOf(frame({ window: WINDOW_128_KIB }, garbage))).toBe('invalid_content_encoding');
    });

    it('and gives the same bytes or a refusal whichever bit is flipped', async () => {
      const whole = FLUSHED_FRAME;
      for (let bit = 0; bit < whole.length * 8; bit += 3) {
        const flipped = Buffer.from(whole);
        flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const outcome = await decode(flipped).catch((error: { code: string }) => error.code);
        if (outcome instanceof Buffer) expect(outcome.equals(FLUSHED_CONTENT), `bit ${bit}`).toBe(true);
        else expect(outcome).toMatch(/^(invalid_content_encoding|request_too_large)$/);
      }
    });

    it('and gives no other bytes than the native one where no checksum tells that a bit was flipped', async () => {
      const native = await loadNative();
      // The frame's descriptor without its checksum bit, and without the four bytes of it.
      const whole = Buffer.from(FLUSHED_FRAME.subarray(0, -4));
      whole.writeUInt8(whole.readUInt8(4) & ~4, 4);
      const outcomeOf = (body: Buffer, by: ZstdLibrary): Promise<string> =>
        decodeZstd(body, { name: 'zstd body', maxBytes: LIMIT }, by).then(
          (bytes) => bytes.toString('hex'),
          (error: { code: string }) => error.code,
        );
      for (let bit = 0; bit < whole.length * 8; bit += 7) {
        const flipped = Buffer.from(whole);
        flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const outcome = await outcomeOf(flipped, library);
        // A newer libzstd may refuse what an older one still accepts.
        if (outcome === 'invalid_content_encoding') continue;
        expect(outcome === (await outcomeOf(flipped, native)), `bit ${bit}`).toBe(true);
      }
    });

    it.each([
      ['RLE blocks', () => zstdRleBomb()],
      ['compressed blocks', () => zstdCompressedBomb()],
      ['compressed blocks just below 4 GiB', () => zstdCompressedBomb(2 ** 32 - MIB)],
      ['compressed blocks and a false size', () => zstdCompressedBomb(2 ** 32 - MIB, 4 * MIB)],
      ['64 frames', () => Buffer.concat(Array(64).fill(zstdCompressedBomb(63 * MIB)))],
    ])('and refuses a bomb of %s', async (_, make) => {
      const before = process.resourceUsage().maxRSS;
      expect(await codeOf(make())).toBe('request_too_large');
      expect((process.resourceUsage().maxRSS - before) * 1024).toBeLessThan(8 * LIMIT);
    });

    it('and refuses one byte more than the limit', async () => {
      const size = FLUSHED_CONTENT.length;
      expect(await codeOf(FLUSHED_FRAME, size)).toBe(`${size} bytes`);
      expect(await codeOf(FLUSHED_FRAME, size - 1)).toBe('request_too_large');
    });

    it('compresses for the log what every one reads back', async () => {
      const content = Buffer.from('what the log keeps '.repeat(5000));
      const stored = await compressWith(library, content);
      expect(stored.length).toBeLessThan(content.length / 10);
      expect((await decompressStored(stored)).equals(content)).toBe(true);
      if (storedCodingOf(stored) === 'zstd') expect((await decode(stored)).equals(content)).toBe(true);
      else expect(zlib.gunzipSync(stored).equals(content)).toBe(true);
      // And the other way round: a log that the native library wrote.
      expect((await decode(await compressForStorage(content))).equals(content)).toBe(true);
    });
  });
});

it('a stored gzip body that was cut off is damaged', async () => {
  const stored = await compressWith(
    { name: 'decodes alone', decompress: async (body) => body },
    Buffer.alloc(9999),
  );
  expect(storedCodingOf(stored)).toBe('gzip');
  await expect(decompressStored(stored.subarray(0, -3))).rejects.toMatchObject({ code: 'internal_error' });
});
