import { type ExchangeRecord, isFailure } from './record.ts';

/** What is looked for or grouped by, and where a record has it. */
const TEXTS = {
  method: ({ method }) => method,
  path: ({ path }) => path,
  model: ({ model }) => model,
  provider: ({ provider }) => provider,
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
export const TEXT_COLUMNS = Object.keys(TEXTS) as TextColumn[];
export const NUMBER_COLUMNS = [...Object.keys(NUMBERS), 'offset', 'length'] as NumberColumn[];

/** Bits of `flags`. */
export const IS_STREAM = 1;
export const IS_FAILURE = 2;
export const HAS_USAGE = 4;

const ID_PREFIX = 'req_';
export const ULID_LENGTH = 26;
const FIRST_CAPACITY = 64;
const BYTES_OF_A_STRING = 40;

export interface RowColumns {
  /** Places in `strings`; 0: absent. */
  readonly texts: Record<TextColumn, Uint32Array>;
  /** NaN: absent. */
  readonly numbers: Record<NumberColumn, Float64Array>;
  flags: Uint8Array;
  /** The ULIDs of the ids, one after another. */
  ids: Buffer;
}

const columnsOf = <Column extends string, List>(names: readonly Column[], make: () => List) =>
  Object.fromEntries(names.map((name) => [name, make()])) as Record<Column, List>;

export const createColumns = (capacity: number): RowColumns => ({
  texts: columnsOf(TEXT_COLUMNS, () => new Uint32Array(capacity)),
  numbers: columnsOf(NUMBER_COLUMNS, () => new Float64Array(capacity)),
  flags: new Uint8Array(capacity),
  ids: Buffer.alloc(capacity * ULID_LENGTH),
});

/**
 * The ended exchanges of one segment in columns: about 300 bytes each instead of the 4 KB of its line or
 * the 2 KB of its object, and a filter asks each distinct text once instead of every record.
 */
export class IndexRows {
  count = 0;
  /** `strings[0]` stands for what is absent. */
  readonly strings: string[];
  readonly columns: RowColumns;
  /** Rows by id, ascending. */
  readonly order: number[];
  #places: Map<string, number> | undefined;
  #stringBytes = 0;

  constructor(stored?: { strings: string[]; columns: RowColumns; order: number[] }) {
    this.strings = stored?.strings ?? [''];
    this.columns = stored?.columns ?? createColumns(FIRST_CAPACITY);
    this.order = stored?.order ?? [];
    this.count = this.order.length;
    for (const text of this.strings) this.#stringBytes += text.length + BYTES_OF_A_STRING;
  }

  /** An estimate. */
  get bytes(): number {
    const { flags } = this.columns;
    const perRow = 4 * TEXT_COLUMNS.length + 8 * NUMBER_COLUMNS.length + 1 + ULID_LENGTH;
    return flags.length * perRow + 8 * this.order.length + this.#stringBytes;
  }

  id(row: number): string {
    const start = row * ULID_LENGTH;
    return ID_PREFIX + this.columns.ids.toString('latin1', start, start + ULID_LENGTH);
  }

  text(column: TextColumn, row: number): string | undefined {
    const place = this.columns.texts[column][row] as number;
    return place === 0 ? undefined : this.strings[place];
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
    for (const column of TEXT_COLUMNS) texts[column][row] = this.#place(TEXTS[column](record));
    for (const [column, read] of Object.entries(NUMBERS)) {
      numbers[column as NumberColumn][row] = read(record) ?? Number.NaN;
    }
    numbers.offset[row] = offset;
    numbers.length[row] = length;
    flags[row] =
      (record.stream ? IS_STREAM : 0) | (isFailure(record) ? IS_FAILURE : 0) | (record.usage ? HAS_USAGE : 0);
    this.#insert(row);
  }

  /** Gives up what only `add` needs. */
  seal(): void {
    this.#places = undefined;
  }

  #place(text: string | undefined): number {
    if (text === undefined || text === '') return 0;
    this.#places ??= new Map(this.strings.map((known, place) => [known, place]));
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.strings.length);
    this.#stringBytes += text.length + BYTES_OF_A_STRING;
    return this.strings.push(text) - 1;
  }

  /** Exchanges end nearly in the order in which they began: a few steps back find the place. */
  #insert(row: number): void {
    const id = this.id(row);
    let place = this.order.length;
    while (place > 0 && this.id(this.order[place - 1] as number) > id) place--;
    this.order.splice(place, 0, row);
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
  }
}
