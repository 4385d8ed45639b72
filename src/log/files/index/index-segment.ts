import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { markInterrupted } from '../../interrupted.ts';
import { parseRecord } from '../../journal/parse-journal-line.ts';
import { journalFile, type SegmentName } from '../../journal/segment-name.ts';
import { readSegmentState } from '../../journal/segment-state.ts';
import type { ExchangeRecord } from '../../record.ts';
import { readGain } from '../read-gain.ts';
import { INTERRUPTED, type LooseExchange, SegmentContents } from '../segment-contents.ts';
import { readIndexFile, readIndexHead, writeIndexFile } from './index-file.ts';
import type { IndexHead } from './index-head.ts';
import { IndexRows } from './index-rows.ts';

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

  /** How many of its exchanges have a row. */
  get count(): number {
    return this.#contents.count;
  }

  /** What the columns take in memory. */
  get bytes(): number {
    const { rows } = this.#contents;
    if (!rows || !this.#isStored) return rows?.bytes ?? 0;
    this.#storedBytes ??= rows.bytes;
    return this.#storedBytes;
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

  /** Takes in what the journal has gained, or first what the head of the index's own file tells. */
  follow(): Promise<void> {
    return this.#inTurn(() => this.#follow());
  }

  async #follow(): Promise<void> {
    if (this.#isEnded && this.#journalBytes > 0) return;
    if (!this.#contents.rows && !this.#isStored) await this.#loadHead();
    const size = await this.#journalSize();
    if (size < this.#journalBytes) this.#begin(new IndexRows());
    if (size > this.#journalBytes) {
      if (!this.#contents.rows) await this.#load();
      await this.#readGain();
    }
    // Only what has ended is stored.
    if (this.#isStored) this.#isEnded = true;
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
        if ((await this.#journalSize()) > this.#journalBytes) {
          await this.#readGain();
          // Its columns were damaged, or deleted; without their file they are read again at the next start.
          await this.#store().catch(() => {});
        }
      }
      return this.#contents.rows ?? new IndexRows();
    });
  }

  /** How an exchange ended here, where that is known without the columns. */
  knownEndOf(id: string): End | undefined {
    const { loose, interruptedIds, carriedIds } = this.#contents;
    if (interruptedIds.has(id)) return 'interrupted';
    if (carriedIds.has(id)) return 'ended';
    return loose.has(id) ? 'none' : this.#ends.get(id);
  }

  /** The same, whether the columns are in memory or not. */
  async endOf(id: string, now: number): Promise<End> {
    const known = this.knownEndOf(id);
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
    const { rows, minMs, maxMs, interruptedIds, carriedIds } = this.#contents;
    rows.pool.seal();
    await writeIndexFile(this.#deps.indexPath, rows, {
      journalBytes: this.#journalBytes,
      ...(minMs <= maxMs ? { span: [minMs, maxMs] } : {}),
      interruptedIds: [...interruptedIds],
      carriedIds: [...carriedIds],
      openLines: [...this.loose.values()].map(({ line }) => line.text),
    });
    this.#isStored = true;
  }

  /** Gives the columns up; ids and times that concern other segments stay. */
  release(): void {
    if (this.#isStored) this.#contents.release();
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

  async #loadHead(): Promise<void> {
    const head = await readIndexHead(this.#deps.indexPath);
    if (head && (await this.#isUsable(head))) this.#takeStored(head, undefined);
    else this.#begin(new IndexRows());
  }

  async #load(): Promise<void> {
    const stored = await readIndexFile(this.#deps.indexPath);
    if (stored && (await this.#isUsable(stored.head))) this.#takeStored(stored.head, stored.rows);
    else this.#begin(new IndexRows());
  }

  async #isUsable({ journalBytes }: IndexHead): Promise<boolean> {
    return journalBytes <= (await this.#journalSize());
  }

  #takeStored(head: IndexHead, rows: IndexRows | undefined): void {
    // What is known of those that run is more than the head tells of them.
    if (rows && this.#isStored && head.journalBytes === this.#journalBytes) {
      this.#contents.rows = rows;
      this.#storedBytes = undefined;
      return;
    }
    this.#begin(rows);
    this.#journalBytes = head.journalBytes;
    this.#isStored = true;
    this.#contents.takeHead(head);
  }

  #begin(rows: IndexRows | undefined): void {
    this.#contents.begin(rows);
    this.#storedBytes = undefined;
    this.#ends.clear();
    this.#journalBytes = 0;
    this.#isEnded = false;
    this.#isStored = false;
  }

  async #readGain(): Promise<void> {
    this.#isStored = false;
    this.#ends.clear();
    await readGain(this.#journalPath(), this.#journalBytes, this.#contents, ({ journalBytes, hasEnd }) => {
      this.#journalBytes = journalBytes;
      this.#isEnded ||= hasEnd;
    });
  }
}
