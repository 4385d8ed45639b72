import { join } from 'node:path';
import { type ExchangeLine, parseExchangeLine } from './parse-journal-line.ts';
import { openIfThere } from './private-files.ts';
import { readLinesBackward } from './read-lines.ts';
import { journalFile, latestLineMs, type SegmentName } from './segment-name.ts';

/** An exchange's line, and the segment in which it stands. */
export interface PlacedLine {
  readonly line: ExchangeLine;
  readonly segment: SegmentName;
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

const latest = (cursors: readonly BackwardCursor[]): BackwardCursor | undefined => {
  let best: BackwardCursor | undefined;
  for (const cursor of cursors) {
    if (!best || (cursor.current?.at ?? 0) > (best.current?.at ?? 0)) best = cursor;
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
): AsyncGenerator<PlacedLine> {
  const waiting = [...segments].sort((one, other) => one.startedAtMs - other.startedAtMs);
  const cursors: BackwardCursor[] = [];
  try {
    for (;;) {
      let next = latest(cursors);
      for (let last = waiting.at(-1); last; last = waiting.at(-1)) {
        if (next && latestLineMs(last) < (next.current?.at ?? 0)) break;
        waiting.pop();
        const cursor = new BackwardCursor(folder, last);
        if (!(await cursor.advance())) continue;
        cursors.push(cursor);
        next = latest(cursors);
      }
      if (!next?.current) return;
      yield { line: next.current, segment: next.segment };
      if (!(await next.advance())) cursors.splice(cursors.indexOf(next), 1);
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}
