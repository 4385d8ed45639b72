import type { Clock } from '../../../base/time/clock.ts';
import type { ExchangeEvent, ExchangeWatch } from '../../../log/port.ts';
import { createColour } from '../colour.ts';
import { displayWidth } from '../fit-width.ts';
import { createBoundedOutput } from './bounded-output.ts';
import { createRunningExchanges, RUNNING_SHOWN_AFTER_MS } from './running-exchanges.ts';
import { createRunningLines } from './running-lines.ts';
import { type OutputStream, screenOf } from './screen.ts';
import { createTailControls, type TailControls } from './tail-controls.ts';
import { noticeLine, tailLine } from './tail-line.ts';
import { createTailQueue, type TailEntry } from './tail-queue.ts';
import { createWatchedView, type TailInsight } from './watched-view.ts';

export interface LiveTailDeps {
  /** Where the lines go. */
  readonly stream: OutputStream;
  /** Where notices go that are no data: with `json` the stream carries records alone. */
  readonly notices: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** One record as JSON a line instead of lines for people. */
  readonly json: boolean;
  /** What a person at a terminal is shown besides; plays no part elsewhere. */
  readonly insight?: TailInsight;
}

export interface LiveTail {
  /** Takes note of an exchange; its line appears a moment later. Never throws, never waits. */
  show(event: ExchangeEvent): void;
  /** A sentence between the lines, above the running ones. */
  notice(text: string): void;
  /** Everything that the recorder tells from now on, and trouble with the disk. */
  attach(recorder: Pick<ExchangeWatch, 'subscribe' | 'subscribeTrouble' | 'trouble'>): void;
  /** Prints what is queued and settles when the reader has it, or has gone. */
  settled(): Promise<void>;
  /** Settles when the reader has gone; the tail has then ended by itself. */
  readonly readerGone: Promise<void>;
  /** Prints what is queued, takes away the running lines, and lets go of the stream. Idempotent. */
  stop(): Promise<void>;
  /** What the keys do; absent where nobody watches. */
  readonly controls?: TailControls;
}

/** Lines come in batches: one write for many, and short requests never flash up as running ones. */
const BATCH_MS = 40;
const MAX_BATCH = 256;
const RUNNING_REDRAWN_EVERY_MS = 1000;
const MAX_PENDING_BYTES = 128 * 1024;
const MAX_WAIT_AT_STOP_MS = 500;

/**
 * The tail as it happens: a line for each exchange that ends and, on a terminal, dim ones at the bottom for
 * those that run. A reader that is too slow, stands still or goes away costs lines, never memory and never
 * the gateway's time: what was left out is counted, and the log has it.
 */
export const createLiveTail = (deps: LiveTailDeps): LiveTail => {
  const { stream, notices, env, clock, json, insight } = deps;
  const colour = createColour(stream, env);
  const screen = screenOf(stream, env);
  const interactive = screen.interactive && !json;
  const view = interactive && insight ? createWatchedView(insight, colour) : undefined;
  const running = createRunningExchanges(() => clock.now());
  const bottom = createRunningLines(displayWidth);
  const unsubscribe: Array<() => void> = [];
  let timer: NodeJS.Timeout | undefined;
  let dueAtMs = Number.POSITIVE_INFINITY;
  let stopped = false;

  const queue = createTailQueue({
    findWords: view && insight?.findWords,
    onWords: () => schedule(0),
  });
  const notice = (text: string): void => {
    if (stopped) return;
    if (json) notices.write(`${text}\n`);
    else enqueue({ notice: text });
  };
  const output = createBoundedOutput({
    stream,
    maxPendingBytes: MAX_PENDING_BYTES,
    onResume: (skipped) => notice(`… ${skipped} lines skipped (nobody was reading); the log has them`),
  });

  const schedule = (delayMs: number): void => {
    const at = clock.monotonic() + delayMs;
    if (stopped || at >= dueAtMs) return;
    clearTimeout(timer);
    dueAtMs = at;
    timer = setTimeout(flush, delayMs);
    timer.unref();
  };

  const flushSoon = (): void => {
    if (queue.length >= MAX_BATCH && !queue.paused) flush();
    else schedule(BATCH_MS);
  };
  const enqueue = (entry: TailEntry): void => {
    queue.add(entry);
    flushSoon();
  };

  const linesOf = (entry: TailEntry): readonly string[] => {
    const options = { width: screen.columns, colour };
    if ('lines' in entry) return entry.lines;
    if ('notice' in entry) return [noticeLine(entry.notice, options)];
    if (json) return [JSON.stringify(entry.record)];
    return view?.take(entry.record, entry.words, screen.columns) ?? [tailLine(entry.record, options)];
  };

  const bottomLines = (): string[] => {
    const width = screen.columns;
    const pending = view?.pending(width) ?? [];
    const footer = view ? [view.footer(queue.paused ? queue.length : undefined, width)] : [];
    const lines = running.lines(
      Math.max(0, screen.rows - 2 - pending.length - footer.length),
      (record, runningForMs) =>
        view?.running(record, runningForMs, width) ?? tailLine(record, { width, colour, runningForMs }),
      (more) => colour.dim(`… and ${more} more running`),
    );
    return [...pending, ...lines, ...footer];
  };

  const flush = (): void => {
    clearTimeout(timer);
    dueAtMs = Number.POSITIVE_INFINITY;
    const entries = queue.take(stopped);
    if (!output.accepting) {
      output.skip(entries.length);
      return;
    }
    const lines = entries.flatMap(linesOf);
    // What cannot be drawn anew has to stand for good.
    if (view && (stopped || !output.clear)) lines.push(...view.settle(screen.columns));
    const finished = lines.map((line) => `${line}\n`).join('');
    if (!interactive) {
      output.write(finished);
      return;
    }
    output.write(bottom.redraw(finished, output.clear && !stopped ? bottomLines() : [], screen.columns));
    if (running.size > 0) schedule(RUNNING_REDRAWN_EVERY_MS);
  };

  const onResize = (): void => {
    if (!bottom.fits(screen.columns)) bottom.abandon();
    schedule(RUNNING_SHOWN_AFTER_MS);
  };
  if (interactive) stream.on('resize', onResize);

  const letGo = (): void => {
    stopped = true;
    clearTimeout(timer);
    stream.off('resize', onResize);
    for (const end of unsubscribe.splice(0)) end();
    running.empty();
    queue.empty();
  };
  const readerGone = output.broken.then(letGo);

  const settled = async (): Promise<void> => {
    if (queue.length > 0) flush();
    await output.drained();
  };

  const show = ({ type, record }: ExchangeEvent): void => {
    if (stopped) return;
    if (type === 'open' && interactive && running.add(record)) schedule(RUNNING_SHOWN_AFTER_MS);
    if (type === 'update' && running.has(record.id)) schedule(RUNNING_SHOWN_AFTER_MS);
    if (type === 'close') {
      running.remove(record.id);
      view?.count(record);
      queue.addEnded(record);
      flushSoon();
    }
  };

  const controls = view && createTailControls({ view, queue, output, bottom, screen, flush, schedule });
  if (view) schedule(0);

  return {
    ...(controls && { controls }),
    notice,
    settled,
    readerGone,
    show,
    attach: (recorder) => {
      const sayTrouble = (trouble: ExchangeWatch['trouble']): void =>
        notice(trouble ? `the log cannot be written: ${trouble.message}` : 'the log is written again');
      if (recorder.trouble) sayTrouble(recorder.trouble);
      unsubscribe.push(recorder.subscribe(show), recorder.subscribeTrouble(sayTrouble));
    },
    stop: async () => {
      if (stopped) return;
      stopped = true;
      if (view) queue.add({ lines: ['', view.footer(undefined, screen.columns, true)] });
      flush();
      let limit: NodeJS.Timeout | undefined;
      const waited = new Promise<void>((resolve) => {
        limit = setTimeout(resolve, MAX_WAIT_AT_STOP_MS);
      });
      await Promise.race([output.drained(), waited]);
      clearTimeout(limit);
      letGo();
      output.stop();
    },
  };
};
