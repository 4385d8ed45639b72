import { once } from 'node:events';
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createGzip,
  deflateRawSync,
  deflateSync,
  gzipSync,
} from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { boundDecoded } from '../../../src/coding/bound-decoded.ts';
import { compressForStorage, storedCodingOf } from '../../../src/coding/compress-for-storage.ts';
import { createAnswerDecoder, decodeForLog } from '../../../src/coding/decode-answer.ts';
import { hasZlibWrapper } from '../../../src/coding/decode-zlib.ts';
import { decompressStored } from '../../../src/coding/decompress-stored.ts';
import type { Coding } from '../../../src/coding/parse-content-codings.ts';
import {
  FLUSHED_CONTENT,
  FLUSHED_FRAME,
  frame,
  rleBlock,
  WINDOW_128_KIB,
} from '../../support/coding/zstd-frames.ts';

const MIB = 2 ** 20;
const TEXT = Buffer.from('data: {"type":"response.output_text.delta","delta":"some words"}\n\n'.repeat(200));

const ENCODED: readonly (readonly [Coding, Buffer])[] = [
  ['gzip', gzipSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['deflate', deflateRawSync(TEXT)],
];

describe('an answer that is decoded for the log', () => {
  it.each(ENCODED)('in %s', (coding, wire) => {
    const decode = (bytes: Buffer, maxBytes = MIB) => decodeForLog(bytes, [coding], maxBytes);
    expect(decode(wire)?.equals(TEXT)).toBe(true);
    // What is cut off is decoded as far as it goes.
    const half = decode(wire.subarray(0, wire.length / 2));
    expect(half && TEXT.subarray(0, half.length).equals(half)).toBe(true);
    // The limit is exact.
    expect(decode(wire, TEXT.length)?.length).toBe(TEXT.length);
    expect(decode(wire, TEXT.length - 1)).toBeUndefined();
    expect(decode(Buffer.alloc(0))).toHaveLength(0);
    expect(decode(Buffer.from('\x00\xffnothing of the kind', 'latin1'))).toBeUndefined();
  });

  it('in several codings, or none', () => {
    expect(decodeForLog(TEXT, [], 1)).toBe(TEXT);
    expect(decodeForLog(Buffer.alloc(0), ['zstd'], 1)).toHaveLength(0);
    expect(decodeForLog(Buffer.from('no zstd'), ['gzip', 'zstd'], 1)).toBeUndefined();
    const twice = brotliCompressSync(gzipSync(TEXT));
    expect(decodeForLog(twice, ['gzip', 'br'], MIB)?.equals(TEXT)).toBe(true);
    expect(decodeForLog(twice, ['br', 'gzip'], MIB)).toBeUndefined();
  });
});

describe('an answer that is decoded for its client', () => {
  /** Writes the pieces one by one. @returns what comes out behind each of them, and then at the end */
  const decode = async (codings: readonly Coding[], pieces: readonly Buffer[], maxBytes = MIB) => {
    const decoder = createAnswerDecoder(codings, maxBytes);
    let text = '';
    decoder.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    const lengths: number[] = [];
    const ended = once(decoder, 'end');
    ended.catch(() => {});
    for (const piece of pieces) {
      await new Promise<void>((resolve, reject) => {
        decoder.write(piece, (error) => (error ? reject(error) : resolve()));
      });
      lengths.push(text.length);
    }
    decoder.end();
    await ended;
    return { text, lengths };
  };

  const halves = (wire: Buffer): Buffer[] => [
    wire.subarray(0, wire.length / 2),
    wire.subarray(wire.length / 2),
  ];

  it.each([...ENCODED, ['zstd', FLUSHED_FRAME] as const])('in %s', async (coding, wire) => {
    const expected = coding === 'zstd' ? FLUSHED_CONTENT : TEXT;
    const { text, lengths } = await decode([coding], halves(wire));
    expect(text).toBe(expected.toString());
    // gzip and brotli come out as they go in, the others when they are complete.
    if (coding === 'deflate' || coding === 'zstd') expect(lengths).toEqual([0, 0]);
  });

  it.each([
    ['gzip', () => createGzip(), constants.Z_SYNC_FLUSH],
    ['br', () => createBrotliCompress(), constants.BROTLI_OPERATION_FLUSH],
  ] as const)('in %s event by event, as they are flushed', async (coding, createEncoder, flush) => {
    const encoder = createEncoder();
    const decoder = createAnswerDecoder([coding], MIB);
    encoder.pipe(decoder);
    let text = '';
    decoder.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      const expected = text + event;
      encoder.write(event);
      encoder.flush(flush);
      await expect.poll(() => text).toBe(expected);
    }
    encoder.end();
    await once(decoder, 'end');
  });

  it('in several, when it is complete', async () => {
    const { text, lengths } = await decode(['br', 'gzip'], halves(gzipSync(brotliCompressSync(TEXT))));
    expect(text).toBe(TEXT.toString());
    expect(lengths).toEqual([0, 0]);
  });

  it('within a limit of its wire bytes and its decoded ones', async () => {
    const wire = deflateSync(TEXT);
    expect((await decode(['deflate'], [wire], TEXT.length)).text).toBe(TEXT.toString());
    await expect(decode(['deflate'], [wire], TEXT.length - 1)).rejects.toMatchObject({
      code: 'request_too_large',
    });
    await expect(decode(['deflate'], halves(wire), wire.length - 1)).rejects.toThrow(
      'the compressed answer is too large',
    );
    await expect(decode(['deflate'], [wire], wire.length)).rejects.toMatchObject({
      code: 'request_too_large',
    });
  });

  it('not where it is cut off or corrupt', async () => {
    for (const codings of [['deflate'], ['zstd'], ['br', 'gzip']] as const) {
      await expect(decode(codings, [Buffer.from('nothing of the kind')])).rejects.toMatchObject({
        code: 'invalid_content_encoding',
      });
    }
  });
});

describe('the memory that decoding may take', () => {
  it('is none without a coding, and twice the limit with several', () => {
    expect(boundDecoded(TEXT, [], 1000)).toBe(0);
    expect(boundDecoded(TEXT, ['gzip', 'br'], 1000)).toBe(2000);
  });

  it('is what a coding can yield at most, up to the limit', () => {
    const ten = Buffer.alloc(10);
    for (const coding of ['gzip', 'deflate'] as const) {
      expect(boundDecoded(ten, [coding], MIB)).toBe(10_320);
      expect(boundDecoded(ten, [coding], 10_320)).toBe(10_320);
      expect(boundDecoded(ten, [coding], 10_319)).toBe(10_319);
    }
    expect(boundDecoded(ten, ['br'], 1000)).toBe(1000);
  });

  it('is told by the headers of zstd, and none where they say that it is too large', () => {
    const body = frame({ window: WINDOW_128_KIB }, rleBlock(1000), rleBlock(500, true));
    expect(boundDecoded(body, ['zstd'], MIB)).toBe(1500);
    expect(boundDecoded(body, ['zstd'], 1500)).toBe(1500);
    expect(boundDecoded(body, ['zstd'], 1499)).toBe(0);
    expect(boundDecoded(FLUSHED_FRAME, ['zstd'], MIB)).toBe(MIB);
    expect(() => boundDecoded(TEXT, ['zstd'], MIB)).toThrow(
      expect.objectContaining({ code: 'invalid_content_encoding' }),
    );
  });
});

it('a zlib wrapper is told by its first two bytes', () => {
  expect(hasZlibWrapper(deflateSync(TEXT))).toBe(true);
  expect(hasZlibWrapper(Buffer.from('789c', 'hex'))).toBe(true);
  for (const hex of ['', '78', '789d', '7f9c', '889c', '889b', '0000']) {
    expect([hex, hasZlibWrapper(Buffer.from(hex, 'hex'))]).toEqual([hex, false]);
  }
});

describe('a stored body', () => {
  it('is told to be gzip by its first two bytes', () => {
    expect(storedCodingOf(gzipSync('x'))).toBe('gzip');
    for (const hex of ['', '1f', '1f8c', '008b', '28b52ffd'])
      expect(storedCodingOf(Buffer.from(hex, 'hex'))).toBe('zstd');
  });

  it('is read back up to the limit, and damage keeps its cause', async () => {
    const stored = await compressForStorage(TEXT);
    expect((await decompressStored(stored, { maxBytes: TEXT.length })).equals(TEXT)).toBe(true);
    await expect(decompressStored(stored, { maxBytes: TEXT.length - 1 })).rejects.toMatchObject({
      message: expect.stringContaining('decodes to more than'),
      cause: { code: 'request_too_large' },
    });
    await expect(decompressStored(stored.subarray(0, -1))).rejects.toMatchObject({
      message: expect.stringContaining('is damaged'),
      cause: { code: 'invalid_content_encoding' },
    });
  });
});
