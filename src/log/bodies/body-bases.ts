import type { BodyBase, BodyReference } from './body-reference.ts';
import { commonPrefixAndSuffix } from './common-prefix-and-suffix.ts';
import { commonChunks, createFingerprints, type Fingerprints, sizeOfFingerprints } from './fingerprints.ts';

/** A request's body that later ones of its conversation may be stored as a difference from. */
export interface FullBody {
  /** What the requests of one conversation have in common, such as its thread's id. */
  readonly family: string;
  /** Decoded. Given up where a later body of the conversation waits as well. */
  bytes: Buffer | undefined;
  /** Made while a difference was looked for. */
  fingerprints?: Fingerprints;
}

/** Reused for the next body: an entry that came and went with each would be a trail of old tables. */
interface Base {
  readonly family: string;
  /** Absent where too much is kept, or the body is large: then there are fingerprints. */
  bytes: Buffer | undefined;
  fingerprints: Fingerprints | undefined;
  pack: string;
  place: Pick<BodyBase, 'offset' | 'length' | 'id'>;
  /** How many bodies must be read before this one can be. */
  depth: number;
  /** Counts up: the least is the one that was not used for the longest time. */
  usedAt: number;
  /** The latest of those that differ from this one, and are not on disk yet. */
  next: FullBody | undefined;
}

/** A body as its difference from an earlier one. */
export interface Difference {
  readonly base: BodyBase;
  /** Of the earlier one; in another pack this body must be written whole. */
  readonly pack: string;
  readonly own: Buffer;
  readonly depth: number;
  /** Of the earlier one; absent where only its fingerprints are known. */
  readonly bytes: Buffer | undefined;
}

/**
 * The body that a difference is of.
 * @returns its bytes, one part after another; undefined if the earlier one's bytes are not known
 */
export const fullBodyOf = ({ base: { prefix, suffix }, own, bytes }: Difference): Buffer[] | undefined =>
  bytes && [bytes.subarray(0, prefix), own, bytes.subarray(bytes.length - suffix)];

interface StoredBase {
  /** The exchange whose request it is. */
  readonly id: string;
  readonly block: NonNullable<BodyReference['block']>;
  readonly depth: number;
  /** The exchange whose request it differs from. */
  readonly baseId: string | undefined;
}

/** The latest bodies of each conversation. */
export interface BodyBases {
  /**
   * The one that differed from the same body before, and waits for the disk, gives up its bytes: this one is
   * what the next ones will differ from.
   * @returns undefined if too little is shared, or the bytes of the earlier one are not in memory
   */
  differ(whole: FullBody): Difference | undefined;
  /** The same for an earlier body of a pack of which only fingerprints are known; takes 4 ms for each megabyte. */
  differByFingerprints(whole: FullBody, pack: string): Promise<Difference | undefined>;
  /**
   * To be called once the body is on disk.
   * @param stored where, and how it was stored
   */
  remember(whole: FullBody, stored: StoredBase): Promise<void>;
}

/** Larger bodies stay in memory as fingerprints alone. */
const MAX_BYTES_OF_ONE = 8 * 2 ** 20;
const MAX_BYTES = 32 * 2 ** 20;
const MAX_FINGERPRINT_BYTES = 16 * 2 ** 20;
const MAX_BASES = 512;
/** A client may ask something else in between, such as for a title, in the name of the same conversation. */
const MAX_BASES_OF_FAMILY = 2;
/** Conversations of clients that name none are told apart by what they share alone. */
const MAX_BASES_OF_UNNAMED = 16;
/** Then one is stored whole again, so that reading stays quick. */
const MAX_DEPTH = 512;
const MIN_SHARED_BYTES = 1024;

const isWorthwhile = ({ prefix, suffix }: { prefix: number; suffix: number }, length: number): boolean =>
  prefix + suffix >= MIN_SHARED_BYTES && prefix + suffix >= length / 2;

const byUse = (one: Base, other: Base): number => other.usedAt - one.usedAt;

/**
 * Codex sends its whole conversation with every turn: what a body shares with an earlier one, at its start
 * and at its end, is not stored again, and not kept in memory until the rest is on disk. Both must come into
 * the same pack, since packs are deleted one by one.
 */
export const createBodyBases = (): BodyBases => {
  const families = new Map<string, Base[]>();
  let count = 0;
  let totalBytes = 0;
  let fingerprintBytes = 0;
  let uses = 0;

  const latestFirst = (family: string): Base[] => [...(families.get(family) ?? [])].sort(byUse);
  const all = (): Base[] => [...families.values()].flat().sort(byUse);
  const setContent = (base: Base, bytes: Buffer | undefined, prints: Fingerprints | undefined): void => {
    totalBytes += (bytes?.length ?? 0) - (base.bytes?.length ?? 0);
    fingerprintBytes += (prints ? sizeOfFingerprints(prints) : 0) - sizeOf(base);
    base.bytes = bytes;
    base.fingerprints = prints;
  };
  const sizeOf = ({ fingerprints }: Base): number => (fingerprints ? sizeOfFingerprints(fingerprints) : 0);
  const forget = (base: Base): void => {
    setContent(base, undefined, undefined);
    const others = (families.get(base.family) ?? []).filter((other) => other !== base);
    if (others.length > 0) families.set(base.family, others);
    else families.delete(base.family);
    count--;
  };
  const bound = async (): Promise<void> => {
    if (totalBytes > MAX_BYTES) {
      for (const base of all().reverse()) {
        if (totalBytes <= MAX_BYTES) break;
        const { bytes } = base;
        if (!bytes) continue;
        const prints = base.fingerprints ?? (await createFingerprints(bytes));
        setContent(base, undefined, prints);
      }
    }
    if (count <= MAX_BASES && fingerprintBytes <= MAX_FINGERPRINT_BYTES) return;
    for (const base of all().reverse()) {
      if (count <= MAX_BASES && fingerprintBytes <= MAX_FINGERPRINT_BYTES) return;
      forget(base);
    }
  };

  return {
    differ: (whole) => {
      const { family, bytes } = whole;
      if (!bytes) return undefined;
      for (const known of latestFirst(family)) {
        if (!known.bytes || known.depth >= MAX_DEPTH) continue;
        const common = commonPrefixAndSuffix(known.bytes, bytes);
        if (!isWorthwhile(common, bytes.length)) continue;
        if (known.next) known.next.bytes = undefined;
        known.next = whole;
        const { prefix, suffix } = common;
        return {
          base: { ...known.place, prefix, suffix },
          pack: known.pack,
          own: Buffer.from(bytes.subarray(prefix, bytes.length - suffix)),
          depth: known.depth + 1,
          bytes: known.bytes,
        };
      }
      return undefined;
    },
    differByFingerprints: async (whole, pack) => {
      const { family, bytes } = whole;
      const isKnown = (base: Base): boolean =>
        !base.bytes && base.fingerprints !== undefined && base.pack === pack && base.depth < MAX_DEPTH;
      if (!bytes || !families.get(family)?.some(isKnown)) return undefined;
      whole.fingerprints ??= await createFingerprints(bytes);
      for (const known of latestFirst(family)) {
        if (!isKnown(known) || !known.fingerprints) continue;
        const { prefix, suffix } = commonChunks(known.fingerprints, whole.fingerprints);
        if (!isWorthwhile({ prefix, suffix }, bytes.length)) continue;
        return {
          base: { ...known.place, prefix, suffix },
          pack,
          own: Buffer.from(bytes.subarray(prefix, bytes.length - suffix)),
          depth: known.depth + 1,
          bytes: undefined,
        };
      }
      return undefined;
    },
    remember: async (whole, { id, block, depth, baseId }) => {
      const { family, bytes } = whole;
      const { pack, offset, length } = block;
      if (!bytes) return;
      const bases = families.get(family) ?? [];
      const earlier =
        bases.find(({ place }) => place.id === baseId) ??
        (bases.length >= (family === '' ? MAX_BASES_OF_UNNAMED : MAX_BASES_OF_FAMILY)
          ? [...bases].sort(byUse).at(-1)
          : undefined);
      const base: Base = earlier ?? {
        family,
        bytes: undefined,
        fingerprints: undefined,
        pack,
        place: { offset, length, id },
        depth,
        usedAt: 0,
        next: undefined,
      };
      if (!earlier) {
        families.set(family, [base, ...bases]);
        count++;
      }
      const isLarge = bytes.length > MAX_BYTES_OF_ONE;
      const prints = whole.fingerprints ?? (isLarge ? await createFingerprints(bytes) : undefined);
      base.pack = pack;
      base.place = { offset, length, id };
      base.depth = depth;
      base.usedAt = ++uses;
      base.next = undefined;
      setContent(base, isLarge ? undefined : bytes, prints);
      await bound();
    },
  };
};
