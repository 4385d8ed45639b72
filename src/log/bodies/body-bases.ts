import type { BodyBase, BodyReference } from './body-reference.ts';
import { commonPrefixAndSuffix } from './common-prefix-and-suffix.ts';

/** A request's body that others of its conversation may be told from. */
export interface FullBody {
  /** What the requests of one conversation have in common, such as its thread's id. */
  readonly family: string;
  /** Decoded. Given up where a later body of the conversation waits as well. */
  bytes: Buffer | undefined;
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
  /** The latest of those that are told from this one, and are not on disk yet. */
  next: FullBody | undefined;
}

/** A body, said as what it has beside an earlier one; holds nothing of the body itself. */
export interface Difference {
  readonly base: BodyBase;
  /** Of the earlier one; in another pack this body must be written whole. */
  readonly pack: string;
  readonly own: Buffer;
  readonly depth: number;
  /** Of the earlier one. */
  readonly bytes: Buffer;
}

/** The body that a difference is of. @returns its bytes, one part after another */
export const fullBodyOf = ({ base: { prefix, suffix }, own, bytes }: Difference): Buffer[] => [
  bytes.subarray(0, prefix),
  own,
  bytes.subarray(bytes.length - suffix),
];

/** The latest body of each conversation. */
export interface BodyBases {
  /**
   * The one that was told from the same body before, and waits for the disk, gives up its bytes: this one is
   * what the next ones will be told from.
   * @returns undefined where too little is shared, or nothing is known of the conversation
   */
  differ(whole: FullBody): Difference | undefined;
  /** To be called once the body is on disk. */
  remember(whole: FullBody, id: string, block: NonNullable<BodyReference['block']>, depth: number): void;
}

/** Larger bodies are no base: what is kept here is not on the traffic's account. */
export const MAX_BASE_BYTES = 8 * 1024 * 1024;
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_FAMILIES = 64;
/** Then one is stored whole again, so that reading stays quick. */
const MAX_DEPTH = 128;
const MIN_SHARED_BYTES = 1024;

/**
 * Codex sends its whole conversation with every turn: what a body shares with the one before, at its start
 * and at its end, is not stored again, and not kept in memory until the rest is on disk. Both must come into
 * the same pack, since packs are deleted one by one.
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
    differ: (whole) => {
      const { family, bytes } = whole;
      const known = bases.get(family);
      if (!known || !bytes || known.depth >= MAX_DEPTH) return undefined;
      const { prefix, suffix } = commonPrefixAndSuffix(known.bytes, bytes);
      const shared = prefix + suffix;
      if (shared < MIN_SHARED_BYTES || shared < bytes.length / 2) return undefined;
      if (known.next) known.next.bytes = undefined;
      known.next = whole;
      const { id, offset, length } = known.place;
      return {
        base: { id, offset, length, prefix, suffix },
        pack: known.pack,
        own: Buffer.from(bytes.subarray(prefix, bytes.length - suffix)),
        depth: known.depth + 1,
        bytes: known.bytes,
      };
    },
    remember: ({ family, bytes }, id, { pack, offset, length }, depth) => {
      if (!bytes) return;
      if (bytes.length > MAX_BASE_BYTES) {
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
        known.next = undefined;
      } else bases.set(family, { bytes, pack, place, depth, usedAt: uses, next: undefined });
      total += bytes.length;
      while (bases.size > MAX_FAMILIES || total > MAX_BYTES) {
        const family = oldest();
        if (family === undefined) return;
        forget(family);
      }
    },
  };
};
