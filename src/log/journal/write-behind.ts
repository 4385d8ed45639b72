import { setImmediate as nextTurn } from 'node:timers/promises';
import { LinkedList } from '../../base/linked-list.ts';
import { BodyQueue } from '../bodies/body-queue.ts';
import type { PendingBody } from '../bodies/store-bodies.ts';
import type { TroubleState } from '../trouble.ts';
import { encodeResumedLine } from './encode-journal-line.ts';
import type { Journal } from './journal.ts';
import { encodeCloseLines, encodeOpenLines, type QueuedExchange } from './journaled-exchange.ts';
import type { Losses } from './losses.ts';
import { PassTimer } from './pass-timer.ts';
import type { Refusals } from './refusals.ts';
import { PartialWriteError, type SegmentWriter } from './segment-writer.ts';
import { shareOfPass, sliceEnds } from './slice-ends.ts';
import { storeInSegment } from './store-in-segment.ts';

export interface WriteBehindDeps {
  readonly journal: Journal;
  readonly trouble: TroubleState;
  readonly losses: Losses;
  readonly maxBlockBytes: number;
  readonly refusals: Refusals;
  /** Called once for each segment, before it is filled; never rejects. */
  readonly makeRoom: () => Promise<void>;
}

/** Each round fills one segment of refused requests. */
const MAX_REFUSAL_ROUNDS = 1024;
/** Close lines that wait in memory while the disk fails; more are lost, and counted. */
const MAX_WAITING_LINES = 8192;

const systemError = (cause: unknown): unknown => (cause instanceof PartialWriteError ? cause.cause : cause);

/**
 * Writes what happens to disk, alongside the traffic. Nothing here throws: where the disk fails, lines
 * wait (bounded) and are tried again; bodies are given up, since they would fill the memory.
 */
export class WriteBehind {
  readonly #deps: WriteBehindDeps;
  /** Exchanges whose open line is not in the file yet. */
  readonly #unopened = new LinkedList<QueuedExchange>();
  /** Exchanges whose open line is in the file, and whose close line is not. */
  readonly #underway = new LinkedList<QueuedExchange>();
  readonly #bodies = new BodyQueue();
  #closes: QueuedExchange[] = [];
  readonly #timer = new PassTimer(() => void this.enqueue(() => this.#pass()));
  #passes: Promise<void> = Promise.resolve();
  /** Among the unopened: those that are being refused, which get no open line. */
  #held = 0;
  #failure: unknown;
  #roomMadeFor: SegmentWriter | undefined;

  constructor(deps: WriteBehindDeps) {
    this.#deps = deps;
  }

  /** Nothing waits, and nothing that is in the journal is still open. */
  get isIdle(): boolean {
    return this.#unopened.size + this.#underway.size + this.#closes.length + this.#bodies.unsettled === 0;
  }

  /** What is on its way to the disk: exchanges whose end is to be written, and bytes of bodies. */
  get waiting(): { readonly exchanges: number; readonly bodyBytes: number } {
    return { exchanges: this.#closes.length, bodyBytes: this.#bodies.bytes };
  }

  open(exchange: QueuedExchange): void {
    exchange.place = this.#unopened.add(exchange);
    this.#schedule();
  }

  /** Writes the open lines that wait, at once, so that this exchange's is in the file. */
  commit(exchange: QueuedExchange): void {
    const { trouble } = this.#deps;
    if (exchange.isOpened || trouble.current) return;
    try {
      this.#writeOpenLines();
    } catch (cause) {
      trouble.raise(systemError(cause));
    }
  }

  /** The exchange no longer changes. */
  close(exchange: QueuedExchange): void {
    // The close line says all that an open line would.
    if (!exchange.isOpened) this.#leave(exchange);
    if (!exchange.isOpened && exchange.isTurnedAway) this.#deps.refusals.add(exchange);
    else if (this.#closes.length < MAX_WAITING_LINES) this.#closes.push(exchange);
    else {
      this.#leave(exchange);
      this.#deps.losses.lines++;
    }
    this.#schedule();
  }

  store(body: PendingBody): void {
    this.#bodies.add(body);
    this.#schedule();
  }

  /** Resolves when all that was queued before is written, or the disk has refused it. */
  flush(): Promise<void> {
    return this.enqueue(async () => {
      await this.#pass();
      const { refusals, trouble } = this.#deps;
      // Refused requests never keep the others waiting, but whoever asks to flush wants them written, too.
      for (let round = 0; round < MAX_REFUSAL_ROUNDS && !trouble.current; round++) {
        await refusals.untilRoom();
        if (!refusals.isReady) return;
        refusals.write();
      }
    });
  }

  /** Runs work on the journal's files when no write is under way. */
  enqueue(work: () => void | Promise<void>): Promise<void> {
    this.#passes = this.#passes.then(work).catch((cause) => this.#deps.trouble.raise(cause));
    return this.#passes;
  }

  #schedule(): void {
    this.#timer.schedule(this.#deps.trouble.current !== undefined);
  }

  async #pass(): Promise<void> {
    const { journal, trouble, losses, refusals } = this.#deps;
    this.#timer.clear();
    this.#failure = undefined;
    const closes = this.#closes;
    const bodies = this.#bodies.takeAll();
    this.#closes = [];
    try {
      const segment = this.#segment();
      if (trouble.current) segment.append([encodeResumedLine(journal.at(), losses)]);
      this.#writeOpenLines();
    } catch (cause) {
      this.#fail(cause);
    }
    await this.#writeEnds(closes, bodies);
    try {
      refusals.write();
    } catch (cause) {
      this.#fail(cause);
      refusals.abandonAfter(this.#failure);
    }
    if (this.#failure === undefined) {
      trouble.clear();
    } else {
      trouble.raise(this.#failure);
      journal.abandonAfter(this.#failure);
    }
    const waiting = this.#unopened.size - this.#held + this.#closes.length + this.#bodies.waiting;
    if (trouble.current || waiting > 0 || refusals.isWaiting) this.#schedule();
  }

  #segment(): SegmentWriter {
    return this.#deps.journal.ensure((at) => encodeOpenLines(at, this.#underway.values(), true));
  }

  /**
   * Writing can be quicker than deleting: it waits for room, or the log would outgrow its bound.
   * @returns undefined if there is no segment, and none can be made
   */
  async #segmentWithRoom(): Promise<SegmentWriter | undefined> {
    try {
      const segment = this.#segment();
      if (this.#roomMadeFor !== segment) {
        this.#roomMadeFor = segment;
        await this.#deps.makeRoom();
      }
      return segment;
    } catch (cause) {
      this.#fail(cause);
      return undefined;
    }
  }

  #writeOpenLines(): void {
    if (this.#unopened.size === 0) return;
    const { journal } = this.#deps;
    const unopened = this.#unopened.values();
    // One that is being refused has its record when it ends, among others of its kind.
    const opened = unopened.filter(({ isTurnedAway }) => !isTurnedAway);
    this.#held = unopened.length - opened.length;
    if (opened.length === 0) return;
    let written = 0;
    try {
      const segment = journal.current ?? this.#segment();
      segment.append(encodeOpenLines(journal.at(), opened, false));
      written = opened.length;
    } catch (cause) {
      if (cause instanceof PartialWriteError) written = cause.linesWritten;
      throw cause;
    } finally {
      for (const exchange of opened.slice(0, written)) {
        this.#leave(exchange);
        exchange.place = this.#underway.add(exchange);
        exchange.isOpened = true;
      }
    }
  }

  /** Slice by slice what has ended: bodies, and the lines that name them. With the first, bodies of what still runs. */
  async #writeEnds(ends: readonly QueuedExchange[], bodies: readonly PendingBody[]): Promise<void> {
    const limits = shareOfPass(ends.length, this.#bodies.bytes, this.#deps.maxBlockBytes);
    const unwritten: QueuedExchange[] = [];
    for (const { exchanges, bodies: own } of sliceEnds(ends, bodies, limits)) {
      const segment = await this.#segmentWithRoom();
      await storeInSegment(segment, own, {
        queue: this.#bodies,
        maxBlockBytes: this.#deps.maxBlockBytes,
        noSegment: () => this.#failure,
        onLost: (cause, count) => {
          this.#deps.losses.bodies += count;
          this.#fail(cause);
        },
      });
      const mayWrite = segment && unwritten.length === 0;
      unwritten.push(...(mayWrite ? this.#writeCloseLines(segment, exchanges) : exchanges));
      await nextTurn();
    }
    this.#closes = [...unwritten, ...this.#closes];
  }

  /** @returns those whose line is not in the file */
  #writeCloseLines(segment: SegmentWriter, ends: readonly QueuedExchange[]): readonly QueuedExchange[] {
    let written = 0;
    try {
      // At midnight an open line may have begun the next segment while the bodies were written.
      const current = this.#deps.journal.current === segment ? segment : this.#segment();
      current.append(encodeCloseLines(this.#deps.journal.at(), ends));
      written = ends.length;
    } catch (cause) {
      if (cause instanceof PartialWriteError) written = cause.linesWritten;
      this.#fail(cause);
    }
    for (const exchange of ends.slice(0, written)) this.#leave(exchange);
    return ends.slice(written);
  }

  #leave({ place, isOpened }: QueuedExchange): void {
    if (place) (isOpened ? this.#underway : this.#unopened).remove(place);
  }

  #fail(cause: unknown): void {
    this.#failure ??= systemError(cause);
  }
}
