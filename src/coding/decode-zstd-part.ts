import { prefixUpTo } from './decode-zstd.ts';
import { walkZstd, type ZstdBlock } from './scan-zstd.ts';
import { loadDecoder, type ZstdDecoder } from './zstd-library.ts';

/**
 * It decodes on the main thread: so many blocks, each with its own tables, hold everyone up for some 0.1 s. An
 * answer that is flushed after each of its events stays far below.
 */
const MAX_BLOCKS = 2 ** 14;

let decoder: ZstdDecoder | undefined;

/** Makes `decodeZstdPart` ready, which does not wait. Where it fails, the log keeps such answers as they are sent. */
export const prepareZstdPart = async (): Promise<void> => {
  decoder = await loadDecoder().catch(() => undefined);
};

/** @returns the last block that is there in full; undefined if there is none, or where there are too many */
const findLastBlock = (bytes: Buffer): ZstdBlock | undefined => {
  let found: ZstdBlock | undefined;
  let blocks = 0;
  try {
    for (const block of walkZstd(bytes, { name: 'zstd answer', maxBytes: bytes.length })) {
      blocks++;
      if (blocks > MAX_BLOCKS) return undefined;
      found = block;
    }
  } catch {
    // Cut off, or followed by something else: what came before counts.
  }
  return found;
};

/**
 * Decodes a zstd body, or as many blocks of it as there are, at once.
 * @param maxBytes of the decoded body
 * @returns undefined if it is larger, corrupt or split into too many blocks
 */
export const decodeZstdPart = (bytes: Buffer, maxBytes: number): Buffer | undefined => {
  const last = findLastBlock(bytes);
  if (decoder === undefined || last === undefined) return undefined;
  try {
    return decoder(prefixUpTo(bytes, last), maxBytes);
  } catch {
    return undefined;
  }
};
