import { randomBytes } from 'node:crypto';
import { hasErrorCode } from '../../base/system-error.ts';
import type { Clock } from '../../base/time/clock.ts';
import { ensurePrivateFolder } from '../../state/private-files.ts';
import { createSegmentBase, endOfDayMs } from './segment-name.ts';
import { SegmentWriter } from './segment-writer.ts';

export interface JournalDeps {
  readonly folder: string;
  readonly clock: Clock;
  /** Journal and bodies of one segment together; it may go beyond by one batch. */
  readonly segmentBytes: number;
  /** Ends the name of this run's segments. */
  readonly runSuffix?: string;
}

/** A clock that falls back further than this begins a new segment: lines must not wait for it to catch up. */
const MAX_FALL_MS = 60_000;

/** The segment that is being written, and when the next one begins. */
export class Journal {
  readonly #deps: JournalDeps;
  readonly #run: string;
  #sequence = 0;
  #segment: SegmentWriter | undefined;
  #endsAtMs = 0;
  #lastAt = 0;

  constructor(deps: JournalDeps) {
    this.#deps = deps;
    const token = (randomBytes(4).readUInt32LE() % 36 ** 6).toString(36).padStart(6, '0');
    this.#run = `${process.pid}-${token}${deps.runSuffix ?? ''}`;
  }

  /** The segment that is being written, unless its day is over or the clock was set back. */
  get current(): SegmentWriter | undefined {
    return this.#isOver ? undefined : this.#segment;
  }

  get #isOver(): boolean {
    const nowMs = this.#deps.clock.now();
    return Math.max(this.#lastAt, nowMs) >= this.#endsAtMs || nowMs < this.#lastAt - MAX_FALL_MS;
  }

  /** Milliseconds for a line's `at`, which never falls within a segment, although the clock may. */
  at(): number {
    this.#lastAt = Math.max(this.#lastAt, Math.floor(this.#deps.clock.now()));
    return this.#lastAt;
  }

  /**
   * The segment for the next line: the current one, or a new one if there is none, it is full, its day
   * is over, the clock was set back, or it was deleted.
   * @param repeatOpenLines gives the open lines of all that is underway, for a segment that begins
   * @throws the system's error if there is none and none can be made
   */
  ensure(repeatOpenLines: (at: number) => readonly string[]): SegmentWriter {
    const current = this.#segment;
    const isGone = current?.isGone ?? false;
    if (current && !isGone && current.bytes < this.#deps.segmentBytes && !this.#isOver) {
      return current;
    }
    try {
      return this.#begin(repeatOpenLines);
    } catch (cause) {
      // No descriptor left, for instance: a segment that is too long is better than none.
      if (current && !isGone) return current;
      throw cause;
    }
  }

  /** After a failed write: a full disk may have room in the same file later; other failures may stick to the file. */
  abandonAfter(cause: unknown): void {
    if (hasErrorCode(cause, 'ENOSPC', 'EDQUOT')) return;
    this.end(false);
  }

  /** Shows that this process lives, or ends a segment whose day is over though nothing is written. */
  beat(isIdle: boolean): void {
    if (isIdle && this.#isOver) this.end(true);
    else this.#segment?.beat();
  }

  /** @param isIdle false where exchanges are underway that no other segment tells of: no end line then */
  end(isIdle: boolean): void {
    if (isIdle) this.#segment?.end(this.at());
    else this.#segment?.abandon();
    this.#segment = undefined;
  }

  #begin(repeatOpenLines: (at: number) => readonly string[]): SegmentWriter {
    ensurePrivateFolder(this.#deps.folder);
    const previousAt = this.at();
    const nowMs = Math.floor(this.#deps.clock.now());
    // A run's segments follow each other in time, unless the clock was set back.
    const at = nowMs < previousAt - MAX_FALL_MS ? nowMs : previousAt;
    const base = createSegmentBase(at, this.#run, this.#sequence + 1);
    const next = new SegmentWriter(this.#deps.folder, base, at, repeatOpenLines(at));
    this.#sequence++;
    const previous = this.#segment;
    this.#segment = next;
    this.#lastAt = at;
    this.#endsAtMs = endOfDayMs(at);
    previous?.end(previousAt);
    return next;
  }
}
