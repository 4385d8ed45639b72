import type { StoredBody } from '../record.ts';
import { BLOCK_HEAD_BYTES, type BlockMember, decodeBlockHead, decodeDirectory } from './body-block.ts';
import type { BodyReference, BodyReferences } from './body-reference.ts';
import { openPack, readExactly } from './pack-file.ts';
import { withPack } from './read-pack.ts';

/**
 * @returns undefined if the body is no longer there (its pack was older than its exchange's end, and
 * is deleted) or its bytes are damaged
 */
export const readBody = async (folder: string, reference: BodyReference): Promise<StoredBody | undefined> => {
  const { block, coding, cutOff } = reference;
  if (!block) return { coding, bytes: Buffer.alloc(0), cutOff };
  const bytes = await withPack(folder, block.pack, (reader) => reader.read(reference));
  return bytes && { coding, bytes, cutOff };
};

/** A block's place and what it holds. */
export interface FoundBlock {
  readonly block: { readonly pack: string; readonly offset: number; readonly length: number };
  readonly members: readonly BlockMember[];
}

/**
 * The blocks of a pack by their heads alone, up to the first that is not whole.
 * @param from offset of a block
 */
export async function* scanPack(folder: string, pack: string, from = 0): AsyncGenerator<FoundBlock> {
  const file = await openPack(folder, pack);
  if (!file) return;
  try {
    let offset = from;
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
    for (const { id, side, ...place } of members) {
      if (ids.has(id)) found.set(id, { ...found.get(id), [side]: { block, ...place } });
    }
  }
  return found;
};
