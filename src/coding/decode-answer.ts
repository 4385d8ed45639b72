import { Transform } from 'node:stream';
import {
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  gunzipSync,
  inflateRawSync,
  inflateSync,
} from 'node:zlib';
import { Decompress } from 'fzstd';
import { decodeBody } from './decode-body.ts';
import { hasZlibWrapper, type ZlibCoding } from './decode-zlib.ts';
import type { Coding } from './parse-content-codings.ts';
import { walkZstd } from './scan-zstd.ts';

/** A sender of zstd over HTTP keeps to 8 MiB. @see RFC 9659 §3 */
const MAX_WINDOW_BYTES = 8 * 2 ** 20;

/**
 * The decoder moves its whole window for each block: 0.35 ms for 8 MiB, on the main thread. A body of nothing but
 * tiny blocks would hold everyone up; a stream of 2,000 flushed events in the usual 2 MiB window stays below.
 */
const MAX_MOVED_BYTES = 4 * 2 ** 30;

const FLUSH = { finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI_FLUSH = { finishFlush: constants.BROTLI_OPERATION_FLUSH };

const decodeZlibSync = (bytes: Buffer, coding: ZlibCoding, maxOutputLength: number): Buffer => {
  if (coding === 'br') return brotliDecompressSync(bytes, { ...BROTLI_FLUSH, maxOutputLength });
  if (coding === 'gzip') return gunzipSync(bytes, { ...FLUSH, maxOutputLength });
  const options = { ...FLUSH, maxOutputLength };
  return hasZlibWrapper(bytes) ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
};

/** False where a frame wants more memory, or more work, than senders may ask for. A body that is cut off passes. */
const isCheapToDecode = (bytes: Buffer): boolean => {
  let movedBytes = 0;
  try {
    for (const { frame } of walkZstd(bytes, { name: 'zstd answer', maxBytes: bytes.length })) {
      movedBytes += frame.windowBytes;
      if (frame.windowBytes > MAX_WINDOW_BYTES || movedBytes > MAX_MOVED_BYTES) return false;
    }
  } catch {
    // Cut off or corrupt: the decoder stops there.
  }
  return true;
};

const decodeZstdSync = (bytes: Buffer, maxBytes: number): Buffer | undefined => {
  if (!isCheapToDecode(bytes)) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  const decoder = new Decompress((chunk) => {
    length += chunk.length;
    if (length > maxBytes) throw new Error('too large');
    // The decoder reuses its memory.
    chunks.push(Uint8Array.from(chunk));
  });
  try {
    decoder.push(bytes);
  } catch {
    if (length > maxBytes) return undefined;
  }
  return Buffer.concat(chunks);
};

/**
 * Decodes an answer for the log, at once, since the record of an exchange does not wait. What is cut off is
 * decoded as far as it goes.
 * @param maxBytes of the decoded answer
 * @returns undefined where it is larger, would take too long, or cannot be decoded
 */
export const decodeForLog = (
  bytes: Buffer,
  codings: readonly Coding[],
  maxBytes: number,
): Buffer | undefined => {
  let decoded: Buffer | undefined = bytes;
  for (const coding of codings.toReversed()) {
    if (decoded === undefined || decoded.length === 0) return decoded;
    try {
      decoded =
        coding === 'zstd' ? decodeZstdSync(decoded, maxBytes) : decodeZlibSync(decoded, coding, maxBytes);
    } catch {
      return undefined;
    }
  }
  return decoded;
};

/** Decodes what has come when all of it has. */
const decodeWhole = (codings: readonly Coding[], maxBytes: number): Transform => {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      length += chunk.length;
      chunks.push(chunk);
      done(length > maxBytes ? new Error('the compressed answer is too large') : null);
    },
    flush: (done) => {
      decodeBody(Buffer.concat(chunks), codings, { maxBytes }).then(
        (body) => done(null, body),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
};

/**
 * Decodes gzip and brotli answers as they arrive, and answers in other codings once they are complete.
 * @param maxBytes of an answer that is decoded whole
 */
export const createAnswerDecoder = (codings: readonly Coding[], maxBytes: number): Transform => {
  const [coding] = codings;
  if (codings.length > 1) return decodeWhole(codings, maxBytes);
  if (coding === 'gzip') return createGunzip({ flush: constants.Z_SYNC_FLUSH });
  if (coding === 'br') return createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH });
  return decodeWhole(codings, maxBytes);
};
