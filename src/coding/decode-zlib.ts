import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { countBytes, endsEarly, isCorrupt, isTooLarge, type Layer } from './body-errors.ts';

/** The codings that Node's own zlib undoes. */
export type ZlibCoding = 'gzip' | 'deflate' | 'br';

type Engine = Transform & { readonly bytesWritten: number };

const MIN_CHUNK_BYTES = 16 * 1024;
const MAX_CHUNK_BYTES = 256 * 1024;

/**
 * Whether a deflate body has the zlib wrapper that RFC 9110 §8.4.1.2 asks for; some clients send the raw
 * stream. No encoder's raw stream looks like the wrapper: it would be a stored block with dirty padding.
 * @see RFC 1950 §2.2: method 8, a window of at most 32 KiB, a header that is a multiple of 31
 */
export const hasZlibWrapper = (body: Buffer): boolean =>
  body.length > 1 && (body.readUInt8(0) & 0x8f) === 0x08 && body.readUInt16BE(0) % 31 === 0;

const createEngine = (coding: ZlibCoding, body: Buffer): Engine => {
  // Each chunk costs a turn of the event loop, each byte of it memory: four times the input is usual.
  const chunkSize = Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, body.length * 4));
  if (coding === 'gzip') return createGunzip({ chunkSize });
  if (coding === 'br') return createBrotliDecompress({ chunkSize });
  return hasZlibWrapper(body) ? createInflate({ chunkSize }) : createInflateRaw({ chunkSize });
};

const asBodyError = (error: Error & { code?: string }, body: Buffer, layer: Layer): Error =>
  error.code === 'Z_BUF_ERROR'
    ? endsEarly(layer, `${countBytes(body.length)} hold no complete stream`, error)
    : isCorrupt(layer, `${error.message} (${countBytes(body.length)})`, error);

/**
 * Undoes gzip (any number of members), deflate (with or without the zlib wrapper) or brotli. The output
 * is counted while it grows, and nothing is decoded past the limit.
 * @throws GatewayError invalid_content_encoding if the body is cut off, corrupt or followed by other
 *   bytes; request_too_large above `layer.maxBytes`
 */
export const decodeZlib = (body: Buffer, coding: ZlibCoding, layer: Layer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const engine = createEngine(coding, body);
    const chunks: Buffer[] = [];
    let length = 0;
    engine.on('data', (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= layer.maxBytes) return;
      chunks.length = 0;
      engine.destroy();
      reject(isTooLarge(layer, 'it decodes to more'));
    });
    engine.on('error', (error) => reject(asBodyError(error, body, layer)));
    engine.on('end', () => {
      // Node stops at the end of the stream and says nothing of what follows it.
      const trailing = body.length - engine.bytesWritten;
      if (trailing > 0) reject(isCorrupt(layer, `it ends ${countBytes(trailing)} before the body does`));
      else resolve(Buffer.concat(chunks, length));
    });
    engine.end(body);
  });
