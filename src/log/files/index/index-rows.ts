import { type ExchangeRecord, isFailure } from '../../record.ts';
import {
  HAS_OTHER_MODEL,
  HAS_USAGE,
  IS_FAILURE,
  IS_PROBE,
  IS_STREAM,
  NUMBER_COLUMNS,
  NUMBERS,
  type NumberColumn,
  READ_NUMBERS,
  TEXT_COLUMNS,
  TEXTS,
  type TextColumn,
} from './index-columns.ts';
import { TextPool } from './text-pool.ts';

const ID_PREFIX = 'req_';
export const ULID_LENGTH = 26;
const FIRST_CAPACITY = 64;
const GROWTH = 1.5;
/** Lines differ in length: what is expected by it may come a little short. */
const MARGIN = 1.05;

export interface RowColumns {
  /** Places in `pool`; 0: absent. Columns in which nothing stands are one list. */
  readonly texts: Record<TextColumn, Uint32Array>;
  /** NaN: absent. Columns in which nothing stands are one list. */
  readonly numbers: Record<NumberColumn, Float64Array>;
  flags: Uint8Array;
  /** The ULIDs of the ids, one after another. */
  ids: Buffer;
  /** Rows by id, ascending. */
  order: Uint32Array;
}

/** One list for each column. */
export const columnsOf = <Column extends string, List>(names: readonly Column[], make: () => List) =>
  Object.fromEntries(names.map((name) => [name, make()])) as Record<Column, List>;

const copyInto = <List extends Uint32Array | Float64Array | Uint8Array>(larger: List, list: List): List => {
  larger.set(list);
  return larger;
};

/**
 * The ended exchanges of one segment in columns: about 150 bytes each instead of the 4 KB of its line or
 * the 2 KB of its object, and a filter asks each distinct text once instead of every record.
 */
export class IndexRows {
  count: number;
  readonly pool: TextPool;
  readonly columns: RowColumns;
  #expected = FIRST_CAPACITY;
  /** What the columns share in which nothing stands. */
  #noTexts = new Uint32Array(0);
  #noNumbers = new Float64Array(0);

  constructor(stored?: { pool: TextPool; columns: RowColumns; count: number }) {
    this.pool = stored?.pool ?? new TextPool();
    this.count = stored?.count ?? 0;
    this.columns = stored?.columns ?? {
      texts: columnsOf(TEXT_COLUMNS, () => this.#noTexts),
      numbers: columnsOf(NUMBER_COLUMNS, () => this.#noNumbers),
      flags: new Uint8Array(0),
      ids: Buffer.alloc(0),
      order: new Uint32Array(0),
    };
  }

  /** An estimate. It is asked for often: no list is made for it. */
  get bytes(): number {
    const { texts, numbers, flags, ids, order } = this.columns;
    let bytes = this.pool.size + flags.byteLength + ids.byteLength + order.byteLength;
    for (const column of TEXT_COLUMNS) if (texts[column] !== this.#noTexts) bytes += texts[column].byteLength;
    for (const column of NUMBER_COLUMNS) {
      if (numbers[column] !== this.#noNumbers) bytes += numbers[column].byteLength;
    }
    return bytes + this.#noTexts.byteLength + this.#noNumbers.byteLength;
  }

  /** How many rows there may be in all, so that the lists grow once: what is outgrown waits for the collector. */
  expect(rows: number): void {
    this.#expected = Math.max(FIRST_CAPACITY, Math.ceil(rows * MARGIN));
  }

  /** Rows by id, ascending. */
  get order(): Uint32Array {
    return this.columns.order.subarray(0, this.count);
  }

  id(row: number): string {
    const start = row * ULID_LENGTH;
    return ID_PREFIX + this.columns.ids.toString('latin1', start, start + ULID_LENGTH);
  }

  /** The row of an exchange, if there is one. */
  find(id: string): number | undefined {
    const { order } = this;
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = order[middle] as number;
      const found = this.id(row);
      if (found === id) return row;
      if (found < id) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  text(column: TextColumn, row: number): string | undefined {
    const place = this.columns.texts[column][row] as number;
    return place === 0 ? undefined : this.pool.text(place);
  }

  /** NaN where it is not known. */
  number(column: NumberColumn, row: number): number {
    return this.columns.numbers[column][row] as number;
  }

  has(flag: number, row: number): boolean {
    return ((this.columns.flags[row] as number) & flag) !== 0;
  }

  /** Takes in the line of an exchange that has ended; ids of another form are passed over. */
  add(record: ExchangeRecord, offset: number, length: number): void {
    const ulid = record.id.slice(ID_PREFIX.length);
    if (ulid.length !== ULID_LENGTH) return;
    const row = this.count++;
    const capacity = this.columns.flags.length;
    if (row === capacity) this.#grow(Math.max(this.#expected, Math.ceil(capacity * GROWTH)));
    const { ids, flags } = this.columns;
    ids.write(ulid, row * ULID_LENGTH, 'latin1');
    for (const column of TEXT_COLUMNS) {
      const text = TEXTS[column](record);
      if (text) this.#textsOf(column)[row] = this.pool.add(text);
    }
    for (const column of READ_NUMBERS) {
      const number = NUMBERS[column](record);
      if (number !== undefined) this.#numbersOf(column)[row] = number;
    }
    this.#numbersOf('offset')[row] = offset;
    this.#numbersOf('length')[row] = length;
    flags[row] =
      (record.stream ? IS_STREAM : 0) |
      (isFailure(record) ? IS_FAILURE : 0) |
      (record.usage ? HAS_USAGE : 0) |
      (record.probe ? IS_PROBE : 0) |
      (record.findings?.includes('other_model') ? HAS_OTHER_MODEL : 0);
    this.#insert(row);
  }

  /** Exchanges end nearly in the order in which they began: a few steps back find the place. */
  #insert(row: number): void {
    const { order, ids } = this.columns;
    const compare = (other: number): number => {
      const [start, from] = [other * ULID_LENGTH, row * ULID_LENGTH];
      return ids.compare(ids, from, from + ULID_LENGTH, start, start + ULID_LENGTH);
    };
    let place = row;
    while (place > 0 && compare(order[place - 1] as number) > 0) place--;
    order.copyWithin(place + 1, place, row);
    order[place] = row;
  }

  /** A list of the column's own, to be written to. */
  #textsOf(column: TextColumn): Uint32Array {
    const { texts, flags } = this.columns;
    if (texts[column] === this.#noTexts) texts[column] = new Uint32Array(flags.length);
    return texts[column];
  }

  #numbersOf(column: NumberColumn): Float64Array {
    const { numbers, flags } = this.columns;
    if (numbers[column] === this.#noNumbers)
      numbers[column] = new Float64Array(flags.length).fill(Number.NaN);
    return numbers[column];
  }

  #grow(capacity: number): void {
    const { columns } = this;
    const noTexts = new Uint32Array(capacity);
    const noNumbers = new Float64Array(capacity).fill(Number.NaN);
    for (const column of TEXT_COLUMNS) {
      const list = columns.texts[column];
      columns.texts[column] = list === this.#noTexts ? noTexts : copyInto(new Uint32Array(capacity), list);
    }
    for (const column of NUMBER_COLUMNS) {
      const list = columns.numbers[column];
      columns.numbers[column] = list === this.#noNumbers ? noNumbers : copyInto(noNumbers.slice(), list);
    }
    columns.flags = copyInto(new Uint8Array(capacity), columns.flags);
    columns.ids = copyInto(Buffer.alloc(capacity * ULID_LENGTH), columns.ids);
    columns.order = copyInto(new Uint32Array(capacity), columns.order);
    this.#noTexts = noTexts;
    this.#noNumbers = noNumbers;
  }
}
