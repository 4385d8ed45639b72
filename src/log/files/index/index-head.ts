import { hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { isObject, parseJson } from '../../../base/json-object.ts';
import { RARE_COUNTS } from '../../../sse/answer-summary.ts';
import { NUMBER_COLUMNS, TEXT_COLUMNS } from './index-columns.ts';

/** What is known of a segment without its columns: enough to count its exchanges and to pass it over. */
export interface IndexHead {
  /** How many rows the columns have. */
  readonly count: number;
  /** Up to here the journal is in the index. */
  readonly journalBytes: number;
  /** When the first and the last exchange began, those without a row included; absent if there is none. */
  readonly span?: readonly [minMs: number, maxMs: number];
  /** Exchanges that were found interrupted. */
  readonly interruptedIds: readonly string[];
  /** Exchanges that began in an earlier segment of the same run, and ended here. */
  readonly carriedIds: readonly string[];
  /** Texts of the open lines without a close line. */
  readonly openLines: readonly string[];
  /** Of the compressed columns, which follow the head. */
  readonly columns: { readonly bytes: number; readonly hash: string };
  /** How long the lists of the texts are; `wide` counts those with other characters than ASCII's. */
  readonly texts: { readonly bytes: number; readonly ends: number; readonly wide: number };
}

/** Rises with every change of the file's layout: files of an older one are then rebuilt. */
const VERSION = 4;
const FORM = `gomodel-index ${VERSION} ${[...TEXT_COLUMNS, ...NUMBER_COLUMNS, ...RARE_COUNTS].join(' ')}`;
/** The file's name says which form it has, so that nobody has to open it to find out. */
export const INDEX_FILE_END = `.${hash('sha256', FORM).slice(0, 8)}.index`;

/** Before the head: its hash, since a flipped bit would give other totals for good, and its length. */
const HASH_BYTES = 32;
const PREFIX_BYTES = HASH_BYTES + 4;
/** Most heads are read at once with their prefix. */
const FIRST_READ_BYTES = 8192;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');

const isSpan = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) && value.length === 2 && value.every((ms) => typeof ms === 'number'));

const isHead = (head: unknown): head is IndexHead =>
  isObject(head) &&
  head.form === FORM &&
  isCount(head.count) &&
  isCount(head.journalBytes) &&
  isSpan(head.span) &&
  isTextList(head.interruptedIds) &&
  isTextList(head.carriedIds) &&
  isTextList(head.openLines) &&
  isObject(head.columns) &&
  isCount(head.columns.bytes) &&
  typeof head.columns.hash === 'string' &&
  isObject(head.texts) &&
  isCount(head.texts.bytes) &&
  isCount(head.texts.ends) &&
  isCount(head.texts.wide);

/** The head as it stands at the beginning of a file: hash, length (32 bits, little endian), a line of JSON. */
export const encodeHead = (head: IndexHead): Buffer => {
  const text = Buffer.from(`${JSON.stringify({ form: FORM, ...head })}\n`);
  const length = Buffer.alloc(PREFIX_BYTES - HASH_BYTES);
  length.writeUInt32LE(text.length);
  const hashed = Buffer.concat([length, text]);
  return Buffer.concat([hash('sha256', hashed, 'buffer'), hashed]);
};

const readAt = async (file: FileHandle, position: number, bytes: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, position);
  return buffer.subarray(0, bytesRead);
};

export interface ReadHead {
  readonly head: IndexHead;
  /** Where the columns begin. */
  readonly columnsAt: number;
}

/**
 * Reads the head alone.
 * @returns undefined if it is damaged, of another form, or the file is not as long as it says
 */
export const readHead = async (file: FileHandle): Promise<ReadHead | undefined> => {
  const { size } = await file.stat();
  const first = await readAt(file, 0, Math.min(size, FIRST_READ_BYTES));
  if (first.length < PREFIX_BYTES) return undefined;
  const columnsAt = PREFIX_BYTES + first.readUInt32LE(HASH_BYTES);
  if (columnsAt > size) return undefined;
  const rest = await readAt(file, first.length, Math.max(0, columnsAt - first.length));
  const whole = Buffer.concat([first, rest]).subarray(0, columnsAt);
  const hashed = whole.subarray(HASH_BYTES);
  if (!hash('sha256', hashed, 'buffer').equals(whole.subarray(0, HASH_BYTES))) return undefined;
  const head = parseJson(whole.toString('utf8', PREFIX_BYTES));
  return isHead(head) && columnsAt + head.columns.bytes === size ? { head, columnsAt } : undefined;
};
