import { endOfLine, findLineBreak, startOfLine, type TextSplice } from './splice-text.ts';

/**
 * Puts a line below the one that ends a range. A text without a final line break stays without one.
 * @param indented starts the line as deep as the one above it
 */
export const insertLineAfter = (
  text: string,
  [start, end]: readonly [number, number],
  line: string,
  indented: boolean,
): TextSplice => {
  const lineStart = startOfLine(text, start);
  const indent = indented ? (/^[ \t]*/.exec(text.slice(lineStart, start))?.[0] ?? '') : '';
  const at = endOfLine(text, end);
  const lineBreak = findLineBreak(text);
  const unended = at === text.length && !text.endsWith('\n');
  return {
    at,
    removed: '',
    inserted: unended ? `${lineBreak}${indent}${line}` : `${indent}${line}${lineBreak}`,
  };
};

/** Sets the block off with a blank line; a text without a final line break stays without one. */
export const appendBlock = (text: string, block: string): TextSplice => {
  const lineBreak = findLineBreak(text);
  const isBlank = text.replace('\uFEFF', '') === '';
  const unended = !isBlank && !text.endsWith('\n');
  const endsBlank = isBlank || /\n[ \t]*\r?\n$/.test(text) || /^\uFEFF?[ \t]*\r?\n$/.test(text);
  const gap = `${unended ? lineBreak : ''}${endsBlank ? '' : lineBreak}`;
  return { at: text.length, removed: '', inserted: `${gap}${block}${unended ? '' : lineBreak}` };
};
