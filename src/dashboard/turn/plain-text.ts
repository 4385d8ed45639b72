import { visibleText } from './visible-text.ts';

const MAX_CHARACTERS = 600;

/**
 * The beginning of a text for a list, without empty lines. Markdown's marks stay: `**` may be a part of a path, and
 * a backtick one of a command, and neither may be shown as something else than what was sent.
 */
export const plainText = (text: string): string =>
  visibleText(text.slice(0, MAX_CHARACTERS))
    .replace(/\n\s*\n/g, '\n')
    .trim();
