import type { BodyBase, BodyReference } from './body-reference.ts';
import { commonEnds } from './common-ends.ts';

/** A request's body that others of its conversation may be told from. */
export interface Whole {
  /** What the requests of one conversation have in common, such as its thread's id. */
  readonly family: string;
  /** Decoded. */
  readonly bytes: Buffer;
}

/** Written over by the next body: an entry that came and went with each would be a trail of old tables. */
interface Base {
  bytes: Buffer;
  pack: string;
  place: Pick<BodyBase, 'offset' | 'length' | 'id'>;
  /** How many bodies must be read before this one can be. */
  depth: number;
  /** Counts up: the least is the one that was not told from for the longest time. */
  usedAt: number;
}

/** A body, said as what it has beside an earlier one. */
interface Difference {
  readonly base: BodyBase;
  readonly own: Buffer;
  readonly depth: number;
}

/** The latest body of each conversation. */
export interface BodyBases {
  /** @returns undefined where too little is shared, or nothing is known of the conversation in this pack */
  differ(whole: Whole, pack: string): Difference | undefined;
  /** To be called once the body is on disk. */
  remember(whole: Whole, id: string, block: NonNullable<BodyReference['block']>, depth: number): void;
}

/** Larger bodies are no base: what is kept here is not on the traffic's account. */
export const MOST_BASE_BYTES = 8 * 1024 * 1024;
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_FAMILIES = 64;
/** Then one is stored whole again, so that reading stays quick. */
const MOST_DEPTH = 128;
const LEAST_SHARED_BYTES = 1024;

/**
 * Codex sends its whole conversation with every turn: what a body shares with the one before, at its start
 * and at its end, is not stored again. Only bodies of the same pack are compared, since packs are deleted
 * one by one.
 */
export const createBodyBases = (): BodyBases => {
  const bases = new Map<string, Base>();
  let total = 0;
  let uses = 0;

  const forget = (family: string): void => {
    total -= bases.get(family)?.bytes.length ?? 0;
    bases.delete(family);
  };
  const oldest = (): string | undefined => {
    let found: [string, Base] | undefined;
    for (const entry of bases) if (!found || entry[1].usedAt < found[1].usedAt) found = entry;
    return found?.[0];
  };

  return {
    differ: ({ family, bytes }, pack) => {
      const known = bases.get(family);
      if (!known || known.pack !== pack || known.depth >= MOST_DEPTH) return undefined;
      const { prefix, suffix } = commonEnds(known.bytes, bytes);
      const shared = prefix + suffix;
      const { id, offset, length } = known.place;
      if (shared < LEAST_SHARED_BYTES || shared < bytes.length / 2) return undefined;
      return {
        base: { id, offset, length, prefix, suffix },
        own: bytes.subarray(prefix, bytes.length - suffix),
        depth: known.depth + 1,
      };
    },
    remember: ({ family, bytes }, id, { pack, offset, length }, depth) => {
      if (bytes.length > MOST_BASE_BYTES) {
        forget(family);
        return;
      }
      const place = { offset, length, id };
      const known = bases.get(family);
      uses++;
      if (known) {
        total -= known.bytes.length;
        known.bytes = bytes;
        known.pack = pack;
        known.place = place;
        known.depth = depth;
        known.usedAt = uses;
      } else bases.set(family, { bytes, pack, place, depth, usedAt: uses });
      total += bytes.length;
      while (bases.size > MOST_FAMILIES || total > MOST_BYTES) {
        const family = oldest();
        if (family === undefined) return;
        forget(family);
      }
    },
  };
};
