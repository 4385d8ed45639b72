import { idTimeMs } from '../../base/ids.ts';
import { type ExchangeLine, parseExchangeLine, parseRecord } from '../journal/parse-journal-line.ts';
import type { ExchangeRecord } from '../record.ts';
import type { StoredIndex } from './index-file.ts';
import type { IndexRows } from './index-rows.ts';

/** An exchange without a close line in its segment: it runs, or was interrupted, or its end is elsewhere. */
export interface LooseExchange {
  readonly line: ExchangeLine;
  /** As it is where it runs in this process, or as its line says, read when somebody asks for it. */
  record: ExchangeRecord | undefined;
}

export const INTERRUPTED = 'interrupted';

/** What the lines of one segment tell, taken in one after another. */
export class SegmentContents {
  /** The columns; absent while they are given up to spare memory. */
  rows: IndexRows | undefined;
  readonly loose = new Map<string, LooseExchange>();
  readonly interruptedIds = new Set<string>();
  minMs = Number.POSITIVE_INFINITY;
  maxMs = Number.NEGATIVE_INFINITY;

  /** Begins anew, with columns that are empty or were stored. */
  begin(rows: IndexRows): void {
    this.rows = rows;
    this.minMs = Number.POSITIVE_INFINITY;
    this.maxMs = Number.NEGATIVE_INFINITY;
    this.loose.clear();
    this.interruptedIds.clear();
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
    this.loose.delete(line.id);
    const isInterrupted = record.response.finish === INTERRUPTED;
    // A recovery that could not be settled was done again.
    if (isInterrupted && this.interruptedIds.has(line.id)) return;
    this.rows?.add(record, offset, length);
    this.#noteTime(Date.parse(record.startedAt));
    if (isInterrupted) this.interruptedIds.add(line.id);
  }

  /** What an index file tells beside its columns. */
  takeStored({ rows, openLines }: StoredIndex): void {
    for (const text of openLines) {
      const line = parseExchangeLine(text);
      if (line) this.#takeOpen(line);
    }
    const interrupted = rows.pool.find(INTERRUPTED);
    const { startedAtMs } = rows.columns.numbers;
    const { finish } = rows.columns.texts;
    for (let row = 0; row < rows.count; row++) {
      this.#noteTime(startedAtMs[row] as number);
      if (interrupted > 0 && finish[row] === interrupted) this.interruptedIds.add(rows.id(row));
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
