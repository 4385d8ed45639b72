import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { compressForStorage } from '../coding/compress-for-storage.ts';
import { decompressStored } from '../coding/decompress-stored.ts';
import { isObject, parseJson } from '../sse/json-object.ts';
import { createColumns, IndexRows, NUMBER_COLUMNS, TEXT_COLUMNS, ULID_LENGTH } from './index-rows.ts';

/** The index of one segment up to a place in its journal. */
export interface StoredIndex {
  readonly rows: IndexRows;
  /** Up to here the journal is in `rows`. */
  readonly journalBytes: number;
  /** Texts of the open lines without a close line. */
  readonly openLines: readonly string[];
}

/** Rises with every change of the columns or of this form: an older file is then made anew. */
const VERSION = 1;
const FORM = `gomodel-index ${VERSION} ${[...TEXT_COLUMNS, ...NUMBER_COLUMNS].join(' ')}`;
const MAX_BYTES = 512 * 2 ** 20;
const FILE_MODE = 0o600;

const bytesOf = (list: Uint32Array | Float64Array | Uint8Array): Buffer =>
  Buffer.from(list.buffer, list.byteOffset, list.byteLength);

/**
 * Layout, compressed as one: a line of JSON (form, counts, strings, open lines), then the columns one after
 * another, each as long as there are rows, in this machine's byte order.
 */
const encode = ({ rows, journalBytes, openLines }: StoredIndex): Buffer => {
  const { count, columns, strings, order } = rows;
  const head = JSON.stringify({ form: FORM, count, journalBytes, strings, openLines });
  return Buffer.concat([
    Buffer.from(`${head}\n`),
    ...TEXT_COLUMNS.map((column) => bytesOf(columns.texts[column].subarray(0, count))),
    ...NUMBER_COLUMNS.map((column) => bytesOf(columns.numbers[column].subarray(0, count))),
    bytesOf(Uint32Array.from(order)),
    bytesOf(columns.flags.subarray(0, count)),
    columns.ids.subarray(0, count * ULID_LENGTH),
  ]);
};

const areTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');

const decode = (bytes: Buffer): StoredIndex | undefined => {
  const headEnd = bytes.indexOf('\n');
  const head = parseJson(bytes.toString('utf8', 0, headEnd));
  if (!isObject(head) || head.form !== FORM || !areTexts(head.strings) || !areTexts(head.openLines)) {
    return undefined;
  }
  const { count, journalBytes, strings, openLines } = head;
  if (typeof count !== 'number' || typeof journalBytes !== 'number') return undefined;
  const columns = createColumns(count);
  const order = new Uint32Array(count);
  let offset = headEnd + 1;
  const fill = (list: Uint32Array | Float64Array | Uint8Array): void => {
    const target = bytesOf(list);
    offset += bytes.copy(target, 0, offset, offset + target.length);
  };
  for (const column of TEXT_COLUMNS) fill(columns.texts[column]);
  for (const column of NUMBER_COLUMNS) fill(columns.numbers[column]);
  fill(order);
  fill(columns.flags);
  fill(columns.ids);
  if (offset !== bytes.length) return undefined;
  return { rows: new IndexRows({ strings, columns, order: [...order] }), journalBytes, openLines };
};

/** @returns undefined where there is none, or it is damaged or of another version: it is made anew then */
export const readIndexFile = async (path: string): Promise<StoredIndex | undefined> => {
  try {
    return decode(await decompressStored(await readFile(path), { maxBytes: MAX_BYTES }));
  } catch {
    return undefined;
  }
};

/** @throws the system's error */
export const writeIndexFile = async (path: string, index: StoredIndex): Promise<void> => {
  const partial = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(partial, await compressForStorage(encode(index)), { mode: FILE_MODE });
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw cause;
  }
};
