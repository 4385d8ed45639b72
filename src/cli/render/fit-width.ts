import stringWidth from 'string-width';

const ELLIPSIS = '…';
const graphemes = new Intl.Segmenter();

/**
 * Characters that are graphemes of one column each: Latin letters, and the signs that the tail itself
 * writes. The library knows every other one, at a hundred times the cost.
 */
const NARROW =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2013\u2014\u2018-\u201d\u2026\u2190-\u2193\u2400-\u2421\u2500-\u257f\u2588-\u258f\u25b8\u2713\ufffd]*$/;

/** Columns that a text takes in a terminal. */
export const displayWidth = (text: string): number => (NARROW.test(text) ? text.length : stringWidth(text));

/** No text of a cell needs more: combining marks without end would otherwise be walked to their last. */
const MAX_UNITS_A_COLUMN = 16;

/** The longest beginning of a text that takes at most `width` columns. Splits no grapheme. */
const takeWidth = (text: string, width: number): string => {
  if (width <= 0) return '';
  const candidate = Number.isFinite(width) ? text.slice(0, width * MAX_UNITS_A_COLUMN) : text;
  if (NARROW.test(candidate)) return candidate.slice(0, width);
  let taken = '';
  let used = 0;
  for (const { segment } of graphemes.segment(candidate)) {
    used += displayWidth(segment);
    if (used > width) break;
    taken += segment;
  }
  return taken;
};

/** The text itself where it fits, else its beginning and an ellipsis: never more than `width` columns. */
export const truncate = (text: string, width: number): string => {
  if (text.length <= width && NARROW.test(text)) return text;
  const taken = takeWidth(text, width);
  return taken.length === text.length ? text : `${takeWidth(text, width - 1)}${width > 0 ? ELLIPSIS : ''}`;
};

const blank = (text: string, width: number): string => ' '.repeat(Math.max(0, width - displayWidth(text)));

export const padRight = (text: string, width: number): string => text + blank(text, width);
export const padLeft = (text: string, width: number): string => blank(text, width) + text;

/** Length of the first piece of a line that is too long; breaks at a space where there is one. */
const breakAt = (line: string, width: number): { readonly end: number; readonly next: number } => {
  // A single grapheme may be wider than the line, or have more code units than are looked at.
  const hard = Math.max(1, takeWidth(line, width).length);
  const space = line[hard] === ' ' ? hard : line.lastIndexOf(' ', hard - 1);
  const atSpace = space > 0 && line.slice(0, space).trim() !== '';
  return atSpace ? { end: space, next: space + 1 } : { end: hard, next: hard };
};

/**
 * One line as several of at most `width` columns, broken at spaces where there are any; what follows the
 * first is indented like it.
 * @param width columns, at least 2; Infinity leaves the line as it is
 */
export const wrapLine = (line: string, width: number): string[] => {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const hanging = indent.length * 2 > width ? '' : indent;
  const pieces: string[] = [];
  let rest = line;
  while (displayWidth(rest.slice(0, (width + 1) * MAX_UNITS_A_COLUMN)) > width) {
    const { end, next } = breakAt(rest, width);
    pieces.push(rest.slice(0, end));
    rest = hanging + rest.slice(next);
  }
  return [...pieces, rest];
};
