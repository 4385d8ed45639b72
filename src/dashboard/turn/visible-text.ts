// Colours and cursor movements of a terminal.
const ESCAPES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
// Characters that turn the reading direction around, or that cannot be seen at all.
const INVISIBLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * A text as it is safe to read: terminal colours taken out, and characters that would reorder or
 * hide what stands around them (`U+202E`) written by their number.
 */
export const visibleText = (text: string): string =>
  text
    .replace(ESCAPES, '')
    .replace(
      INVISIBLE,
      (character) => `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
