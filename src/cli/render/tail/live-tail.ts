import type { Clock } from '../../../base/clock.ts';
import type { ExchangeEvent, ExchangeRecord, ExchangeWatch } from '../../../log/port.ts';
import { createColour } from '../colour.ts';
import { displayWidth } from '../fit-width.ts';
import { createBoundedOutput } from './bounded-output.ts';
import { createRunningLines } from './running-lines.ts';
import { type OutputStream, screenOf } from './screen.ts';
import { noticeLine, tailLine } from './tail-line.ts';

export interface LiveTailDeps {
  /** Where the lines go. */
  readonly stream: OutputStream;
  /** Where notices go that are no data: with `json` the stream carries records alone. */
  readonly notices: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** One record as JSON a line instead of lines for people. */
  readonly json: boolean;
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
}

/** Lines come in batches: one write for many, and short requests never flash up as running ones. */
const BATCH_MS = 40;
const MAX_BATCH = 256;
const RUNNING_SHOWN_AFTER_MS = 250;
const RUNNING_REDRAWN_EVERY_MS = 1000;
const MAX_RUNNING_LINES = 5;
const MAX_RUNNING_KNOWN = 1000;
const MAX_PENDING_BYTES = 128 * 1024;
const MAX_WAIT_AT_STOP_MS = 500;

type Entry = { readonly record: ExchangeRecord } | { readonly notice: string };

/**
 * The tail as it happens: a line for each exchange that ends and, on a terminal, a dim one at the bottom
 * for each that runs. A reader that is too slow, stands still or goes away costs lines, never memory and
 * never the gateway's time: what was left out is counted, and the log has it.
 */
export const createLiveTail = (deps: LiveTailDeps): LiveTail => {
  const { stream, notices, env, clock, json } = deps;
  const colour = createColour(stream, env);
  const screen = screenOf(stream, env);
  const interactive = screen.interactive && !json;
  const running: ExchangeRecord[] = [];
  const bottom = createRunningLines(displayWidth);
  const unsubscribe: Array<() => void> = [];
  let queue: Entry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let dueAtMs = Number.POSITIVE_INFINITY;
  let stopped = false;

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

  const enqueue = (entry: Entry): void => {
    queue.push(entry);
    if (queue.length >= MAX_BATCH) flush();
    else schedule(BATCH_MS);
  };

  const lineOf = (entry: Entry): string => {
    const options = { width: screen.columns, colour };
    if ('notice' in entry) return noticeLine(entry.notice, options);
    return json ? JSON.stringify(entry.record) : tailLine(entry.record, options);
  };

  const runningLines = (): string[] => {
    const options = { width: screen.columns, colour };
    const lines: string[] = [];
    const room = Math.min(MAX_RUNNING_LINES, screen.rows - 2);
    let more = 0;
    for (const record of running) {
      const runningForMs = Math.max(0, clock.now() - Date.parse(record.startedAt));
      if (runningForMs < RUNNING_SHOWN_AFTER_MS) continue;
      if (lines.length < room) lines.push(tailLine(record, { ...options, runningForMs }));
      else more++;
    }
    if (more > 0) lines.push(colour.dim(`… and ${more} more running`));
    return lines;
  };

  const flush = (): void => {
    clearTimeout(timer);
    dueAtMs = Number.POSITIVE_INFINITY;
    const entries = queue;
    queue = [];
    if (!output.accepting) {
      output.skip(entries.length);
      return;
    }
    const finished = entries.map((entry) => `${lineOf(entry)}\n`).join('');
    if (!interactive) {
      output.write(finished);
      return;
    }
    output.write(bottom.redraw(finished, output.clear && !stopped ? runningLines() : [], screen.columns));
    if (running.length > 0) schedule(RUNNING_REDRAWN_EVERY_MS);
  };

  const keepRunning = (record: ExchangeRecord): void => {
    if (!interactive || running.length >= MAX_RUNNING_KNOWN) return;
    running.push(record);
    schedule(RUNNING_SHOWN_AFTER_MS);
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
    running.length = 0;
    queue = [];
  };
  const readerGone = output.broken.then(letGo);

  const settled = async (): Promise<void> => {
    if (queue.length > 0) flush();
    await output.drained();
  };

  const show = ({ type, record }: ExchangeEvent): void => {
    if (stopped) return;
    if (type === 'open') keepRunning(record);
    if (type === 'update' && running.some(({ id }) => id === record.id)) schedule(RUNNING_SHOWN_AFTER_MS);
    if (type === 'close') {
      const index = running.findIndex(({ id }) => id === record.id);
      if (index !== -1) running.splice(index, 1);
      enqueue({ record });
    }
  };

  return {
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
