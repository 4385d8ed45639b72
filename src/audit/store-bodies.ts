import { compressForStorage } from '../coding/compress-for-storage.ts';
import { type BlockMember, encodeBlock } from './body-block.ts';
import { type BodyReference, type BodySide, lostBody } from './body-reference.ts';
import type { StoredBody } from './record.ts';

/** A body that waits to be written. */
export interface PendingBody {
  readonly id: string;
  readonly side: BodySide;
  /** Its bytes, one part after another. */
  readonly parts: readonly Uint8Array[];
  readonly length: number;
  readonly coding: StoredBody['coding'];
  readonly cutOff: boolean;
  /** Called once: with its place, or with `lostBody`. */
  readonly settle: (reference: BodyReference) => void;
}

type AppendBlock = (parts: readonly Buffer[]) => Promise<{ pack: string; offset: number; length: number }>;

export interface StoreOptions {
  /** A reader of one body decodes a whole block, so blocks stay small; one larger body is one block. */
  readonly maxBlockBytes: number;
  /** Asked for each block: false where bodies come faster than they can be compressed. */
  readonly shouldCompress: () => boolean;
}

/** Less is not worth the compressor's call. */
const SHORTEST_COMPRESSED = 512;

/** Bodies of one coding, in batches of one block each. */
const groupBodies = (bodies: readonly PendingBody[], maxBlockBytes: number): PendingBody[][] => {
  const groups: PendingBody[][] = [];
  for (const coding of ['identity', 'zstd'] as const) {
    let group: PendingBody[] = [];
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

/** A single part, such as a large request, is not copied. */
const joinParts = (parts: readonly Uint8Array[]): Buffer => {
  const [only] = parts;
  return parts.length === 1 && Buffer.isBuffer(only) ? only : Buffer.concat(parts);
};

/**
 * Writes bodies as blocks; what is zstd already stays as it came, the rest is compressed.
 * @param onFailure told of each block that could not be written; its bodies are settled as lost
 */
export const storeBodies = async (
  bodies: readonly PendingBody[],
  append: AppendBlock,
  { maxBlockBytes, shouldCompress }: StoreOptions,
  onFailure: (cause: unknown, lostBodies: number) => void,
): Promise<void> => {
  for (const group of groupBodies(bodies, maxBlockBytes)) {
    const members: BlockMember[] = [];
    let start = 0;
    for (const { id, side, coding, cutOff, length } of group) {
      members.push({ id, side, coding, cutOff, start, length });
      start += length;
    }
    const [first] = group as [PendingBody];
    const plain = joinParts(group.flatMap((body) => body.parts));
    const isCompressed = first.coding === 'identity' && start >= SHORTEST_COMPRESSED && shouldCompress();
    const packed = isCompressed ? await compressForStorage(plain).catch(() => plain) : plain;
    const [payload, codec] = packed.length < start ? [packed, 'zstd' as const] : [plain, 'identity' as const];
    try {
      const block = await append(encodeBlock(members, payload, codec, start));
      group.forEach((body, index) => {
        const { start, length, coding, cutOff } = members[index] as BlockMember;
        body.settle({ block, start, length, coding, cutOff });
      });
    } catch (cause) {
      onFailure(cause, group.length);
      for (const body of group) body.settle(lostBody);
    }
  }
};
