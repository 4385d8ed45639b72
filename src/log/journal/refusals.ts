import { encodeRefusedLine } from './encode-journal-line.ts';
import type { Journal } from './journal.ts';
import { encodeCloseLines, type JournaledExchange } from './journaled-exchange.ts';
import type { SegmentWriter } from './segment-writer.ts';

export interface RefusalsDeps {
  /** Writes its own segments, which are deleted before anything else is. */
  readonly journal: Journal;
  /** Called once for each segment, before it is filled; never rejects. */
  readonly makeRoom: () => Promise<void>;
}

/** Refused requests that wait for the disk; more of them are counted only. */
const MAX_WAITING = 1024;
/** A segment is at most so many lines longer than it should be. */
const LINES_AT_ONCE = 16;

/**
 * Records of requests that were refused before their client was authenticated. Anybody can cause them, so
 * they never delay or displace the others: while there is no room for them, they are counted instead.
 */
export class Refusals {
  readonly #deps: RefusalsDeps;
  #waiting: JournaledExchange[] = [];
  #total = 0;
  #unrecorded = 0;
  /** The number of uncounted ones that the journal tells of. */
  #toldUnrecorded = 0;
  #segment: SegmentWriter | undefined;
  #room: Promise<void> | undefined;

  constructor(deps: RefusalsDeps) {
    this.#deps = deps;
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** True where something waits that can be written now. */
  get isReady(): boolean {
    return this.#waiting.length > 0 && this.#room === undefined;
  }

  add(exchange: JournaledExchange): void {
    this.#total++;
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(exchange);
    else this.#unrecorded++;
  }

  /** Resolves when there is room for the segment that has begun. */
  untilRoom(): Promise<void> {
    return this.#room ?? Promise.resolve();
  }

  /** Writes what waits, up to the end of a segment. @throws the system's error */
  write(): void {
    while (this.isReady) {
      const { journal } = this.#deps;
      const segment = journal.ensure((at) => [this.#encodeCount(at)]);
      if (segment !== this.#segment) {
        this.#segment = segment;
        this.#awaitRoom();
        return;
      }
      const at = journal.at();
      const count = this.#unrecorded > this.#toldUnrecorded ? [this.#encodeCount(at)] : [];
      const exchanges = this.#waiting.slice(0, LINES_AT_ONCE);
      segment.append([...count, ...encodeCloseLines(at, exchanges)]);
      this.#waiting.splice(0, exchanges.length);
    }
  }

  /** After a failed write. */
  abandonAfter(cause: unknown): void {
    this.#deps.journal.abandonAfter(cause);
  }

  beat(): void {
    this.#deps.journal.beat(true);
  }

  end(): void {
    const { journal } = this.#deps;
    if (this.#unrecorded > this.#toldUnrecorded) journal.current?.append([this.#encodeCount(journal.at())]);
    journal.end(true);
  }

  #encodeCount(at: number): string {
    this.#toldUnrecorded = this.#unrecorded;
    return encodeRefusedLine(at, { total: this.#total, unrecorded: this.#unrecorded });
  }

  #awaitRoom(): void {
    this.#room = this.#deps.makeRoom().finally(() => {
      this.#room = undefined;
    });
  }
}
