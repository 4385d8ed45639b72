import { join } from 'node:path';
import { openIfThere } from '../../state/private-files.ts';
import { type ExchangeLine, parseExchangeLine } from './parse-journal-line.ts';
import { readLinesBackward } from './read-lines.ts';
import { journalFile, latestLineMs, type SegmentName } from './segment-name.ts';

/** An exchange's line, and the segment in which it stands. */
export interface PlacedLine {
  readonly line: ExchangeLine;
  readonly segment: SegmentName;
}

export interface MergedLine extends PlacedLine {
  /** No line that follows was written later, in milliseconds since the epoch. */
  readonly followingAtMs: number;
}

/** One segment, read from its end. */
class BackwardCursor {
  readonly segment: SegmentName;
  readonly #batches: AsyncGenerator<string[]>;
  #batch: readonly string[] = [];
  #index = 0;
  current: ExchangeLine | undefined;

  constructor(folder: string, segment: SegmentName) {
    this.segment = segment;
    this.#batches = linesOf(join(folder, journalFile(segment.base, segment.isErrors)));
  }

  /** When the line was written at which it stands. */
  get at(): number {
    return this.current?.at ?? NEVER;
  }

  /** @returns false at the beginning of the segment */
  async advance(): Promise<boolean> {
    for (;;) {
      while (this.#index < this.#batch.length) {
        this.current = parseExchangeLine(this.#batch[this.#index++] as string);
        if (this.current) return true;
      }
      const next = await this.#batches.next();
      if (next.done) return false;
      this.#batch = next.value;
      this.#index = 0;
    }
  }

  async close(): Promise<void> {
    await this.#batches.return(undefined);
  }
}

/** A segment that retention has just deleted is an empty one. */
async function* linesOf(path: string): AsyncGenerator<string[]> {
  const file = await openIfThere(path);
  if (!file) return;
  try {
    yield* readLinesBackward(file);
  } finally {
    await file.close();
  }
}

const NEVER = Number.NEGATIVE_INFINITY;

const latest = (cursors: readonly BackwardCursor[]): BackwardCursor | undefined => {
  let best: BackwardCursor | undefined;
  for (const cursor of cursors) {
    if (!best || cursor.at > best.at) best = cursor;
  }
  return best;
};

/**
 * The exchanges' lines of all segments by their time of writing, the last one first. Segments are opened
 * only when the reading has come to their day.
 * @param segments oldest first
 */
export async function* mergeSegmentsBackward(
  folder: string,
  segments: readonly SegmentName[],
): AsyncGenerator<MergedLine> {
  const waiting = [...segments].sort((one, other) => one.startedAtMs - other.startedAtMs);
  const cursors: BackwardCursor[] = [];
  const nextWaitingMs = (): number => {
    const last = waiting.at(-1);
    return last ? latestLineMs(last) : NEVER;
  };
  try {
    for (;;) {
      let next = latest(cursors);
      while (waiting.length > 0 && nextWaitingMs() >= (next?.at ?? NEVER)) {
        const cursor = new BackwardCursor(folder, waiting.pop() as SegmentName);
        if (await cursor.advance()) cursors.push(cursor);
        next = latest(cursors);
      }
      if (!next?.current) return;
      const { current: line, segment } = next;
      if (!(await next.advance())) cursors.splice(cursors.indexOf(next), 1);
      const followingAtMs = Math.max(latest(cursors)?.at ?? NEVER, nextWaitingMs());
      yield { line, segment, followingAtMs };
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}
