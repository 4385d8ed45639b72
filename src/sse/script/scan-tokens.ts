import {
  endOfComment,
  endOfNumber,
  endOfPattern,
  endOfString,
  endOfTemplateText,
  isDigit,
  isSpace,
  isWordPart,
} from './skip-literals.ts';

/** What a token is: punctuation is its own character code, the longer ones that matter have a number of their own. */
export const WORD = 1;
export const STRING = 2;
/** A number, a regular expression, a template. */
const VALUE = 3;
/** `?.` */
export const OPTIONAL = 4;
/** `...`, `=>`, `++` and `--` */
const SPREAD = 5;

/** Deeper brackets than any script has. */
const MAX_DEPTH = 10_000;

// What an open bracket is, for what may follow when it closes.
const GROUP = 0;
/** The parentheses of `if (…)`: a statement follows. */
const HEAD = 1;
const BLOCK = 2;
const OBJECT = 3;
/** `${…}` within a template. */
const HOLE = 4;

// What stands before a token, for what a slash or a brace means there.
const AT_STATEMENT = 0;
const AT_EXPRESSION = 1;
const AFTER_VALUE = 2;
const AFTER_WORD = 3;
const AFTER_DOT = 4;
const AFTER_ARROW = 5;
const AFTER_COLON = 6;

/** Words before a value: a slash behind one of them begins a regular expression, a brace an object. */
const BEFORE_VALUE: ReadonlySet<string> = new Set(
  'return typeof case in of instanceof new void delete throw await yield default extends'.split(' '),
);
const BEFORE_STATEMENT: ReadonlySet<string> = new Set(['else', 'do']);
const BEFORE_HEAD: ReadonlySet<string> = new Set(['if', 'while', 'for', 'with']);

/** @param isMember of a word: it stands behind a dot */
type See = (token: number, start: number, end: number, isMember: boolean) => void;

/**
 * Tells of the tokens of a JavaScript module, comments left out, in time that grows with its length alone. It ends
 * where a string, a pattern or a comment does not end: such a script does not run. Whether a slash divides or begins
 * a regular expression is told by what stands before it, as in a parser for all that programs contain.
 */
export const scanTokens = (source: string, see: See): void => {
  const open: number[] = [];
  let before = AT_STATEMENT;
  let wordStart = 0;
  let wordEnd = 0;
  let isMember = false;
  let at = 0;

  const isWord = (words: ReadonlySet<string>): boolean =>
    before === AFTER_WORD &&
    !isMember &&
    wordEnd - wordStart <= 10 &&
    words.has(source.slice(wordStart, wordEnd));
  const mayBeginPattern = (): boolean =>
    before === AT_STATEMENT ||
    before === AT_EXPRESSION ||
    before >= AFTER_ARROW ||
    isWord(BEFORE_VALUE) ||
    isWord(BEFORE_STATEMENT);
  /** Behind a colon stands the value of a member or of a choice, unless it is that of a label or a case. */
  const isObject = (): boolean =>
    before === AT_EXPRESSION ||
    isWord(BEFORE_VALUE) ||
    (before === AFTER_COLON && open.length > 0 && open.at(-1) !== BLOCK);
  /** @returns false where the script cannot be read on */
  const readTemplate = (start: number): boolean => {
    at = endOfTemplateText(source, start);
    if (at < 0) return false;
    const isHole = source.charCodeAt(at - 1) === 123;
    if (isHole) open.push(HOLE);
    before = isHole ? AT_EXPRESSION : AFTER_VALUE;
    return true;
  };
  const readValue = (token: number, end: number): boolean => {
    if (end < 0) return false;
    see(token, at, end, false);
    at = end;
    before = AFTER_VALUE;
    return true;
  };
  const readPunctuation = (code: number): boolean => {
    const start = at++;
    const next = source.charCodeAt(at);
    let token = code;
    switch (code) {
      case 40: // (
        open.push(isWord(BEFORE_HEAD) ? HEAD : GROUP);
        before = AT_EXPRESSION;
        break;
      case 91: // [
        open.push(GROUP);
        before = AT_EXPRESSION;
        break;
      case 123: {
        const kind = isObject() ? OBJECT : BLOCK;
        open.push(kind);
        before = AT_STATEMENT;
        break;
      }
      case 41: // )
        before = open.pop() === HEAD ? AT_STATEMENT : AFTER_VALUE;
        break;
      case 93: // ]
        open.pop();
        before = AFTER_VALUE;
        break;
      case 125: {
        const closed = open.pop();
        if (closed === HOLE) return readTemplate(at);
        before = closed === OBJECT ? AFTER_VALUE : AT_STATEMENT;
        break;
      }
      case 46: // .
        if (next === 46) {
          token = SPREAD;
          at = start + 3;
        }
        before = token === SPREAD ? AT_EXPRESSION : AFTER_DOT;
        break;
      case 63: // ?
        // `a ?.5 : b` is a choice.
        if (next === 46 && !isDigit(source.charCodeAt(at + 1))) {
          token = OPTIONAL;
          at++;
        }
        before = token === OPTIONAL ? AFTER_DOT : AT_EXPRESSION;
        break;
      case 43: // +
      case 45: // -
        // Before or behind a value, it leaves what may follow.
        if (next === code) {
          token = SPREAD;
          at++;
        } else before = AT_EXPRESSION;
        break;
      case 61: // =
        if (next === 62) {
          token = SPREAD;
          at++;
        }
        before = token === SPREAD ? AFTER_ARROW : AT_EXPRESSION;
        break;
      case 59: // ;
        before = AT_STATEMENT;
        break;
      case 58: // :
        before = AFTER_COLON;
        break;
      case 35: // # of a private name
        break;
      default:
        before = AT_EXPRESSION;
    }
    see(token, start, at, false);
    return open.length <= MAX_DEPTH;
  };

  while (at < source.length) {
    const code = source.charCodeAt(at);
    const next = source.charCodeAt(at + 1);
    let isReadable = true;
    if (isSpace(code)) at++;
    else if (isDigit(code) || (code === 46 && isDigit(next)))
      isReadable = readValue(VALUE, endOfNumber(source, at));
    else if (isWordPart(code)) {
      isMember = before === AFTER_DOT;
      wordStart = at;
      while (at < source.length && isWordPart(source.charCodeAt(at))) at++;
      wordEnd = at;
      before = AFTER_WORD;
      see(WORD, wordStart, wordEnd, isMember);
    } else if (code === 34 || code === 39) isReadable = readValue(STRING, endOfString(source, at));
    else if (code === 96) {
      see(VALUE, at, at + 1, false);
      isReadable = readTemplate(at + 1);
    } else if (code === 47 && (next === 47 || next === 42)) {
      at = endOfComment(source, at);
      isReadable = at >= 0;
    } else if (code === 47 && mayBeginPattern()) isReadable = readValue(VALUE, endOfPattern(source, at));
    else isReadable = readPunctuation(code);
    if (!isReadable) return;
  }
};
