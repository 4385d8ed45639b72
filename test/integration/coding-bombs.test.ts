import { brotliDecompressSync, gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBody } from '../../src/coding/decode-body.ts';
import type { Coding } from '../../src/coding/parse-content-codings.ts';
import {
  brotliBomb,
  gzipBomb,
  nestedBomb,
  rawDeflateBomb,
  zlibBomb,
  zstdCompressedBomb,
  zstdRleBomb,
} from '../support/coding/bombs.ts';
import { createDecodingChild, type DecodingChild } from '../support/coding/decode-in-child.ts';
import { frame, WINDOW_128_KIB } from '../support/coding/zstd-frames.ts';

const MIB = 2 ** 20;
const LIMIT = 16 * MIB;

let child: DecodingChild;
beforeAll(() => {
  child = createDecodingChild();
});
afterAll(() => child.remove());

describe('the bombs themselves', () => {
  it('are valid bodies that decode to what they are said to', async () => {
    const size = 48 * MIB;
    expect((await decodeBody(zstdRleBomb(size), ['zstd'], { maxBytes: size })).length).toBe(size);
    expect((await decodeBody(zstdCompressedBomb(size), ['zstd'], { maxBytes: size })).length).toBe(size);
    expect(inflateRawSync(rawDeflateBomb(size)).length).toBe(size);
    expect(gunzipSync(gzipBomb(size)).length).toBe(size);
    expect(brotliDecompressSync(await brotliBomb(size)).length).toBe(size);
  });
});

describe('a body of 4 GB behind a limit of 16 MiB', () => {
  const bombs: [string, Coding[], () => Buffer | Promise<Buffer>][] = [
    ['zstd RLE blocks', ['zstd'], zstdRleBomb],
    ['zstd compressed blocks', ['zstd'], zstdCompressedBomb],
    ['zstd blocks that could be just below 4 GiB', ['zstd'], () => zstdCompressedBomb(2 ** 32 - MIB)],
    ['zstd with a false declared size', ['zstd'], () => zstdCompressedBomb(2 ** 32 - MIB, 4 * MIB)],
    ['zstd that declares the truth', ['zstd'], () => zstdCompressedBomb(2 ** 31, 2 ** 31)],
    ['zstd in 64 frames', ['zstd'], () => Buffer.concat(Array(64).fill(zstdCompressedBomb(63 * MIB)))],
    ['gzip', ['gzip'], gzipBomb],
    ['deflate with the zlib wrapper', ['deflate'], zlibBomb],
    ['deflate without it', ['deflate'], rawDeflateBomb],
    ['brotli', ['br'], brotliBomb],
    ['gzip in gzip in brotli', ['gzip', 'gzip', 'br'], nestedBomb],
    ['zstd in gzip', ['zstd', 'gzip'], () => gzipSync(zstdCompressedBomb())],
  ];
  it.each(bombs)('of %s is refused within bounded memory', async (_, codings, make) => {
    const wire = await make();
    const { outcome, growthBytes, cpuMs } = await child.decode(wire, codings, LIMIT);
    expect(outcome).toBe('request_too_large');
    expect(growthBytes).toBeLessThan(4 * LIMIT);
    // Processor time, not wall time: all of it would take several seconds, what is allowed some 50 ms.
    expect(cpuMs).toBeLessThan(2000);
  });
});

describe('a body of 4 GB behind the default limit', () => {
  it('costs next to nothing where the block headers tell', async () => {
    for (const wire of [zstdRleBomb(), zstdCompressedBomb()]) {
      const { outcome, growthBytes } = await child.decode(wire, ['zstd'], 128 * MIB);
      expect(outcome).toBe('request_too_large');
      expect(growthBytes).toBeLessThan(32 * MIB);
    }
  });

  it('costs little more than the limit where they do not', async () => {
    const { outcome, growthBytes } = await child.decode(
      zstdCompressedBomb(2 ** 32 - MIB),
      ['zstd'],
      128 * MIB,
    );
    expect(outcome).toBe('request_too_large');
    expect(growthBytes).toBeLessThan(2 * 128 * MIB);
  });
});

describe('LESSONS 2: a cap that only checks the declared size is no cap', () => {
  it('refuses a zstd frame that declares 1 KB and holds 1 GB, without writing the 1 GB', async () => {
    const lie = frame(
      { window: WINDOW_128_KIB, contentBytes: 1024 },
      zstdCompressedBomb(2 ** 30).subarray(6),
    );
    const { outcome, growthBytes } = await child.decode(lie, ['zstd'], LIMIT);
    expect(outcome).toBe('request_too_large');
    expect(growthBytes).toBeLessThan(4 * LIMIT);
  });
});
