import { isObject, parseJson } from './json-object.ts';

const LITERALS = ['true', 'false', 'null'];

/** What is missing of the number or literal at the end of the text. */
const completeToken = (text: string): string => {
  const token = /[-+.\w]*$/.exec(text)?.[0] ?? '';
  const literal = LITERALS.find((word) => token !== '' && word.startsWith(token));
  if (literal !== undefined) return literal.slice(token.length);
  return /[-+.eE]$/.test(token) ? '0' : '';
};

/** What is missing of the string that the text ends in. */
const completeString = (text: string, escaped: boolean): string => {
  const hexDigits = /\\u([\da-fA-F]{0,3})$/.exec(text)?.[1];
  if (escaped) return '\\"';
  return `${hexDigits === undefined ? '' : '0'.repeat(4 - hexDigits.length)}"`;
};

interface Position {
  /** The open brackets, the outermost first. */
  readonly open: readonly string[];
  readonly inString: boolean;
  /** In a string, after a backslash that waits for its character. */
  readonly escaped: boolean;
  /** The string that the text ends in, or ended with, is a member's name. */
  readonly isName: boolean;
}

const scan = (text: string): Position => {
  const open: string[] = [];
  let inString = false;
  let escaped = false;
  let isName = false;
  let previous = '';
  for (const character of text) {
    if (inString) {
      if (escaped) escaped = false;
      else if (character === '\\') escaped = true;
      else if (character === '"') inString = false;
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
    if (!/\s/.test(character)) previous = character;
  }
  return { open, inString, escaped, isName };
};

/** What is missing of the member or element that the text ends in. */
const completeValue = (text: string, position: Position): string => {
  if (position.inString) {
    return completeString(text, position.escaped) + (position.isName ? ':null' : '');
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
 * @returns undefined where the text is not the beginning of an object
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
