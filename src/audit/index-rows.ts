import { type ExchangeRecord, isFailure } from './record.ts';
import { TextPool } from './text-pool.ts';

/** What is looked for or grouped by, and where a record has it. */
const TEXTS = {
  method: ({ method }) => method,
  path: ({ path }) => path,
  model: ({ model }) => model,
  provider: ({ provider }) => provider,
  upstreamModel: ({ upstreamModel }) => upstreamModel,
  /** The providers that were tried, joined by `LIST_SEPARATOR`. */
  attempted: ({ attempts }) => attempts?.map(({ provider }) => provider).join(LIST_SEPARATOR),
  transport: ({ transport }) => transport,
  auth: ({ auth }) => auth,
  clientName: ({ client }) => client.name,
  clientVersion: ({ client }) => client.version,
  originator: ({ client }) => client.originator,
  sessionId: ({ client }) => client.sessionId,
  threadId: ({ client }) => client.threadId,
  turnId: ({ client }) => client.turnId,
  encoding: ({ request }) => request.encoding,
  finish: ({ response }) => response.finish,
  /** Joined by `LIST_SEPARATOR`. */
  toolCalls: ({ response }) => response.toolCalls?.join(LIST_SEPARATOR),
  errorOrigin: ({ error }) => error?.origin,
  errorCode: ({ error }) => error?.code,
  errorMessage: ({ error }) => error?.message,
  responseId: ({ responseId }) => responseId,
  previousResponseId: ({ previousResponseId }) => previousResponseId,
  upstreamRequestId: ({ upstreamRequestId }) => upstreamRequestId,
  clientRequestId: ({ clientRequestId }) => clientRequestId,
} as const satisfies Record<string, (record: ExchangeRecord) => string | undefined>;

const NUMBERS = {
  startedAtMs: ({ startedAt }) => Date.parse(startedAt),
  durationMs: ({ durationMs }) => durationMs,
  ttfbMs: ({ ttfbMs }) => ttfbMs,
  status: ({ status }) => status,
  inputTokens: ({ usage }) => usage?.inputTokens,
  cachedInputTokens: ({ usage }) => usage?.cachedInputTokens,
  outputTokens: ({ usage }) => usage?.outputTokens,
  reasoningTokens: ({ usage }) => usage?.reasoningTokens,
  totalTokens: ({ usage }) => usage?.totalTokens,
} as const satisfies Record<string, (record: ExchangeRecord) => number | undefined>;

export type TextColumn = keyof typeof TEXTS;
export type NumberColumn = keyof typeof NUMBERS | 'offset' | 'length';

export const LIST_SEPARATOR = '\u0000';
const READ_NUMBERS = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[];
export const TEXT_COLUMNS = Object.keys(TEXTS) as TextColumn[];
export const NUMBER_COLUMNS: readonly NumberColumn[] = [...READ_NUMBERS, 'offset', 'length'];

/** Bits of `flags`. */
export const IS_STREAM = 1;
export const IS_FAILURE = 2;
export const HAS_USAGE = 4;

const ID_PREFIX = 'req_';
export const ULID_LENGTH = 26;
const FIRST_CAPACITY = 64;

export interface RowColumns {
  /** Places in `pool`; 0: absent. */
  readonly texts: Record<TextColumn, Uint32Array>;
  /** NaN: absent. */
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

const createColumns = (capacity: number): RowColumns => ({
  texts: columnsOf(TEXT_COLUMNS, () => new Uint32Array(capacity)),
  numbers: columnsOf(NUMBER_COLUMNS, () => new Float64Array(capacity)),
  flags: new Uint8Array(capacity),
  ids: Buffer.alloc(capacity * ULID_LENGTH),
  order: new Uint32Array(capacity),
});

/**
 * The ended exchanges of one segment in columns: about 300 bytes each instead of the 4 KB of its line or
 * the 2 KB of its object, and a filter asks each distinct text once instead of every record.
 */
export class IndexRows {
  count: number;
  readonly pool: TextPool;
  readonly columns: RowColumns;

  constructor(stored?: { pool: TextPool; columns: RowColumns; count: number }) {
    this.pool = stored?.pool ?? new TextPool();
    this.columns = stored?.columns ?? createColumns(FIRST_CAPACITY);
    this.count = stored?.count ?? 0;
  }

  /** An estimate. */
  get bytes(): number {
    const { flags } = this.columns;
    const perRow = 4 * (TEXT_COLUMNS.length + 1) + 8 * NUMBER_COLUMNS.length + 1 + ULID_LENGTH;
    return flags.length * perRow + this.pool.size;
  }

  /** Rows by id, ascending. */
  get order(): Uint32Array {
    return this.columns.order.subarray(0, this.count);
  }

  id(row: number): string {
    const start = row * ULID_LENGTH;
    return ID_PREFIX + this.columns.ids.toString('latin1', start, start + ULID_LENGTH);
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
    if (row === this.columns.flags.length) this.#grow();
    const { texts, numbers, ids, flags } = this.columns;
    ids.write(ulid, row * ULID_LENGTH, 'latin1');
    for (const column of TEXT_COLUMNS) {
      const text = TEXTS[column](record);
      texts[column][row] = text ? this.pool.add(text) : 0;
    }
    for (const column of READ_NUMBERS) numbers[column][row] = NUMBERS[column](record) ?? Number.NaN;
    numbers.offset[row] = offset;
    numbers.length[row] = length;
    flags[row] =
      (record.stream ? IS_STREAM : 0) | (isFailure(record) ? IS_FAILURE : 0) | (record.usage ? HAS_USAGE : 0);
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

  #grow(): void {
    const { columns } = this;
    const grown = createColumns(Math.max(columns.flags.length * 2, FIRST_CAPACITY));
    for (const column of TEXT_COLUMNS) {
      grown.texts[column].set(columns.texts[column]);
      columns.texts[column] = grown.texts[column];
    }
    for (const column of NUMBER_COLUMNS) {
      grown.numbers[column].set(columns.numbers[column]);
      columns.numbers[column] = grown.numbers[column];
    }
    grown.flags.set(columns.flags);
    columns.flags = grown.flags;
    columns.ids.copy(grown.ids);
    columns.ids = grown.ids;
    grown.order.set(columns.order);
    columns.order = grown.order;
  }
}
