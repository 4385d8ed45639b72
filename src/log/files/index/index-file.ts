import { hash } from 'node:crypto';
import { compressForStorage } from '../../../coding/compress-for-storage.ts';
import { decompressStored } from '../../../coding/decompress-stored.ts';
import { openIfThere } from '../../../state/private-files.ts';
import { replacePrivateFile } from '../../../state/replace-private-file.ts';
import { NUMBER_COLUMNS, TEXT_COLUMNS } from './index-columns.ts';
import { encodeHead, type IndexHead, readHead } from './index-head.ts';
import { columnsOf, IndexRows, ULID_LENGTH } from './index-rows.ts';
import { type StoredTexts, TextPool } from './text-pool.ts';

/** The index of one segment up to a place in its journal. */
export interface StoredIndex {
  readonly head: IndexHead;
  readonly rows: IndexRows;
}

const MAX_BYTES = 512 * 2 ** 20;

const bytesOf = (list: Uint32Array | Float64Array | Uint8Array): Buffer =>
  Buffer.from(list.buffer, list.byteOffset, list.byteLength);

/** The widest numbers are of 8 bytes: the columns can be read where they lie. */
const ALIGNMENT = 8;

const hashOf = (bytes: Buffer): string => hash('sha256', bytes);

/**
 * The columns one after another, the widest first, each as long as there are rows, then the texts; numbers
 * in this machine's byte order.
 */
const encodeColumns = ({ count, columns, order }: IndexRows, texts: StoredTexts): Buffer =>
  Buffer.concat([
    ...NUMBER_COLUMNS.map((column) => bytesOf(columns.numbers[column].subarray(0, count))),
    ...TEXT_COLUMNS.map((column) => bytesOf(columns.texts[column].subarray(0, count))),
    bytesOf(order),
    bytesOf(texts.ends),
    bytesOf(Uint32Array.from(texts.wide)),
    columns.flags.subarray(0, count),
    columns.ids.subarray(0, count * ULID_LENGTH),
    texts.bytes,
  ]);

/** Takes one column after another out of a file, without copying them. */
const createTaker = (file: Buffer) => {
  let offset = file.byteOffset;
  const move = (bytes: number): number => {
    offset += bytes;
    return offset - bytes;
  };
  return {
    numbers: (count: number) => new Float64Array(file.buffer, move(count * 8), count),
    places: (count: number) => new Uint32Array(file.buffer, move(count * 4), count),
    bytes: (count: number) => Buffer.from(file.buffer, move(count), count),
    isAtEnd: () => offset === file.byteOffset + file.length,
  };
};

/** @throws where the columns are shorter than their head says */
const decodeColumns = (given: Buffer, { count, texts }: IndexHead): IndexRows | undefined => {
  const isAligned = given.byteOffset % ALIGNMENT === 0;
  const take = createTaker(isAligned ? given : Buffer.from(new Uint8Array(given).buffer));
  const numbers = columnsOf(NUMBER_COLUMNS, () => take.numbers(count));
  const places = columnsOf(TEXT_COLUMNS, () => take.places(count));
  const order = take.places(count);
  const ends = take.places(texts.ends);
  const wide = [...take.places(texts.wide)];
  const flags = take.bytes(count);
  const ids = take.bytes(count * ULID_LENGTH);
  const pool = new TextPool({ bytes: take.bytes(texts.bytes), ends, wide });
  if (!take.isAtEnd()) return undefined;
  return new IndexRows({ pool, columns: { texts: places, numbers, flags, ids, order }, count });
};

/** @returns undefined if there is none, or it is damaged or of another version: it is rebuilt then */
export const readIndexHead = async (path: string): Promise<IndexHead | undefined> => {
  const file = await openIfThere(path).catch(() => undefined);
  try {
    return file && (await readHead(file))?.head;
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
};

/** @returns undefined if there is none, or it is damaged or of another version: it is rebuilt then */
export const readIndexFile = async (path: string): Promise<StoredIndex | undefined> => {
  const file = await openIfThere(path).catch(() => undefined);
  try {
    const read = file && (await readHead(file));
    if (!read) return undefined;
    const { head, columnsAt } = read;
    const compressed = Buffer.alloc(head.columns.bytes);
    await file.read(compressed, 0, compressed.length, columnsAt);
    if (hashOf(compressed) !== head.columns.hash) return undefined;
    const rows = decodeColumns(await decompressStored(compressed, { maxBytes: MAX_BYTES }), head);
    return rows && { head, rows };
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
};

/**
 * Writes the head and, behind it, the columns, compressed as one: the head can be read alone.
 * @throws the system's error
 */
export const writeIndexFile = async (
  path: string,
  rows: IndexRows,
  known: Omit<IndexHead, 'count' | 'columns' | 'texts'>,
): Promise<void> => {
  const texts = rows.pool.encode();
  const compressed = await compressForStorage(encodeColumns(rows, texts));
  const head = encodeHead({
    ...known,
    count: rows.count,
    columns: { bytes: compressed.length, hash: hashOf(compressed) },
    texts: { bytes: texts.bytes.length, ends: texts.ends.length, wide: texts.wide.length },
  });
  await replacePrivateFile(path, Buffer.concat([head, compressed]));
};
