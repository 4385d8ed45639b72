import { isObject, parseJson } from '../base/json-object.ts';

const LITERALS = ['true', 'false', 'null'];

const isTokenCharacter = (character: string): boolean => /[-+.\w]/.test(character);

/** The number or literal that the text ends in. */
const lastToken = (text: string): string => {
  let start = text.length;
  while (start > 0 && isTokenCharacter(text.charAt(start - 1))) start--;
  return text.slice(start);
};

/** What is missing of the number or literal at the end of the text. */
const completeToken = (text: string): string => {
  const token = lastToken(text);
  const literal = LITERALS.find((word) => token !== '' && word.startsWith(token));
  if (literal !== undefined) return literal.slice(token.length);
  return /[-+.eE]$/.test(token) ? '0' : '';
};

// How many characters an escape still waits for; after the backslash itself that is not known yet.
const NO_ESCAPE = 0;
const ESCAPE_BEGUN = -1;
const UNICODE_DIGITS = 4;

interface Position {
  /** The open brackets, the outermost first. */
  readonly open: readonly string[];
  readonly inString: boolean;
  /** Characters that an escape in the string still waits for. */
  readonly awaited: number;
  /** The string that the text ends in, or ended with, is a member's name. */
  readonly isName: boolean;
}

const nextEscape = (awaited: number, character: string): number => {
  if (awaited === NO_ESCAPE) return character === '\\' ? ESCAPE_BEGUN : NO_ESCAPE;
  if (awaited === ESCAPE_BEGUN) return character === 'u' ? UNICODE_DIGITS : NO_ESCAPE;
  return awaited - 1;
};

const scan = (text: string): Position => {
  const open: string[] = [];
  let inString = false;
  let awaited = NO_ESCAPE;
  let isName = false;
  let previous = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (inString) {
      inString = awaited !== NO_ESCAPE || character !== '"';
      awaited = nextEscape(awaited, character);
      continue;
    }
    if (character === '"') {
      inString = true;
      isName = open.at(-1) === '{' && (previous === '{' || previous === ',');
    } else if (character === '{' || character === '[') {
      open.push(character);
    } else if (character === '}' || character === ']') {
      open.pop();
    }
    if (character > ' ') previous = character;
  }
  return { open, inString, awaited, isName };
};

/** What is missing of a string, after which its closing quotation mark follows. */
const completeEscape = (awaited: number): string => (awaited === ESCAPE_BEGUN ? '\\' : '0'.repeat(awaited));

/** What is missing of the member or element that the text ends in. */
const completeValue = (text: string, position: Position): string => {
  if (position.inString) {
    return `${completeEscape(position.awaited)}"${position.isName ? ':null' : ''}`;
  }
  const last = text.trimEnd().at(-1);
  if (last === '"') return position.isName ? ':null' : '';
  if (last === ':') return 'null';
  if (last === ',') return position.open.at(-1) === '{' ? '"":null' : 'null';
  return completeToken(text);
};

/**
 * What must follow the beginning of a JSON object so that the whole is an object that ends with `members`.
 * @param text the beginning, cut off anywhere
 * @param members such as `"error":{}`
 * @returns undefined if the text is not the beginning of an object
 */
export const completeObject = (text: string, members: string): string | undefined => {
  const position = scan(text);
  if (position.open[0] !== '{') return undefined;
  const value = completeValue(text, position);
  const brackets = position.open
    .slice(1)
    .reverse()
    .map((bracket) => (bracket === '{' ? '}' : ']'))
    .join('');
  const isEmpty = (text + value + brackets).trim() === '{';
  const missing = `${value}${brackets}${isEmpty ? '' : ','}${members}}`;
  return isObject(parseJson(text + missing)) ? missing : undefined;
};
