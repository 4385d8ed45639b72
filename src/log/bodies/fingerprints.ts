import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** What stands for a body's bytes where they are no longer in memory: 0.8% of their size. */
export interface Fingerprints {
  readonly length: number;
  /** Digests of the body's chunks, counted from its start. */
  readonly fromStart: Buffer;
  /** Digests of its chunks, counted from its end. */
  readonly fromEnd: Buffer;
}

const CHUNK_BYTES = 4096;
/** 128 bits of SHA-256: what is equal is not stored again, so nobody may be able to make two texts look equal. */
const DIGEST_BYTES = 16;
/** Hashing 256 KB takes less than a millisecond; then others have their turn. */
const CHUNKS_PER_TURN = 64;

const hashChunks = async (count: number, chunkAt: (index: number) => Buffer): Promise<Buffer> => {
  const digests = Buffer.allocUnsafe(count * DIGEST_BYTES);
  for (let index = 0; index < count; index++) {
    hash('sha256', chunkAt(index), 'buffer').copy(digests, index * DIGEST_BYTES, 0, DIGEST_BYTES);
    if (index % CHUNKS_PER_TURN === CHUNKS_PER_TURN - 1) await nextTurn();
  }
  return digests;
};

/** Lets others have their turn meanwhile. @param bytes must not change */
export const createFingerprints = async (bytes: Buffer): Promise<Fingerprints> => {
  const { length } = bytes;
  const count = Math.floor(length / CHUNK_BYTES);
  const start = (index: number): number => index * CHUNK_BYTES;
  return {
    length,
    fromStart: await hashChunks(count, (index) => bytes.subarray(start(index), start(index + 1))),
    fromEnd: await hashChunks(count, (index) =>
      bytes.subarray(length - start(index + 1), length - start(index)),
    ),
  };
};

const countEqual = (one: Buffer, other: Buffer): number => {
  const most = Math.min(one.length, other.length) / DIGEST_BYTES;
  let count = 0;
  while (
    count < most &&
    one.compare(
      other,
      count * DIGEST_BYTES,
      (count + 1) * DIGEST_BYTES,
      count * DIGEST_BYTES,
      (count + 1) * DIGEST_BYTES,
    ) === 0
  ) {
    count++;
  }
  return count;
};

/**
 * How many bytes two bodies have in common at their start and, separately, at their end: whole chunks of
 * them, so up to a chunk less than `commonPrefixAndSuffix` says.
 */
export const commonChunks = (
  one: Fingerprints,
  other: Fingerprints,
): { readonly prefix: number; readonly suffix: number } => {
  const most = Math.min(one.length, other.length);
  const prefix = countEqual(one.fromStart, other.fromStart) * CHUNK_BYTES;
  const room = Math.floor((most - prefix) / CHUNK_BYTES);
  const suffix = Math.min(room, countEqual(one.fromEnd, other.fromEnd)) * CHUNK_BYTES;
  return { prefix, suffix };
};

/** What they take in memory. */
export const sizeOfFingerprints = ({ fromStart, fromEnd }: Fingerprints): number =>
  fromStart.length + fromEnd.length;
