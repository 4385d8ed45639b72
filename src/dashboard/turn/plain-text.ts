import { visibleText } from './visible-text.ts';

const MAX_CHARACTERS = 600;

/** The beginning of a text for a list: without Markdown's marks, fences and empty lines. */
export const plainText = (text: string): string =>
  visibleText(text.slice(0, MAX_CHARACTERS))
    .replace(/^ *(?:`{3,}|~{3,}).*$/gm, '')
    .replace(/^ {0,3}#{1,6} /gm, '')
    .replace(/\*\*|`/g, '')
    .replace(/\n\s*\n/g, '\n')
    .trim();
