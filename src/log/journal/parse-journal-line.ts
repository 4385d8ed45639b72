import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';
import { type ProcessIdentity, parseIdentity } from '../../state/process-identity.ts';
import { type BodyReference, type BodyReferences, isCount, parseBodyBase } from '../bodies/body-reference.ts';
import type { ExchangeRecord, HeaderLines } from '../record.ts';
import { isUsableRecord } from './check-record.ts';

export interface ExchangeLine {
  readonly kind: 'open' | 'close';
  /** Milliseconds since the epoch: when it was written. */
  readonly at: number;
  readonly id: string;
  /** An open line that repeats one of an earlier segment. */
  readonly isAgain: boolean;
  /** The whole line. */
  readonly text: string;
}

/** What a close line holds besides the record; an open line has the request's headers alone. */
export interface LineDetail {
  readonly requestHeaders: HeaderLines;
  readonly responseHeaders: HeaderLines;
  readonly bodies: BodyReferences;
}

const LINE_START = '{"kind":"';
const RECORD = '"record":';
const AFTER_RECORD = ',"requestHeaders":';
const HEAD =
  /^\{"kind":"(open|close)","at":(\d+),("again":true,)?"record":\{"schemaVersion":\d+,"id":"([^"\\]+)"/;

const parseObject = (text: string): JsonObject | undefined => {
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
};

/**
 * A line that a writer did not finish may stand before another one without a newline between. Quotes
 * inside JSON strings are escaped, so the start of a line occurs nowhere else.
 */
const afterTorn = (text: string): string =>
  text.includes(LINE_START, 1) ? text.slice(text.lastIndexOf(LINE_START)) : text;

/**
 * Looks at a line's head alone, which is all that most lines of a search need.
 * @returns undefined for other kinds of lines, and for what is no whole line
 */
export const parseExchangeLine = (line: string): ExchangeLine | undefined => {
  const text = afterTorn(line);
  const head = HEAD.exec(text);
  if (!head || !text.endsWith('}')) return undefined;
  return {
    kind: head[1] as 'open' | 'close',
    at: Number(head[2]),
    isAgain: head[3] !== undefined,
    id: head[4] as string,
    text,
  };
};

/** @returns undefined if the line is damaged; members of a newer schema are given as they are */
export const parseRecord = ({ text }: ExchangeLine): ExchangeRecord | undefined => {
  const start = text.indexOf(RECORD) + RECORD.length;
  const end = text.indexOf(AFTER_RECORD, start);
  const record = end < 0 ? parseObject(text)?.record : parseObject(text.slice(start, end));
  return isUsableRecord(record) ? record : undefined;
};

const isHeaderLine = (value: unknown): value is HeaderLines[number] =>
  Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';

const parseHeaders = (value: unknown): HeaderLines =>
  Array.isArray(value) ? value.filter(isHeaderLine) : [];

const parseBody = (value: unknown): BodyReference | undefined => {
  if (!isObject(value) || !isCount(value.length) || !isCount(value.start)) return undefined;
  const { block, start, length } = value;
  const base = parseBodyBase(value.base);
  const rest = {
    start,
    length,
    coding: value.coding === 'zstd' ? 'zstd' : 'identity',
    cutOff: value.cutOff === true,
    ...(base && { base }),
  } as const;
  if (!isObject(block) || typeof block.pack !== 'string') return rest;
  if (!isCount(block.offset) || !isCount(block.length)) return rest;
  return { ...rest, block: { pack: block.pack, offset: block.offset, length: block.length } };
};

export const parseLineDetail = ({ text }: ExchangeLine): LineDetail => {
  const line = parseObject(text) ?? {};
  const bodies = isObject(line.bodies) ? line.bodies : {};
  const request = parseBody(bodies.request);
  const response = parseBody(bodies.response);
  return {
    requestHeaders: parseHeaders(line.requestHeaders),
    responseHeaders: parseHeaders(line.responseHeaders),
    bodies: { ...(request ? { request } : {}), ...(response ? { response } : {}) },
  };
};

/** @returns the process that writes the segment, where the line is a segment's first one */
export const parseSegmentLine = (line: string): ProcessIdentity | undefined => {
  const value = parseObject(line);
  return value?.kind === 'segment' ? parseIdentity(value.process) : undefined;
};

export const isEndLine = (line: string): boolean => line.startsWith('{"kind":"end"');
