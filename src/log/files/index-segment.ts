import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openIfThere } from '../../state/private-files.ts';
import { markInterrupted } from '../interrupted.ts';
import { isEndLine, parseRecord } from '../journal/parse-journal-line.ts';
import { readLinesForward } from '../journal/read-lines.ts';
import { journalFile, type SegmentName } from '../journal/segment-name.ts';
import { readSegmentState } from '../journal/segment-state.ts';
import type { ExchangeRecord } from '../record.ts';
import { readIndexFile, writeIndexFile } from './index-file.ts';
import { IndexRows } from './index-rows.ts';
import { INTERRUPTED, type LooseExchange, SegmentContents } from './segment-contents.ts';

/** What a segment says of an exchange's end. */
export type End = 'none' | 'interrupted' | 'ended';

export interface IndexSegmentDeps {
  readonly folder: string;
  /** The file that keeps the index of this segment. */
  readonly indexPath: string;
  readonly segment: SegmentName;
}

/**
 * The index of one segment, which follows its journal: lines are only ever appended, so what was read
 * stays true, and a journal that is shorter than what was read is another file.
 */
export class IndexSegment {
  readonly segment: SegmentName;
  readonly #contents = new SegmentContents();
  lastUsed = 0;
  /** Whether an exchange that was asked for ended here, as long as nothing is added. */
  readonly #ends = new Map<string, End>();
  #journalBytes = 0;
  #isEnded = false;
  #isStored = false;
  /** Counted once: it is asked for often, and stays. */
  #storedBytes: number | undefined;
  /** When the process that wrote the segment was last seen, where it died without ending it. */
  #abandonedAtMs: number | undefined;
  /** What reads or replaces the columns happens one after another. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #deps: IndexSegmentDeps;

  constructor(deps: IndexSegmentDeps) {
    this.#deps = deps;
    this.segment = deps.segment;
  }

  /** By id. Those whose end stands in another segment are hidden by `JournalIndex`. */
  get loose(): ReadonlyMap<string, LooseExchange> {
    return this.#contents.loose;
  }

  /** Exchanges that were found interrupted: their gateway, or another one, may have ended them elsewhere. */
  get interruptedIds(): ReadonlySet<string> {
    return this.#contents.interruptedIds;
  }

  /** When the first and the last of its exchanges began. */
  get minMs(): number {
    return this.#contents.minMs;
  }
  get maxMs(): number {
    return this.#contents.maxMs;
  }

  /** What the columns take in memory. */
  get bytes(): number {
    if (!this.#isStored) return this.#contents.rows?.bytes ?? 0;
    this.#storedBytes ??= this.#contents.rows?.bytes;
    return this.#contents.rows ? (this.#storedBytes ?? 0) : 0;
  }

  /** Nothing more will be written to the segment. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** True where the columns can be given up and read again from their file. */
  get isStored(): boolean {
    return this.#isStored;
  }

  /** The record of one that has no close line here. */
  readLoose(loose: LooseExchange): ExchangeRecord | undefined {
    loose.record ??= parseRecord(loose.line);
    if (loose.record && loose.record.durationMs === undefined && this.#abandonedAtMs !== undefined) {
      markInterrupted(loose.record, this.#abandonedAtMs);
    }
    return loose.record;
  }

  /** Takes in what the journal has gained, or first what the index's own file holds. */
  follow(): Promise<void> {
    return this.#inTurn(() => this.#follow());
  }

  async #follow(): Promise<void> {
    if (this.#isEnded && this.#journalBytes > 0) return;
    if (!this.#contents.rows) await this.#load();
    const size = await this.#journalSize();
    if (size < this.#journalBytes) this.#begin(new IndexRows());
    if (size > this.#journalBytes) await this.#readGain();
    if (this.#isEnded) return;
    const { state, lastSeenMs } = await readSegmentState(this.#deps.folder, this.segment);
    this.#abandonedAtMs = state === 'abandoned' ? lastSeenMs : undefined;
    // Whether an end line, or a recovery's, still comes is seen by the size; no need to look again.
    if (state === 'ended') this.#isEnded = true;
  }

  /** The columns, from their file where they were given up. */
  use(now: number): Promise<IndexRows> {
    this.lastUsed = now;
    return this.#inTurn(async () => {
      if (!this.#contents.rows) {
        await this.#load();
        if ((await this.#journalSize()) > this.#journalBytes) await this.#readGain();
      }
      return this.#contents.rows ?? new IndexRows();
    });
  }

  /** How an exchange ended here, whether the columns are in memory or not. */
  async endOf(id: string, now: number): Promise<End> {
    const known = this.#ends.get(id);
    if (known !== undefined) return known;
    const rows = await this.use(now);
    const row = rows.find(id);
    const end =
      row === undefined ? 'none' : rows.text('finish', row) === INTERRUPTED ? 'interrupted' : 'ended';
    this.#ends.set(id, end);
    return end;
  }

  /** Writes the index's own file where the segment has ended. */
  store(): Promise<void> {
    return this.#inTurn(() => this.#store());
  }

  async #store(): Promise<void> {
    if (!this.#isEnded || this.#isStored || !this.#contents.rows) return;
    this.#contents.rows.pool.seal();
    const openLines = [...this.loose.values()].map(({ line }) => line.text);
    await writeIndexFile(this.#deps.indexPath, {
      rows: this.#contents.rows,
      journalBytes: this.#journalBytes,
      openLines,
    });
    this.#isStored = true;
  }

  /** Gives the columns up; ids and times that concern other segments stay. */
  release(): void {
    if (this.#isStored) this.#contents.rows = undefined;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  async #journalSize(): Promise<number> {
    const found = await stat(this.#journalPath()).catch(() => undefined);
    return found?.size ?? 0;
  }

  #journalPath(): string {
    return join(this.#deps.folder, journalFile(this.segment.base, this.segment.isErrors));
  }

  async #load(): Promise<void> {
    const stored = await readIndexFile(this.#deps.indexPath);
    const isUsable = stored !== undefined && stored.journalBytes <= (await this.#journalSize());
    this.#begin(isUsable ? stored.rows : new IndexRows());
    if (!isUsable) return;
    this.#journalBytes = stored.journalBytes;
    this.#isStored = true;
    this.#contents.takeStored(stored);
  }

  #begin(rows: IndexRows): void {
    this.#contents.begin(rows);
    this.#storedBytes = undefined;
    this.#ends.clear();
    this.#journalBytes = 0;
    this.#isEnded = false;
    this.#isStored = false;
  }

  async #readGain(): Promise<void> {
    const file = await openIfThere(this.#journalPath()).catch(() => undefined);
    if (!file) return;
    this.#isStored = false;
    this.#ends.clear();
    try {
      const begin = this.#journalBytes;
      const { rows } = this.#contents;
      const countBefore = rows?.count ?? 0;
      const { size } = await file.stat();
      for await (const { lines, endOffset } of readLinesForward(file, begin)) {
        let offset = this.#journalBytes;
        for (const text of lines) {
          const length = Buffer.byteLength(text);
          if (isEndLine(text)) this.#isEnded = true;
          else this.#contents.take(text, offset, length);
          offset += length + 1;
        }
        this.#journalBytes = endOffset;
        const share = (endOffset - begin) / (size - begin);
        rows?.expect(countBefore + (rows.count - countBefore) / share);
      }
    } finally {
      await file.close();
    }
  }
}
