import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { createConcurrencyLimit } from './limit-concurrency.ts';
import { loadZstd, type ZstdLibrary } from './zstd-library.ts';

/** How a stored body is compressed; `gzip` where no library here can compress with zstd. */
export type StoredCoding = 'zstd' | 'gzip';

/** One at a time: what is written to the log must not take threads from what is on its way. */
const compressions = createConcurrencyLimit(1);
const GZIP_LEVEL = 3;

/** @returns one zstd frame, or one gzip member where the library only decodes */
export const compressWith = ({ compress }: ZstdLibrary, bytes: Buffer): Promise<Buffer> =>
  compress ? compress(bytes) : promisify(gzip)(bytes, { level: GZIP_LEVEL });

/**
 * Compresses a body for the log, off the main thread, at zstd's level 3: on Codex's bodies it takes as
 * long as level 1 (1.5 ms for 560 KB) and stores a sixth to a half less; level 5 takes twice as long for
 * a further tenth.
 * @param bytes must not change until the promise settles
 * @returns one zstd frame, or one gzip member: see `storedCodingOf`
 */
export const compressForStorage = (bytes: Buffer): Promise<Buffer> =>
  compressions.run(async () => compressWith(await loadZstd(), bytes));

/** Which of the two `compressForStorage` chose, by the first bytes: no zstd frame begins with these. */
export const storedCodingOf = (bytes: Buffer): StoredCoding =>
  bytes[0] === 0x1f && bytes[1] === 0x8b ? 'gzip' : 'zstd';
