import type { CommandContext } from '../context.ts';
import { truncate } from './fit-width.ts';
import { screenOf } from './tail/screen.ts';

/** What is done sooner needs no word. */
const SILENT_MS = 400;
const REDRAW_MS = 100;
const ERASE = '\x1b[1A\r\x1b[J';

export interface Progress {
  /** Tells how far the work is. Cheap: the line is drawn ten times a second at most. */
  readonly step: (count?: number) => void;
  /** Takes the line away. Idempotent. */
  readonly end: () => void;
}

export interface ProgressDeps {
  readonly context: Pick<CommandContext, 'stderr' | 'env'>;
  /** What is counted, in the plural: `exchanges read`. */
  readonly unit: string;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

/**
 * A line that says how far long work is, on a terminal alone. The work has to yield now and then for the line to move
 * while nothing is counted, such as while the log is indexed for the first time.
 */
export const createProgress = ({ context, unit, now = () => performance.now() }: ProgressDeps): Progress => {
  const { stderr, env } = context;
  const screen = screenOf(stderr, env);
  if (!screen.interactive) return { step: () => {}, end: () => {} };
  const startedAt = now();
  let count = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  let isOver = false;
  const erase = (): void => {
    if (isDrawn) stderr.write(ERASE);
    isDrawn = false;
  };
  const draw = (): void => {
    const at = now();
    if (isOver || at - startedAt < SILENT_MS || at - drawnAt < REDRAW_MS) return;
    drawnAt = at;
    const seconds = Math.floor((at - startedAt) / 1000);
    const done = count === 0 ? 'looking into the log' : `${count.toLocaleString('en-US')} ${unit}`;
    const line = truncate(`${done} · ${seconds} s · Ctrl-C ends it`, screen.columns - 1);
    // One text: the eye must not see the line gone in between.
    stderr.write(`${isDrawn ? ERASE : ''}${line}\n`);
    isDrawn = true;
  };
  const timer = setInterval(draw, REDRAW_MS).unref();
  return {
    step: (more = 1) => {
      count += more;
      // The clock is asked for some of them alone: it costs more than reading one.
      if (count % 256 === 0) draw();
    },
    end: () => {
      if (isOver) return;
      isOver = true;
      clearInterval(timer);
      erase();
    },
  };
};
