import type { OutputStream } from './screen.ts';

export interface BoundedOutput {
  /** False where too much waits to be read already, or the reader has gone: then nothing may be written. */
  readonly accepting: boolean;
  /** True where nothing waits: what is written now is read now. */
  readonly clear: boolean;
  write(text: string): void;
  /** Counts lines that were left out. From then on nothing is accepted until the reader has caught up. */
  skip(lines: number): void;
  /** Settles when the reader has caught up or has gone. */
  drained(): Promise<void>;
  /** Settles when the reader has gone: a closed pipe, a closed terminal. */
  readonly broken: Promise<void>;
  stop(): void;
}

export interface BoundedOutputOptions {
  readonly stream: OutputStream;
  /** What may wait in memory, in bytes. */
  readonly maxPendingBytes: number;
  /** The reader has caught up; so many lines were left out meanwhile. */
  readonly onResume: (skippedLines: number) => void;
}

/**
 * Node writes to a terminal synchronously: one that does not read (Ctrl-S, a stopped multiplexer) would
 * stop the whole process, and there is no public switch for it.
 * @see https://nodejs.org/api/process.html#a-note-on-process-io
 */
const setBlocking = (stream: object, blocking: boolean): void => {
  const handle: unknown = '_handle' in stream ? stream._handle : undefined;
  if (typeof handle !== 'object' || handle === null || !('setBlocking' in handle)) return;
  if (typeof handle.setBlocking === 'function') handle.setBlocking(blocking);
};

/** A stream that never stops its writer and never fills the memory, whoever reads it or does not. */
export const createBoundedOutput = (options: BoundedOutputOptions): BoundedOutput => {
  const { stream, maxPendingBytes, onResume } = options;
  let skippedLines = 0;
  let gone = stream.destroyed || stream.writableEnded;
  let tellBroken: () => void = () => {};
  const broken = new Promise<void>((resolve) => {
    tellBroken = resolve;
  });
  const waiting = new Set<() => void>();
  const settleWaiting = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const catchUp = (): void => {
    const skipped = skippedLines;
    skippedLines = 0;
    if (skipped > 0) onResume(skipped);
    settleWaiting();
  };
  const breakOff = (): void => {
    gone = true;
    settleWaiting();
    tellBroken();
  };
  if (gone) breakOff();
  if (stream.isTTY) setBlocking(stream, false);
  stream.on('drain', catchUp);
  // These two stay after `stop`: a write under way may still fail, and nobody else would hear it.
  stream.on('error', breakOff);
  stream.on('close', breakOff);

  return {
    get accepting() {
      // Only a stream that asked for a pause will say when it is over.
      const full = stream.writableNeedDrain && stream.writableLength > maxPendingBytes;
      return !gone && skippedLines === 0 && !full;
    },
    get clear() {
      return !gone && skippedLines === 0 && !stream.writableNeedDrain;
    },
    write: (text) => {
      if (!gone && text !== '') stream.write(text);
    },
    skip: (lines) => {
      if (!gone) skippedLines += lines;
    },
    drained: () =>
      new Promise((resolve) => {
        if (gone || !stream.writableNeedDrain) resolve();
        else waiting.add(resolve);
      }),
    broken,
    stop: () => {
      stream.off('drain', catchUp);
      // What is written at exit must arrive, but a terminal that reads nothing must not hold the exit up.
      if (stream.isTTY && !stream.writableNeedDrain) setBlocking(stream, true);
    },
  };
};
