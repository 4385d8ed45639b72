import { hash } from 'node:crypto';
import { isObject, parseJson } from '../../base/json-object.ts';
import { compressForStorage } from '../../coding/compress-for-storage.ts';
import { decompressStored } from '../../coding/decompress-stored.ts';
import { openIfThere } from '../../state/private-files.ts';
import { replacePrivateFile } from '../../state/replace-private-file.ts';
import { columnsOf, IndexRows, NUMBER_COLUMNS, TEXT_COLUMNS, ULID_LENGTH } from './index-rows.ts';
import { TextPool } from './text-pool.ts';

/** The index of one segment up to a place in its journal. */
export interface StoredIndex {
  readonly rows: IndexRows;
  /** Up to here the journal is in `rows`. */
  readonly journalBytes: number;
  /** Texts of the open lines without a close line. */
  readonly openLines: readonly string[];
}

/** Rises with every change of this layout: files of an older one are then made anew. */
const VERSION = 3;
const FORM = `gomodel-index ${VERSION} ${[...TEXT_COLUMNS, ...NUMBER_COLUMNS].join(' ')}`;
/** Which form a file has stands in its name, so that one can be told from another without opening it. */
export const INDEX_FILE_END = `.${hash('sha256', FORM).slice(0, 8)}.index`;
const MAX_BYTES = 512 * 2 ** 20;

const bytesOf = (list: Uint32Array | Float64Array | Uint8Array): Buffer =>
  Buffer.from(list.buffer, list.byteOffset, list.byteLength);

/** The widest numbers are of 8 bytes: the columns can be read where they lie. */
const ALIGNMENT = 8;

/** A file begins with the hash of what follows, since a flipped bit would give other sums for good. */
const HASH = 'sha256';
const HASH_BYTES = 32;
const hashOf = (bytes: Buffer): Buffer => hash(HASH, bytes, 'buffer');

/**
 * Layout behind the hash, compressed as one: a line of JSON (form, counts, open lines), filled up with spaces to a multiple
 * of 8 bytes, then the columns one after another, the widest first, each as long as there are rows, then the
 * texts; numbers in this machine's byte order.
 */
const encode = ({ rows, journalBytes, openLines }: StoredIndex): Buffer => {
  const { count, columns } = rows;
  const { bytes, ends, wide } = rows.pool.encode();
  const texts = { bytes: bytes.length, ends: ends.length, wide };
  const head = Buffer.from(JSON.stringify({ form: FORM, count, journalBytes, texts, openLines }));
  const filler = ALIGNMENT - 1 - (head.length % ALIGNMENT);
  return Buffer.concat([
    head,
    Buffer.from(`${' '.repeat(filler)}\n`),
    ...NUMBER_COLUMNS.map((column) => bytesOf(columns.numbers[column].subarray(0, count))),
    ...TEXT_COLUMNS.map((column) => bytesOf(columns.texts[column].subarray(0, count))),
    bytesOf(rows.order),
    bytesOf(ends),
    columns.flags.subarray(0, count),
    columns.ids.subarray(0, count * ULID_LENGTH),
    bytes,
  ]);
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

interface Head {
  readonly count: number;
  readonly journalBytes: number;
  readonly texts: { readonly bytes: number; readonly ends: number; readonly wide: readonly number[] };
  readonly openLines: readonly string[];
}

const isHead = (head: unknown): head is Head =>
  isObject(head) &&
  head.form === FORM &&
  isCount(head.count) &&
  isCount(head.journalBytes) &&
  isObject(head.texts) &&
  isCount(head.texts.bytes) &&
  isCount(head.texts.ends) &&
  Array.isArray(head.texts.wide) &&
  head.texts.wide.every(isCount) &&
  Array.isArray(head.openLines) &&
  head.openLines.every((text) => typeof text === 'string');

/** Takes one column after another out of a file, without copying them. */
const createTaker = (file: Buffer, start: number) => {
  let offset = file.byteOffset + start;
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

/** @throws where the file is shorter than its head says */
const decode = (given: Buffer): StoredIndex | undefined => {
  const file = given.byteOffset % ALIGNMENT === 0 ? given : Buffer.from(new Uint8Array(given).buffer);
  const headEnd = file.indexOf('\n');
  const head = parseJson(file.toString('utf8', 0, headEnd));
  if (!isHead(head)) return undefined;
  const { count, journalBytes, openLines, texts } = head;
  const take = createTaker(file, headEnd + 1);
  const numbers = columnsOf(NUMBER_COLUMNS, () => take.numbers(count));
  const places = columnsOf(TEXT_COLUMNS, () => take.places(count));
  const order = take.places(count);
  const ends = take.places(texts.ends);
  const flags = take.bytes(count);
  const ids = take.bytes(count * ULID_LENGTH);
  const pool = new TextPool({ bytes: take.bytes(texts.bytes), ends, wide: texts.wide });
  if (!take.isAtEnd()) return undefined;
  const rows = new IndexRows({ pool, columns: { texts: places, numbers, flags, ids, order }, count });
  return { rows, journalBytes, openLines };
};

/** @returns undefined where there is none, or it is damaged or of another version: it is made anew then */
export const readIndexFile = async (path: string): Promise<StoredIndex | undefined> => {
  const handle = await openIfThere(path).catch(() => undefined);
  try {
    if (!handle) return undefined;
    const file = await handle.readFile();
    const compressed = file.subarray(HASH_BYTES);
    if (!file.subarray(0, HASH_BYTES).equals(hashOf(compressed))) return undefined;
    return decode(await decompressStored(compressed, { maxBytes: MAX_BYTES }));
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
};

/** @throws the system's error */
export const writeIndexFile = async (path: string, index: StoredIndex): Promise<void> => {
  const compressed = await compressForStorage(encode(index));
  await replacePrivateFile(path, Buffer.concat([hashOf(compressed), compressed]));
};
