import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { BodyReferences, ExchangeRecord, HeaderLines, LoggedExchange } from '../../log/port.ts';
import type { Values } from './column.ts';
import { FAMILIAR } from './familiar.ts';

/** What a row holds beside its columns. */
export interface Detail {
  readonly record: ExchangeRecord;
  readonly requestHeaders: HeaderLines;
  readonly responseHeaders: HeaderLines;
  readonly bodies: BodyReferences;
}

/** Texts of a row that its detail says again: they are told from there. */
const REPEATED = [
  'error_message',
  'previous_response_id',
  'response_id',
  'searched',
  'turn_id',
  'session_id',
  'id',
] as const;

export interface DetailRow extends Readonly<Record<(typeof REPEATED)[number], string | null>> {
  readonly id: string;
  /** Of the gateway that it passed. */
  readonly instance_id: number;
  readonly detail: Buffer;
}

export const DETAIL_COLUMNS = `${REPEATED.join(', ')}, instance_id, detail`;

/** A line of a journal has at most so much; its JSON is smaller. */
const MAX_BYTES = 16 * 2 ** 20;
/** Which familiar text a detail is told from: a later version of the gateway may know a better one. */
const VERSION = 1;

/** For some kilobytes: what deflate sets up for more takes longer than its work. */
const SMALL = { memLevel: 5, windowBits: 14 } as const;
/** Deflate looks back so far; what lies nearest costs least. */
const MAX_DICTIONARY = 15 * 2 ** 10;

const dictionaryOf = (row: Values | DetailRow): Buffer => {
  const texts = REPEATED.map((name) => (row as Values)[name] ?? '');
  return Buffer.from(FAMILIAR + texts.join('\n')).subarray(-MAX_DICTIONARY);
};

/**
 * Takes 0.06 ms, where handing it to another thread would take six times as much of the processor.
 * @param row with the columns that repeat some of it
 */
export const encodeDetail = (
  { record, requestHeaders, responseHeaders, bodies }: LoggedExchange,
  row: Values,
): Buffer => {
  const json = JSON.stringify({ record, requestHeaders, responseHeaders, bodies });
  return Buffer.concat([
    Buffer.of(VERSION),
    deflateRawSync(json, { ...SMALL, dictionary: dictionaryOf(row) }),
  ]);
};

/** @throws Error where the row is damaged, or of a later version */
export const decodeDetail = (row: DetailRow): Detail => {
  if (row.detail[0] !== VERSION) throw new Error(`${row.id} was written by a later version of the gateway`);
  const json = inflateRawSync(row.detail.subarray(1), {
    maxOutputLength: MAX_BYTES,
    dictionary: dictionaryOf(row),
  });
  return JSON.parse(json.toString('utf8')) as Detail;
};
