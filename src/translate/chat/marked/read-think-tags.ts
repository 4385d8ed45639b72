/** A piece of text, split into thought and answer. */
export interface ToldApart {
  readonly thought: string;
  readonly text: string;
  /** All text emitted so far was a thought, and this is its rest: the answer begins after it. */
  readonly restOfThought?: string;
}

export interface ThinkTagReader {
  read(text: string): ToldApart;
  /** Returns the rest of a text that ended in what might have become a tag. */
  end(): ToldApart;
}

/** What models without a parser write around their thoughts, in lower case. */
const TAGS = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['<seed:think>', '</seed:think>'],
  ['[think]', '[/think]'],
  ['◁think▷', '◁/think▷'],
] as const;

/** How much of a text's end may be the beginning of a tag. */
const beginningOf = (tag: string, text: string): number => {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(tag.slice(0, length))) return length;
  }
  return 0;
};

/** The tag that templates leave unopened, since they put the opening one into the prompt. */
const CLOSE = '</think>';
/** It stands on a line of its own. Behind it the line ends, or the text does. */
const LONE_CLOSE = /\n[ \t]*<\/think>[ \t]*\r?(?:\n|$)/i;

/** Longer white space belongs to no tag. It would be looked at again with each piece that follows. */
const MAX_UNSURE = 1024;

/** How much of a text's end may become that line. */
const beginningOfLoneClose = (text: string): number => {
  const lineAt = text.lastIndexOf('\n');
  if (lineAt === -1 || text.length - lineAt > MAX_UNSURE) return 0;
  const line = text
    .slice(lineAt + 1)
    .trim()
    .toLowerCase();
  return CLOSE.startsWith(line) ? text.length - lineAt : 0;
};

/**
 * Servers without a parser for the model that they run leave its thought in the text, between tags at the
 * beginning. Tags anywhere else are the model's words, but for one: `</think>` alone on its line, where no thought
 * was opened, since the template had opened it.
 */
export const createThinkTagReader = (): ThinkTagReader => {
  let place: 'before' | 'inside' | 'behind' | 'text' = 'before';
  let close = '';
  let held = '';
  /** A thought was opened, or closed alone. */
  let hadThought = false;
  let hasText = false;
  /** Some of the text has been emitted. */
  let isBegun = false;

  const words = (text: string): ToldApart => {
    hasText ||= text.trim() !== '';
    return { thought: '', text };
  };

  const readText = (isLast: boolean): ToldApart => {
    if (hadThought) {
      const text = held;
      held = '';
      return words(text);
    }
    // The first line of all begins without a line's end before it.
    const line = isBegun ? '' : '\n';
    const text = line + held;
    const unsure = isLast ? 0 : beginningOfLoneClose(text);
    const sure = text.slice(0, text.length - unsure);
    const found = LONE_CLOSE.exec(sure);
    if (found === null) {
      held = text.slice(sure.length);
      if (sure === '') held = held.slice(line.length);
      else isBegun = true;
      return words(sure.slice(line.length));
    }
    hadThought = true;
    const thought = text.slice(line.length, Math.max(found.index, line.length));
    held = text.slice(found.index + found[0].length);
    place = 'behind';
    const wasTold = hasText;
    const told = readAll(isLast);
    // Text that has been emitted can no longer become a thought.
    return wasTold ? { ...told, restOfThought: thought } : { ...told, thought: thought + told.thought };
  };

  const readThought = (isLast: boolean): ToldApart => {
    const at = held.toLowerCase().indexOf(close);
    if (at === -1) {
      const end = isLast ? held.length : held.length - beginningOf(close, held.toLowerCase());
      const thought = held.slice(0, end);
      held = held.slice(end);
      return { thought, text: '' };
    }
    const thought = held.slice(0, at);
    held = held.slice(at + close.length);
    place = 'behind';
    const told = readAll(isLast);
    return { ...told, thought: thought + told.thought };
  };

  const readBeginning = (isLast: boolean): ToldApart => {
    const begun = held.trimStart().toLowerCase();
    const tag = TAGS.find(([open]) => begun.startsWith(open));
    if (tag !== undefined) {
      hadThought = true;
      held = held.trimStart().slice(tag[0].length);
      close = tag[1];
      place = 'inside';
      return readThought(isLast);
    }
    const mayBeTag = held.length <= MAX_UNSURE && TAGS.some(([open]) => open.startsWith(begun));
    if (!isLast && mayBeTag) return { thought: '', text: '' };
    if (place === 'behind') held = held.trimStart();
    place = 'text';
    return readText(isLast);
  };

  const readAll = (isLast: boolean): ToldApart => {
    if (place === 'text') return readText(isLast);
    return place === 'inside' ? readThought(isLast) : readBeginning(isLast);
  };

  return {
    read: (text) => {
      held += text;
      return readAll(false);
    },
    end: () => readAll(true),
  };
};
