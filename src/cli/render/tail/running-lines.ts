const CURSOR_UP = (rows: number): string => (rows > 0 ? `\x1b[${rows}A\r` : '');
const ERASE_BELOW = '\x1b[J';

export interface RunningLines {
  /**
   * Text that puts finished lines above the running ones and draws these anew.
   * @param finished whole lines with their line breaks, or ''
   * @param running lines without line breaks, none wider than the screen
   */
  redraw(finished: string, running: readonly string[], columns: number): string;
  /** Leaves what is drawn where it stands: the next lines come below it. */
  abandon(): void;
  /** Text that empties a screen of so many rows; nothing is drawn then. */
  clear(rows: number): string;
  /** True where a screen of that width still shows each drawn line on one row. */
  fits(columns: number): boolean;
}

/**
 * The lines at the bottom of a terminal that are rewritten in place. The cursor always rests on the empty
 * row below them. Only rows that were drawn here are ever erased: a terminal that has become narrower
 * has wrapped them to an unknown number of rows, so they are then abandoned, never erased by guess.
 */
export const createRunningLines = (widthOf: (line: string) => number): RunningLines => {
  let drawnRows = 0;
  let drawnWidth = 0;
  const fits = (columns: number): boolean => drawnWidth <= columns;
  const abandon = (): void => {
    drawnRows = 0;
    drawnWidth = 0;
  };
  return {
    fits,
    abandon,
    clear: (rows) => {
      abandon();
      return CURSOR_UP(rows) + ERASE_BELOW;
    },
    redraw: (finished, running, columns) => {
      if (!fits(columns)) abandon();
      const erase = drawnRows > 0 ? CURSOR_UP(drawnRows) + ERASE_BELOW : '';
      drawnRows = running.length;
      drawnWidth = Math.max(0, ...running.map(widthOf));
      return erase + finished + running.map((line) => `${line}\n`).join('');
    },
  };
};
