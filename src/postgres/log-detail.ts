import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { BodyReferences, ExchangeRecord, HeaderLines, LoggedExchange } from '../log/port.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** What a row holds beside its columns. */
export interface Detail {
  readonly record: ExchangeRecord;
  readonly requestHeaders: HeaderLines;
  readonly responseHeaders: HeaderLines;
  readonly bodies: BodyReferences;
}

export interface DetailRow {
  readonly id: string;
  /** That it passed. */
  readonly instance: string;
  readonly detail: Buffer;
}

/** A line of a journal has at most so much; its JSON is smaller. */
const MAX_BYTES = 16 * 2 ** 20;

export const encodeDetail = ({
  record,
  requestHeaders,
  responseHeaders,
  bodies,
}: LoggedExchange): Promise<Buffer> =>
  deflate(JSON.stringify({ record, requestHeaders, responseHeaders, bodies }));

export const decodeDetail = async (bytes: Buffer): Promise<Detail> =>
  JSON.parse((await inflate(bytes, { maxOutputLength: MAX_BYTES })).toString('utf8')) as Detail;
