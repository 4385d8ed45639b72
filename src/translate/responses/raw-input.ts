import { isObject, parseJson } from '../../base/json-object.ts';

/** Decodes the raw input of a custom tool out of the arguments `{"input":"…"}`, as they grow. */
export interface RawInput {
  /** @param delta a piece of the arguments, cut anywhere  @returns what came to the input, maybe nothing */
  push(delta: string): string;
  /** @returns the rest of the input */
  end(): string;
}

const BEGIN = /^\s*\{\s*"input"\s*:\s*"/;
const COMPACT_BEGIN = '{"input":"';

const mayBegin = (text: string): boolean => COMPACT_BEGIN.startsWith(text.replaceAll(/\s/g, ''));

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };
const ESCAPE = /^\\(?:u([0-9a-fA-F]{4})|([^u]))/;
const MAX_ESCAPE = 6;

/** What the model meant where its arguments are not of the form that it was asked for. */
const guessInput = (text: string): string => {
  const value = parseJson(text);
  if (typeof value === 'string') return value;
  if (!isObject(value)) return value === undefined ? text : JSON.stringify(value);
  if (typeof value.input === 'string') return value.input;
  const members = Object.values(value);
  if (members.length === 0) return '';
  return members.length === 1 && typeof members[0] === 'string' ? members[0] : text;
};

export const createRawInput = (): RawInput => {
  let state: 'before' | 'inside' | 'after' | 'other' = 'before';
  /** What is not decoded yet. */
  let pending = '';

  const decode = (): string => {
    let decoded = '';
    let from = 0;
    while (from < pending.length) {
      const special = pending.slice(from).search(/["\\]/);
      if (special === -1) {
        decoded += pending.slice(from);
        from = pending.length;
        break;
      }
      decoded += pending.slice(from, from + special);
      from += special;
      if (pending[from] === '"') {
        state = 'after';
        pending = '';
        return decoded;
      }
      const rest = pending.slice(from, from + MAX_ESCAPE);
      const sequence = ESCAPE.exec(rest);
      if (sequence !== null) {
        const [whole, code, character = ''] = sequence;
        decoded +=
          code === undefined
            ? (ESCAPED[character] ?? character)
            : String.fromCharCode(Number.parseInt(code, 16));
        from += whole.length;
      } else if (rest.length < MAX_ESCAPE) {
        break;
      } else {
        // No JSON: the backslash stands for itself.
        decoded += '\\';
        from++;
      }
    }
    pending = pending.slice(from);
    return decoded;
  };

  return {
    push: (delta) => {
      if (state === 'after') return '';
      pending += delta;
      if (state === 'inside') return decode();
      if (state === 'other') return '';
      const begin = BEGIN.exec(pending);
      if (begin !== null) {
        state = 'inside';
        pending = pending.slice(begin[0].length);
        return decode();
      }
      if (!mayBegin(pending)) state = 'other';
      return '';
    },
    end: () => {
      const rest = state === 'other' ? guessInput(pending) : '';
      state = 'after';
      pending = '';
      return rest;
    },
  };
};
