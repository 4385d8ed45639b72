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
import { decodeBody } from './decode-body.ts';
import { hasZlibWrapper, type ZlibCoding } from './decode-zlib.ts';
import { decodeZstdPart } from './decode-zstd-part.ts';
import type { Coding } from './parse-content-codings.ts';

const FLUSH = { finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI_FLUSH = { finishFlush: constants.BROTLI_OPERATION_FLUSH };

const decodeZlibSync = (bytes: Buffer, coding: ZlibCoding, maxOutputLength: number): Buffer => {
  if (coding === 'br') return brotliDecompressSync(bytes, { ...BROTLI_FLUSH, maxOutputLength });
  if (coding === 'gzip') return gunzipSync(bytes, { ...FLUSH, maxOutputLength });
  const options = { ...FLUSH, maxOutputLength };
  return hasZlibWrapper(bytes) ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
};

/**
 * Decodes an answer for the log, at once, since the record of an exchange does not wait. What is cut off is
 * decoded as far as it goes.
 * @param maxBytes of the decoded answer
 * @returns undefined if it is larger, would take too long, or cannot be decoded
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
        coding === 'zstd' ? decodeZstdPart(decoded, maxBytes) : decodeZlibSync(decoded, coding, maxBytes);
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
