// What each kind of literal and comment of JavaScript ends with.

const isLineEnd = (code: number): boolean => code === 10 || code === 13 || code === 0x2028 || code === 0x2029;
export const isDigit = (code: number): boolean => code >= 48 && code <= 57;
export const isSpace = (code: number): boolean =>
  code <= 32 ||
  code === 0xa0 ||
  code === 0xfeff ||
  (code >= 0x2000 && code <= 0x200a) ||
  code === 0x2028 ||
  code === 0x2029 ||
  code === 0x202f ||
  code === 0x205f ||
  code === 0x3000 ||
  code === 0x1680;

/** Letters, digits, `_`, `$`, the backslash of an escape, and all beyond ASCII but spaces. */
export const isWordPart = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  isDigit(code) ||
  code === 95 ||
  code === 36 ||
  code === 92 ||
  (code > 127 && !isSpace(code));

/** @returns the place behind the closing quote; -1 where there is none in the line */
export const endOfString = (source: string, start: number): number => {
  const quote = source.charCodeAt(start);
  for (let at = start + 1; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === 92) at += source.charCodeAt(at + 1) === 13 && source.charCodeAt(at + 2) === 10 ? 2 : 1;
    else if (code === 10 || code === 13) return -1;
  }
  return -1;
};

/** @returns the place behind the flags; -1 where it does not end in its line */
export const endOfPattern = (source: string, start: number): number => {
  let isInClass = false;
  for (let at = start + 1; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (isLineEnd(code)) return -1;
    if (code === 92) at++;
    else if (code === 91) isInClass = true;
    else if (code === 93) isInClass = false;
    else if (code === 47 && !isInClass) {
      let end = at + 1;
      while (end < source.length && isWordPart(source.charCodeAt(end))) end++;
      return end;
    }
  }
  return -1;
};

/** The text of a template. @returns the place behind its end or behind `${`; -1 where neither comes */
export const endOfTemplateText = (source: string, start: number): number => {
  for (let at = start; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (code === 96) return at + 1;
    if (code === 92) at++;
    else if (code === 36 && source.charCodeAt(at + 1) === 123) return at + 2;
  }
  return -1;
};

/** @returns the place behind it; -1 where it does not end */
export const endOfComment = (source: string, start: number): number => {
  if (source.charCodeAt(start + 1) === 42) {
    const end = source.indexOf('*/', start + 2);
    return end < 0 ? -1 : end + 2;
  }
  let at = start + 2;
  while (at < source.length && !isLineEnd(source.charCodeAt(at))) at++;
  return at;
};

const NUMBER = /0[xXoObB]\w*|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?n?/y;

/** @param start at a digit, or at a dot before one */
export const endOfNumber = (source: string, start: number): number => {
  NUMBER.lastIndex = start;
  NUMBER.test(source);
  return NUMBER.lastIndex;
};
