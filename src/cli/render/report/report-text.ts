import type { ChalkInstance } from '../colour.ts';
import { padLeft, wrapLine } from '../fit-width.ts';
import { plainLine, plainLines } from '../plain-text.ts';

/** What every part of a letter is written with. */
export interface LetterStyle {
  /** Columns of a line, margin included. */
  readonly width: number;
  readonly colour: ChalkInstance;
  /** True where nothing is folded. */
  readonly full: boolean;
}

type Paint = (text: string) => string;

/** Where roles stand; texts begin two columns behind it. */
const MARGIN = 11;
const TEXT_FROM = MARGIN + 2;
const NARROWEST_TEXT = 20;

/** Columns that are left for texts. */
export const textWidth = ({ width }: LetterStyle): number => Math.max(NARROWEST_TEXT, width - TEXT_FROM);

/** Lines with a word in the margin beside the first one. */
export const withMargin = (word: string, lines: readonly string[], paint: Paint): string[] =>
  lines.map((line, index) => {
    const margin = paint(padLeft(index === 0 ? plainLine(word).slice(0, MARGIN) : '', MARGIN));
    return `${margin}  ${line}`.trimEnd();
  });

/** The texts that are known, joined so that the eye finds where one ends. */
export const joined = (...texts: Array<string | undefined>): string =>
  texts.filter((text) => text !== undefined && text !== '').join('   ');

/** No line of a letter is worth more: the rest of a long one is counted. */
const MAX_LINE = 4000;

const shortened = (line: string): string =>
  line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE)}… (${line.length - MAX_LINE} more characters)`;

/**
 * A text wrapped to the width, and folded after so many lines where the letter is not to be had in full.
 * @param indent columns that the caller puts before each line
 */
export const foldedText = (text: string, maxLines: number, style: LetterStyle, indent = 0): string[] => {
  if (text.trim() === '') return [];
  const width = textWidth(style) - indent;
  const paragraphs = plainLines(text.trimEnd());
  const lines: string[] = [];
  for (const [index, paragraph] of paragraphs.entries()) {
    const whole = style.full || lines.length < maxLines;
    if (!whole) {
      const rest = paragraphs.length - index;
      lines.push(style.colour.dim(`… ${rest} more ${rest === 1 ? 'line' : 'lines'} (--full shows all)`));
      return lines;
    }
    const pieces = wrapLine(style.full ? paragraph : shortened(paragraph), width);
    lines.push(...pieces);
  }
  return lines;
};
