import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decompressStored } from '../coding/decompress-stored.ts';
import {
  BLOCK_HEAD_BYTES,
  type BlockMember,
  decodeBlock,
  decodeBlockHead,
  decodeDirectory,
} from './body-block.ts';
import type { BodyReference, BodyReferences } from './body-reference.ts';
import { openIfThere } from './private-files.ts';
import type { StoredBody } from './record.ts';
import { parseSegmentName } from './segment-name.ts';

const openPack = async (folder: string, pack: string): Promise<FileHandle | undefined> => {
  // The name comes from a file: it must not lead out of the folder.
  if (!parseSegmentName(pack)) return undefined;
  return openIfThere(join(folder, pack));
};

const readExactly = async (file: FileHandle, offset: number, length: number): Promise<Buffer | undefined> => {
  const { size } = await file.stat();
  if (offset < 0 || length < 0 || offset + length > size) return undefined;
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
  return bytesRead === length ? buffer : undefined;
};

/**
 * @returns undefined where the body is no longer there (its pack was older than its exchange's end, and
 * is deleted) or its bytes are damaged
 */
export const readBody = async (folder: string, reference: BodyReference): Promise<StoredBody | undefined> => {
  const { block: place, start, length, coding, cutOff } = reference;
  if (!place) return { coding, bytes: Buffer.alloc(0), cutOff };
  const file = await openPack(folder, place.pack);
  if (!file) return undefined;
  try {
    const bytes = await readExactly(file, place.offset, place.length);
    const block = bytes && decodeBlock(bytes);
    if (!block) return undefined;
    const { codec, decodedBytes } = block.head;
    const payload =
      codec === 'zstd' ? await decompressStored(block.payload, { maxBytes: decodedBytes }) : block.payload;
    return { coding, bytes: payload.subarray(start, start + length), cutOff };
  } finally {
    await file.close();
  }
};

/** A block's place and what it holds. */
export interface FoundBlock {
  readonly block: { readonly pack: string; readonly offset: number; readonly length: number };
  readonly members: readonly BlockMember[];
}

/** The blocks of a pack by their heads alone, up to the first that is not whole. */
export async function* scanPack(folder: string, pack: string): AsyncGenerator<FoundBlock> {
  const file = await openPack(folder, pack);
  if (!file) return;
  try {
    let offset = 0;
    for (;;) {
      const head = await readExactly(file, offset, BLOCK_HEAD_BYTES);
      const known = head && decodeBlockHead(head);
      if (!known) return;
      const directory = await readExactly(file, offset + BLOCK_HEAD_BYTES, known.directoryBytes);
      if (!directory) return;
      const length = BLOCK_HEAD_BYTES + known.directoryBytes + known.payloadBytes;
      if (offset + length > (await file.stat()).size) return;
      yield { block: { pack, offset, length }, members: decodeDirectory(directory) };
      offset += length;
    }
  } finally {
    await file.close();
  }
}

/** Finds the bodies of exchanges whose close line was never written. */
export const findBodies = async (
  folder: string,
  pack: string,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, BodyReferences>> => {
  const found = new Map<string, BodyReferences>();
  for await (const { block, members } of scanPack(folder, pack)) {
    for (const { id, side, start, length, coding, cutOff } of members) {
      if (ids.has(id)) found.set(id, { ...found.get(id), [side]: { block, start, length, coding, cutOff } });
    }
  }
  return found;
};
