import { brotliCompressSync, constants, createBrotliCompress, deflateRawSync, gzipSync } from 'node:zlib';
import { frame, rleBlock, WINDOW_128_KIB } from './zstd-frames.ts';

/** Small bodies that decode to four gigabytes, each made in milliseconds by repeating what an encoder wrote. */

const MIB = 2 ** 20;
const FOUR_GIB = 2 ** 32;
const zeros = Buffer.alloc(16 * MIB);

const repeat = (bytes: Buffer, times: number): Buffer => Buffer.alloc(bytes.length * times, bytes);

/** RLE blocks: the headers say how much they hold. */
export const zstdRleBomb = (bytes = FOUR_GIB): Buffer => {
  const blocks = bytes / 2 ** 17;
  return frame({ window: WINDOW_128_KIB }, repeat(rleBlock(2 ** 17), blocks - 1), rleBlock(2 ** 17, true));
};

// The first and a later block of `yes abcdefgh | zstd`, as zstd 1.5.4 wrote them at level 3.
const FIRST_COMPRESSED_BLOCK = Buffer.from('8c00004861626364656667680a0100f4ffcccb11', 'hex');
const LATER_COMPRESSED_BLOCK = Buffer.from('4c000008660100fcff391002', 'hex');
const EMPTY_LAST_BLOCK = Buffer.from('010000', 'hex');

/** Compressed blocks of 12 bytes that hold 128 KiB each: only decoding tells how much. */
export const zstdCompressedBomb = (bytes = FOUR_GIB, declaredBytes?: number): Buffer =>
  frame(
    { window: WINDOW_128_KIB, ...(declaredBytes === undefined ? {} : { contentBytes: declaredBytes }) },
    FIRST_COMPRESSED_BLOCK,
    repeat(LATER_COMPRESSED_BLOCK, bytes / 2 ** 17 - 1),
    EMPTY_LAST_BLOCK,
  );

/** Raw deflate: a full flush makes a piece that can be repeated. */
export const rawDeflateBomb = (bytes = FOUR_GIB): Buffer => {
  const piece = deflateRawSync(zeros, { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([repeat(piece, bytes / zeros.length), Buffer.from([0x03, 0x00])]);
};

/** In the zlib wrapper; the checksum at its end is never reached. */
export const zlibBomb = (bytes = FOUR_GIB): Buffer =>
  Buffer.concat([Buffer.from([0x78, 0x9c]), rawDeflateBomb(bytes), Buffer.alloc(4)]);

/** Many members, each one whole. */
export const gzipBomb = (bytes = FOUR_GIB): Buffer => repeat(gzipSync(zeros), bytes / zeros.length);

/** Brotli: each flush ends a meta-block that can be repeated. */
export const brotliBomb = async (bytes = FOUR_GIB): Promise<Buffer> => {
  const encoder = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
  const pieces: Buffer[] = [];
  encoder.on('data', (chunk: Buffer) => pieces.push(chunk));
  const flushed = async (): Promise<Buffer> => {
    encoder.write(zeros);
    await new Promise<void>((resolve) => encoder.flush(() => resolve()));
    return Buffer.concat(pieces.splice(0));
  };
  const first = await flushed();
  await flushed();
  const later = await flushed();
  encoder.destroy();
  return Buffer.concat([first, repeat(later, bytes / zeros.length - 1), Buffer.from([0x03])]);
};

/** The gzip bomb, compressed once more by gzip and by brotli: 4 GB in a few hundred bytes. */
export const nestedBomb = (): Buffer => brotliCompressSync(gzipSync(gzipBomb()));
