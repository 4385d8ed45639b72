import type { ExchangeRecord } from '../../../log/port.ts';
import type { BoundedOutput } from './bounded-output.ts';
import type { RunningLines } from './running-lines.ts';
import type { Screen } from './screen.ts';
import type { TailQueue } from './tail-queue.ts';
import type { WatchedView } from './watched-view.ts';

export interface TailControls {
  /** Lines without line breaks, between the others; none wider than the screen. */
  print(lines: readonly string[]): void;
  togglePause(): void;
  toggleErrorsOnly(): void;
  /** Empties the screen; what was scrolled away stays. */
  clear(): void;
  /** Draws the bottom lines anew. */
  refresh(): void;
  /** The same where something else has written to the terminal meanwhile. */
  redraw(): void;
  /** The newest exchange that was shown. */
  readonly newest: ExchangeRecord | undefined;
  readonly columns: number;
}

export interface TailControlsDeps {
  readonly view: WatchedView;
  readonly queue: TailQueue;
  readonly output: BoundedOutput;
  readonly bottom: RunningLines;
  readonly screen: Screen;
  /** Prints what is queued and draws the bottom lines. */
  readonly flush: () => void;
  readonly schedule: (delayMs: number) => void;
}

/** More rows than any terminal has. */
const WHOLE_SCREEN = 9999;

export const createTailControls = ({
  view,
  queue,
  output,
  bottom,
  screen,
  flush,
  schedule,
}: TailControlsDeps): TailControls => ({
  print: (lines) => {
    // Below the tries that are being counted, not above them.
    queue.add({ lines: [...view.settle(screen.columns), ...lines] });
    flush();
  },
  togglePause: () => {
    queue.togglePause();
    flush();
  },
  toggleErrorsOnly: () => {
    view.toggleErrorsOnly();
    flush();
  },
  clear: () => {
    if (!output.clear) return;
    output.write(bottom.clear(WHOLE_SCREEN));
    flush();
  },
  refresh: () => schedule(0),
  redraw: () => {
    bottom.abandon();
    flush();
  },
  get newest() {
    return view.newest;
  },
  get columns() {
    return screen.columns;
  },
});
