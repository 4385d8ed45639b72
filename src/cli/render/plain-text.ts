/**
 * What a terminal would obey or hide instead of showing: control characters, formatting ones (among them
 * the bidirectional overrides and zero-width ones), line separators, lone surrogates. The joiner of
 * emoji sequences stays.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?!\u200d)\p{Cf}/gu;

/** The Unicode block that pictures control characters: ␛ for escape, ␍ for carriage return. */
const CONTROL_PICTURES = 0x2400;
const PICTURE_OF_DELETE = '\u2421';

const picture = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x7f) return PICTURE_OF_DELETE;
  return code < 0x20 ? String.fromCodePoint(CONTROL_PICTURES + code) : '\ufffd';
};

/** What most texts are made of: nothing to look at twice. */
const HARMLESS = /^[\x20-\x7e]*$/;

/**
 * Text of a stranger as one line that a terminal only shows and never obeys: line breaks and tabs become
 * spaces, every other control character becomes visible.
 */
export const plainLine = (text: string): string =>
  HARMLESS.test(text) ? text : text.replace(/[\r\n\t]+/g, ' ').replace(UNSAFE, picture);

/** SGR sequences alone: colours, which command output is full of and which say nothing in a log. */
const COLOUR_SEQUENCE = /\x1b\[[\d;:]{0,64}m/g;
const TAB = '    ';

/** As `plainLine`, for text of several lines: colours of command output go, tabs become four spaces. */
export const plainLines = (text: string): string[] =>
  text
    .replace(COLOUR_SEQUENCE, '')
    .replace(/\t/g, TAB)
    .split(/\r?\n/)
    .map((line) => line.replace(UNSAFE, picture));
