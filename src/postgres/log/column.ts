import type { ExchangeRecord } from '../../log/port.ts';

/** A column of a table of the log, and what it has of an exchange. */
export interface Column {
  readonly name: string;
  readonly type: 'text' | 'text[]' | 'boolean' | 'integer' | 'bigint' | 'double precision' | 'date';
  readonly of: (record: ExchangeRecord, isEnded: boolean) => unknown;
}

export type Values = Readonly<Record<string, unknown>>;

/** Zeros, and what may be half a character. */
const ODD = /[\0\ud800-\udfff]/;

/** What PostgreSQL takes for a text: no zeros, and no half characters. */
const plain = (text: string): string =>
  ODD.test(text) ? Buffer.from(text.replaceAll('\0', '\ufffd'), 'utf8').toString('utf8') : text;

/** Counts of strangers' servers may be no whole numbers, below zero or beyond all bounds. */
const MAX_COUNT = 1e12;
const MAX_INTEGER = 2 ** 31 - 1;

const storable = (type: Column['type'], value: unknown): unknown => {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map((each) => plain(String(each)));
  if (typeof value !== 'number' || type === 'double precision') return value;
  if (Number.isNaN(value)) return null;
  const most = type === 'integer' ? MAX_INTEGER : Math.max(MAX_COUNT, 2 ** 48);
  return Math.trunc(Math.min(Math.max(value, 0), most));
};

/** What an exchange has in some columns; what PostgreSQL would not take is replaced. */
export const valuesOf = (columns: readonly Column[], record: ExchangeRecord, isEnded: boolean): Values =>
  Object.fromEntries(
    columns.map(({ name, type, of }) => [name, storable(type, of(record, isEnded) ?? null)]),
  );

export const namesOf = (columns: readonly Column[]): string => columns.map(({ name }) => name).join(', ');

/** With their types, as `json_to_recordset` wants them. */
export const definitionsOf = (columns: readonly Column[]): string =>
  columns.map(({ name, type }) => `${name} ${type}`).join(', ');
