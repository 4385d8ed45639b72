import { visibleText } from './visible-text.ts';

const LONGEST = 600;

/** The beginning of a text for a list: without Markdown's marks, fences and empty lines. */
export const plainText = (text: string): string =>
  visibleText(text.slice(0, LONGEST))
    .replace(/^ *(?:`{3,}|~{3,}).*$/gm, '')
    .replace(/^ {0,3}#{1,6} /gm, '')
    .replace(/\*\*|`/g, '')
    .replace(/\n\s*\n/g, '\n')
    .trim();
