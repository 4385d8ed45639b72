import displayWidth from 'string-width';

export { displayWidth };

const ELLIPSIS = '…';
const ASCII = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter();

/** No text of a cell needs more: combining marks without end would otherwise be walked to their last. */
const MAX_UNITS_A_COLUMN = 16;

/** The longest beginning of a text that takes at most `width` columns. Splits no grapheme. */
export const takeWidth = (text: string, width: number): string => {
  if (width <= 0) return '';
  const candidate = Number.isFinite(width) ? text.slice(0, width * MAX_UNITS_A_COLUMN) : text;
  if (ASCII.test(candidate)) return candidate.slice(0, width);
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
  if (text.length <= width && ASCII.test(text)) return text;
  const taken = takeWidth(text, width);
  return taken.length === text.length ? text : `${takeWidth(text, width - 1)}${width > 0 ? ELLIPSIS : ''}`;
};

const blank = (text: string, width: number): string => ' '.repeat(Math.max(0, width - displayWidth(text)));

export const padRight = (text: string, width: number): string => text + blank(text, width);
export const padLeft = (text: string, width: number): string => blank(text, width) + text;

/**
 * One line as several of at most `width` columns, broken at spaces where there are any.
 * @param width columns, at least 2; Infinity leaves the line as it is
 */
export const wrapLine = (line: string, width: number): string[] => {
  const pieces: string[] = [];
  let rest = line;
  while (displayWidth(rest.slice(0, (width + 1) * MAX_UNITS_A_COLUMN)) > width) {
    const taken = takeWidth(rest, width);
    // A single grapheme may be wider than the line, or have more code units than are looked at.
    const hard = taken === '' ? rest.slice(0, 1) : taken;
    const space = rest[hard.length] === ' ' ? hard.length : hard.lastIndexOf(' ');
    const atSpace = space > 0 && hard.slice(0, space).trim() !== '';
    pieces.push(atSpace ? rest.slice(0, space) : hard);
    rest = rest.slice(atSpace ? space + 1 : hard.length);
  }
  return [...pieces, rest];
};
