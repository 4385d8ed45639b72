import { decompressStored } from '../../coding/decompress-stored.ts';
import { BLOCK_HEAD_BYTES, decodeBlock, decodeDirectory } from './body-block.ts';
import type { BodyBase, BodyReference } from './body-reference.ts';
import { MAX_REQUEST_BYTES } from './max-body.ts';
import { openPack, readExactly } from './pack-file.ts';

/** What a pack holds of one body: the bytes that are its own, and where the rest of it is. */
interface OwnBytes {
  readonly bytes: Buffer;
  /** Of its block: what it is told from lies before it. */
  readonly offset: number;
  readonly base?: BodyBase;
}

interface Block {
  readonly offset: number;
  /** Decoded. */
  readonly payload: Buffer;
  readonly directory: Buffer;
}

/** Reads bodies of one pack, and remembers what others are told from. */
export interface PackReader {
  read(reference: BodyReference): Promise<Buffer | undefined>;
}

/** Own bytes that are kept while a pack is read; all of a conversation are about as long as its last body. */
const MAX_KEPT_BYTES = 64 * 2 ** 20;

/** @param readBytes of the pack, from an offset on; undefined if it does not have that many */
export const createPackReader = (
  readBytes: (offset: number, length: number) => Promise<Buffer | undefined>,
): PackReader => {
  const kept = new Map<string, OwnBytes>();
  let keptBytes = 0;
  /** Bodies of a block are mostly read one after another. */
  let last: Block | undefined;

  const readBlock = async (offset: number, length: number): Promise<Block | undefined> => {
    if (last?.offset === offset) return last;
    const bytes = await readBytes(offset, length);
    const block = bytes && decodeBlock(bytes);
    if (!bytes || !block) return undefined;
    const { codec, decodedBytes, directoryBytes } = block.head;
    const payload =
      codec === 'identity'
        ? block.payload
        : await decompressStored(block.payload, { maxBytes: decodedBytes });
    const directory = bytes.subarray(BLOCK_HEAD_BYTES, BLOCK_HEAD_BYTES + directoryBytes);
    last = { offset, payload, directory };
    return last;
  };

  const keep = (key: string, own: OwnBytes): OwnBytes => {
    kept.set(key, own);
    keptBytes += own.bytes.length;
    for (const [oldest, { bytes }] of kept) {
      if (keptBytes <= MAX_KEPT_BYTES || oldest === key) break;
      kept.delete(oldest);
      keptBytes -= bytes.length;
    }
    return own;
  };

  /** What a body is told from: the request of an exchange, decoded. */
  const readBase = async (
    { offset, length, id }: BodyBase,
    before: number,
  ): Promise<OwnBytes | undefined> => {
    // A damaged file must not lead in a circle.
    if (offset >= before) return undefined;
    const key = `${offset} ${id}`;
    const known = kept.get(key);
    if (known) return known;
    const block = await readBlock(offset, length);
    const member =
      block && decodeDirectory(block.directory).find((each) => each.id === id && each.side === 'request');
    if (!member) return undefined;
    const slice = block.payload.subarray(member.start, member.start + member.length);
    const isCoded = member.coding === 'zstd';
    // A copy, since the block around it need not stay.
    const bytes = isCoded
      ? await decompressStored(slice, { maxBytes: MAX_REQUEST_BYTES })
      : Buffer.from(slice);
    return keep(key, { bytes, offset, ...(member.base && { base: member.base }) });
  };

  /** Adds the bytes from `from` to `to` of a body to `pieces`. @returns false where they cannot be found */
  const collect = async (own: OwnBytes, from: number, to: number, pieces: Buffer[]): Promise<boolean> => {
    const { bytes, base } = own;
    const ownFrom = base?.prefix ?? 0;
    const ownTo = ownFrom + bytes.length;
    const before = from < ownFrom ? ([from, Math.min(to, ownFrom)] as const) : undefined;
    const after = to > ownTo ? ([Math.max(from, ownTo), to] as const) : undefined;
    if (!base) {
      if (before || after) return false;
      pieces.push(bytes.subarray(from, to));
      return true;
    }
    const shared = before || after ? await readBase(base, own.offset) : undefined;
    if ((before || after) && !shared) return false;
    if (before && shared && !(await collect(shared, ...before, pieces))) return false;
    if (from < ownTo && to > ownFrom) {
      pieces.push(bytes.subarray(Math.max(0, from - ownFrom), Math.min(bytes.length, to - ownFrom)));
    }
    if (!after || !shared) return true;
    // Counted from the end, since the earlier body had another length.
    const shift = lengthOf(shared) - (ownTo + base.suffix);
    return collect(shared, after[0] + shift, after[1] + shift, pieces);
  };

  return {
    read: async ({ block: place, start, length, base }) => {
      const block = place && (await readBlock(place.offset, place.length));
      if (!block) return undefined;
      const bytes = block.payload.subarray(start, start + length);
      if (!place || !base) return bytes;
      const own: OwnBytes = { bytes, offset: place.offset, base };
      const pieces: Buffer[] = [];
      return (await collect(own, 0, lengthOf(own), pieces)) ? Buffer.concat(pieces) : undefined;
    },
  };
};

const lengthOf = ({ bytes, base }: OwnBytes): number =>
  (base?.prefix ?? 0) + bytes.length + (base?.suffix ?? 0);

/** Runs work on a pack. @returns undefined if the pack is not there */
export const withPack = async <Result>(
  folder: string,
  pack: string,
  work: (reader: PackReader) => Promise<Result>,
): Promise<Result | undefined> => {
  const file = await openPack(folder, pack);
  if (!file) return undefined;
  try {
    return await work(createPackReader((offset, length) => readExactly(file, offset, length)));
  } finally {
    await file.close();
  }
};
