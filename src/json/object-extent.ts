/** Watches a JSON object grow, and knows when its last brace has come. */
export interface ObjectExtent {
  push(text: string): void;
  /** True where the object has ended and only white space follows. */
  isWhole(): boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/**
 * Looks at each character once, however many pieces the text comes in, and checks nothing but where
 * strings, arrays and objects begin and end.
 */
export const createObjectExtent = (): ObjectExtent => {
  let depth = 0;
  let state: 'before' | 'inside' | 'string' | 'escape' | 'whole' | 'broken' = 'before';

  const step = (code: number): void => {
    if (state === 'string') {
      if (code === BACKSLASH) state = 'escape';
      else if (code === QUOTE) state = 'inside';
    } else if (state === 'escape') {
      state = 'string';
    } else if (state === 'inside') {
      if (code === QUOTE) state = 'string';
      else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
      else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
        depth--;
        if (depth === 0) state = 'whole';
      }
    } else if (!isSpace(code)) {
      depth = 1;
      state = state === 'before' && code === OPEN_BRACE ? 'inside' : 'broken';
    }
  };

  return {
    push: (text) => {
      for (let at = 0; at < text.length && state !== 'broken'; at++) step(text.charCodeAt(at));
    },
    isWhole: () => state === 'whole',
  };
};
