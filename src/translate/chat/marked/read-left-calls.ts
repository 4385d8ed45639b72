import type { Declared, LeftCall } from './left-call.ts';
import { CALL_MARKS, type CallMarks } from './left-call-marks.ts';

/** Reads calls out of a text in which a server has left them, in the format of its model. */
export interface LeftCallReader {
  /** @returns what is text, and nothing else */
  read(text: string): string;
  /** Signals the end of input. */
  end(): {
    /** What turned out to be text. */
    readonly text: string;
    readonly calls: readonly LeftCall[];
    /** The text ends in a call, which is not whole. */
    readonly isCutOff: boolean;
  };
}

/** The longest arguments that were ever recorded, a patch, have 400,000 characters. */
const MAX_BLOCK = 8 * 2 ** 20;
/** So much of a line tells whether it is blank, and whether it opens a code block. */
const MAX_LINE_HEAD = 64;
const FENCE = /^\s{0,3}(?:```|~~~)/;
const MAY_OPEN = /[<[]/g;

interface Block {
  readonly marks: CallMarks;
  readonly pieces: string[];
  length: number;
  /** The tail of what has arrived, which may be the beginning of the end marker. */
  tail: string;
}

/** Knows whether a place in a text is code, or the beginning of a line. */
const createPlaceWatch = () => {
  let head = '';
  let isCode = false;
  return {
    see: (text: string): void => {
      for (const [at, line] of text.split('\n').entries()) {
        if (at > 0) {
          if (FENCE.test(head)) isCode = !isCode;
          head = '';
        }
        head = (head + line).slice(0, MAX_LINE_HEAD);
      }
    },
    allows: ({ isPlain }: CallMarks): boolean =>
      !isCode && !FENCE.test(head) && (!isPlain || head.trim() === ''),
  };
};

/**
 * A block between marks is taken for calls where every one of them is whole and of a tool that the client has;
 * anything else stays text, and so does code. The calls are told at the end: some servers report them once more,
 * as they should.
 * @param onHeld a piece has come of what may become a call
 */
export const createLeftCallReader = (declared: Declared, onHeld: () => void): LeftCallReader => {
  const place = createPlaceWatch();
  const calls: LeftCall[] = [];
  let held = '';
  let block: Block | undefined;
  let isBehindCalls = false;

  const say = (text: string): string => {
    place.see(text);
    if (!isBehindCalls) return text;
    const words = text.trimStart();
    isBehindCalls = words === '';
    return words;
  };
  const settle = ({ marks }: Block, inside: string, close: string): string => {
    const found = marks.parse(inside, declared);
    if (found === undefined) return say(marks.open + inside + close);
    calls.push(...found);
    isBehindCalls = true;
    return '';
  };

  /** Adds to the open block. @returns what became text, and what follows the block if it has ended */
  const fill = (open: Block, text: string): { text: string; rest: string | undefined } => {
    const { marks, pieces } = open;
    const { close } = marks;
    const seen = open.tail + text;
    const at = close === undefined ? -1 : seen.indexOf(close);
    pieces.push(text);
    if (close === undefined || at === -1) {
      open.length += text.length;
      open.tail = close === undefined ? '' : seen.slice(Math.max(0, seen.length - close.length + 1));
      if (marks.isEnd && text.trim() !== '') {
        block = undefined;
        return { text: say(marks.open), rest: pieces.join('') };
      }
      if (open.length <= MAX_BLOCK) return { text: '', rest: undefined };
      block = undefined;
      return { text: say(marks.open + pieces.join('')), rest: '' };
    }
    block = undefined;
    const end = open.length - open.tail.length + at;
    const whole = pieces.join('');
    return { text: settle(open, whole.slice(0, end), close), rest: whole.slice(end + close.length) };
  };

  /** Says the text until a block begins, which is opened, or until what may be one. */
  const readText = (isLast: boolean): string => {
    let said = '';
    let from = 0;
    for (const { index } of held.matchAll(MAY_OPEN)) {
      said += say(held.slice(from, index));
      from = index;
      const marks = CALL_MARKS.find(({ open }) => held.startsWith(open, index));
      if (marks !== undefined && place.allows(marks)) {
        block = { marks, pieces: [], length: 0, tail: '' };
        held = held.slice(index + marks.open.length);
        return said;
      }
      const rest = held.length - index;
      const mayOpen = ({ open }: CallMarks): boolean =>
        rest < open.length && open.startsWith(held.slice(index));
      if (!isLast && rest < 64 && CALL_MARKS.some(mayOpen)) {
        held = held.slice(index);
        return said;
      }
    }
    said += say(held.slice(from));
    held = '';
    return said;
  };

  const readAll = (isLast: boolean): string => {
    let said = '';
    for (;;) {
      if (block === undefined) said += readText(isLast);
      if (block === undefined) return said;
      const filled = fill(block, held);
      said += filled.text;
      held = filled.rest ?? '';
      if (filled.rest === undefined) return said;
    }
  };

  return {
    read: (text) => {
      held += text;
      const said = readAll(false);
      if (block !== undefined) onHeld();
      return said;
    },
    end: () => {
      const text = readAll(true);
      if (block === undefined) return { text, calls, isCutOff: false };
      const last = block;
      const before = calls.length;
      const words = settle(last, last.pieces.join(''), '');
      const isCutOff = calls.length === before && !last.marks.isPlain && last.marks.close !== undefined;
      return { text: text + words, calls, isCutOff };
    },
  };
};
