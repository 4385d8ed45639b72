import { idTimeMs } from '../../base/ids.ts';
import { type ExchangeLine, parseExchangeLine, parseRecord } from '../journal/parse-journal-line.ts';
import type { ExchangeRecord } from '../record.ts';
import type { IndexHead } from './index/index-head.ts';
import type { IndexRows } from './index/index-rows.ts';

/** An exchange without a close line in its segment: it runs, or was interrupted, or its end is elsewhere. */
export interface LooseExchange {
  readonly line: ExchangeLine;
  /** As it is where it runs in this process, or as its line says, read when somebody asks for it. */
  record: ExchangeRecord | undefined;
}

export const INTERRUPTED = 'interrupted';

/** What the lines of one segment tell, taken in one after another. */
export class SegmentContents {
  /** The columns; absent while they are in their file alone. */
  rows: IndexRows | undefined;
  readonly loose = new Map<string, LooseExchange>();
  readonly interruptedIds = new Set<string>();
  /** Exchanges that began in an earlier segment of the same run, and ended here. */
  readonly carriedIds = new Set<string>();
  minMs = Number.POSITIVE_INFINITY;
  maxMs = Number.NEGATIVE_INFINITY;
  #storedCount = 0;

  /** How many exchanges have a row. */
  get count(): number {
    return this.rows?.count ?? this.#storedCount;
  }

  /** Begins again: with columns that are empty or were stored, or without those that a file has. */
  begin(rows: IndexRows | undefined): void {
    this.rows = rows;
    this.#storedCount = 0;
    this.minMs = Number.POSITIVE_INFINITY;
    this.maxMs = Number.NEGATIVE_INFINITY;
    this.loose.clear();
    this.interruptedIds.clear();
    this.carriedIds.clear();
  }

  /** Gives the columns up; what else is known stays. */
  release(): void {
    this.#storedCount = this.count;
    this.rows = undefined;
  }

  take(text: string, offset: number, length: number): void {
    const line = parseExchangeLine(text);
    if (!line) return;
    if (line.kind === 'open') {
      this.#takeOpen(line);
      return;
    }
    const record = parseRecord(line);
    if (!record) return;
    if (this.loose.get(line.id)?.line.isAgain) this.carriedIds.add(line.id);
    this.loose.delete(line.id);
    const isInterrupted = record.response.finish === INTERRUPTED;
    // A recovery that could not be settled was done again.
    if (isInterrupted && this.interruptedIds.has(line.id)) return;
    this.rows?.add(record, offset, length);
    this.#noteTime(Date.parse(record.startedAt));
    if (isInterrupted) this.interruptedIds.add(line.id);
  }

  /** What the head of an index file tells, with or without its columns. */
  takeHead({ count, span, interruptedIds, carriedIds, openLines }: IndexHead): void {
    this.#storedCount = count;
    for (const ms of span ?? []) this.#noteTime(ms);
    for (const id of interruptedIds) this.interruptedIds.add(id);
    for (const id of carriedIds) this.carriedIds.add(id);
    for (const text of openLines) {
      const line = parseExchangeLine(text);
      if (line) this.#takeOpen(line);
    }
  }

  #takeOpen(line: ExchangeLine): void {
    this.loose.set(line.id, { line, record: undefined });
    this.#noteTime(idTimeMs(line.id) ?? line.at);
  }

  #noteTime(startedAtMs: number): void {
    if (startedAtMs < this.minMs) this.minMs = startedAtMs;
    if (startedAtMs > this.maxMs) this.maxMs = startedAtMs;
  }
}
