import type { ChalkInstance } from './colour.ts';
import { displayWidth, padLeft, padRight, truncate } from './fit-width.ts';
import { plainLine } from './plain-text.ts';

export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
  /** Numbers stand at the right. */
  readonly alignRight?: true;
}

const GAP = '  ';

/**
 * Rows as one grid; the last column takes what is left, and no line is wider than the terminal.
 * @param columns Infinity where nothing limits a line
 */
export const renderColumns = (given: ReadonlyArray<readonly Cell[]>, columns: number): string => {
  // Names and values may be a stranger's: a cell is one line that a terminal only shows.
  const rows = given.map((row) => row.map((cell) => ({ ...cell, text: plainLine(cell.text) })));
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, index) =>
    Math.max(0, ...rows.map((row) => displayWidth(row[index]?.text ?? ''))),
  );
  const lineOf = (row: readonly Cell[]): string => {
    let room = columns;
    const cells = row.map(({ text, paint, alignRight }, index) => {
      const width = Math.min(widths[index] ?? 0, Math.max(0, room));
      room -= width + GAP.length;
      const fitted = truncate(text, width);
      const isLast = index === row.length - 1;
      const padded = alignRight ? padLeft(fitted, width) : isLast ? fitted : padRight(fitted, width);
      return paint ? paint(padded) : padded;
    });
    return `${cells.join(GAP).trimEnd()}\n`;
  };
  return rows.map(lineOf).join('');
};

/** A column's name. */
export const headOf = (text: string, colour: ChalkInstance): Cell => ({ text, paint: colour.dim });
