import { compressForStorage, storedCodingOf } from '../../coding/compress-for-storage.ts';
import type { StoredBody } from '../record.ts';
import { type BodyBases, type Difference, type FullBody, fullBodyOf } from './body-bases.ts';
import { type BlockMember, encodeBlock } from './body-block.ts';
import { type BodyBase, type BodyReference, type BodySide, lostBody } from './body-reference.ts';

/** A body that waits to be written. */
export interface PendingBody {
  readonly id: string;
  readonly side: BodySide;
  /** Its bytes, one part after another. */
  readonly parts: readonly Uint8Array[];
  readonly length: number;
  readonly coding: StoredBody['coding'];
  readonly cutOff: boolean;
  /** A request that is whole, so that the next one can be told from it. */
  readonly whole?: FullBody | undefined;
  /** What is written instead of `parts`, which are then empty, where it comes into the same pack. */
  readonly difference?: Difference | undefined;
  /** Called once: with its place, or with `lostBody`. */
  readonly settle: (reference: BodyReference) => void;
}

/** A body as it will be written: whole, or told from an earlier one. */
interface PreparedBody {
  readonly body: PendingBody;
  readonly parts: readonly Uint8Array[];
  readonly length: number;
  readonly coding: StoredBody['coding'];
  readonly base: BodyBase | undefined;
  /** How many bodies must be read before this one. */
  readonly depth: number;
}

type AppendBlock = (parts: readonly Buffer[]) => Promise<{ pack: string; offset: number; length: number }>;

export interface StoreOptions {
  /** A reader of one body decodes a whole block, so blocks stay small; one larger body is one block. */
  readonly maxBlockBytes: number;
  /** Asked for each block: false where bodies come faster than they can be compressed. */
  readonly shouldCompress: () => boolean;
  /** Absent: every body is stored whole. `pack`: where the blocks go. */
  readonly sharing?: { readonly bases: BodyBases; readonly pack: string };
}

/** Less is not worth the compressor's call. */
const MIN_COMPRESSED = 512;

/** Bodies of one coding, in batches of one block each. */
const groupBodies = (bodies: readonly PreparedBody[], maxBlockBytes: number): PreparedBody[][] => {
  const groups: PreparedBody[][] = [];
  for (const coding of ['identity', 'zstd'] as const) {
    let group: PreparedBody[] = [];
    let bytes = 0;
    for (const body of bodies) {
      if (body.coding !== coding) continue;
      if (group.length === 0 || bytes + body.length > maxBlockBytes) {
        group = [];
        groups.push(group);
        bytes = 0;
      }
      group.push(body);
      bytes += body.length;
    }
  }
  return groups;
};

const prepare = async (body: PendingBody, sharing: StoreOptions['sharing']): Promise<PreparedBody> => {
  const { parts, length, coding, whole: full } = body;
  const difference =
    body.difference ?? (sharing && full && (await sharing.bases.differByFingerprints(full, sharing.pack)));
  if (!difference) return { body, parts, length, coding, base: undefined, depth: 0 };
  const { own, base, depth } = difference;
  if (difference.pack === sharing?.pack) {
    return { body, parts: [own], length: own.length, coding: 'identity', base, depth };
  }
  const whole = fullBodyOf(difference) ?? parts;
  const wholeLength = whole.reduce((sum, part) => sum + part.length, 0);
  return { body, parts: whole, length: wholeLength, coding: 'identity', base: undefined, depth: 0 };
};

/** A single part, such as a large request, is not copied. */
const joinParts = (parts: readonly Uint8Array[]): Buffer => {
  const [only] = parts;
  return parts.length === 1 && Buffer.isBuffer(only) ? only : Buffer.concat(parts);
};

/**
 * Writes bodies as blocks: what is told from an earlier body is a few bytes, what is zstd already stays as
 * it came, the rest is compressed.
 * @param onFailure told of each block that could not be written; its bodies are settled as lost
 */
export const storeBodies = async (
  bodies: readonly PendingBody[],
  append: AppendBlock,
  { maxBlockBytes, shouldCompress, sharing }: StoreOptions,
  onFailure: (cause: unknown, lostBodies: number) => void,
): Promise<void> => {
  const prepared: PreparedBody[] = [];
  for (const body of bodies) prepared.push(await prepare(body, sharing));
  for (const group of groupBodies(prepared, maxBlockBytes)) {
    const members: BlockMember[] = [];
    let start = 0;
    for (const { body, coding, length, base } of group) {
      const { id, side, cutOff } = body;
      members.push({ id, side, coding, cutOff, start, length, ...(base && { base }) });
      start += length;
    }
    const [first] = group as [PreparedBody];
    const plain = joinParts(group.flatMap(({ parts }) => parts));
    const isCompressed = first.coding === 'identity' && start >= MIN_COMPRESSED && shouldCompress();
    const packed = isCompressed ? await compressForStorage(plain).catch(() => plain) : plain;
    const isSmaller = packed.length < start;
    const payload = isSmaller ? packed : plain;
    const codec = isSmaller ? storedCodingOf(packed) : 'identity';
    try {
      const block = await append(encodeBlock(members, payload, codec, start));
      for (const [index, { body, depth }] of group.entries()) {
        const { start, length, coding, cutOff, base } = members[index] as BlockMember;
        const { id, whole } = body;
        if (whole) await sharing?.bases.remember(whole, { id, block, depth, baseId: base?.id });
        body.settle({ block, start, length, coding, cutOff, ...(base && { base }) });
      }
    } catch (cause) {
      onFailure(cause, group.length);
      for (const { body } of group) body.settle(lostBody);
    }
  }
};
