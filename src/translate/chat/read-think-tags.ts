/** A piece of a text, told apart. */
interface ToldApart {
  readonly thought: string;
  readonly text: string;
}

export interface ThinkTagReader {
  read(text: string): ToldApart;
  /** The rest, where the text ended in what might have become a tag. */
  end(): ToldApart;
}

const OPEN = '<think>';
const CLOSE = '</think>';

/** How much of a text's end may be the beginning of the closing tag. */
const beginningOfClose = (text: string): number => {
  for (let length = Math.min(CLOSE.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(CLOSE.slice(0, length))) return length;
  }
  return 0;
};

/**
 * Servers without a parser for the model that they run leave its thought in the text, between tags at the
 * beginning. Tags anywhere else are the model's words.
 */
export const createThinkTagReader = (): ThinkTagReader => {
  let place: 'before' | 'inside' | 'behind' | 'text' = 'before';
  let held = '';

  const readText = (text: string): ToldApart => {
    if (place === 'behind') {
      const words = text.trimStart();
      if (words !== '') place = 'text';
      return { thought: '', text: words };
    }
    return { thought: '', text };
  };

  const readThought = (): ToldApart => {
    const close = held.indexOf(CLOSE);
    if (close === -1) {
      const end = held.length - beginningOfClose(held);
      const thought = held.slice(0, end);
      held = held.slice(end);
      return { thought, text: '' };
    }
    const thought = held.slice(0, close);
    const rest = held.slice(close + CLOSE.length);
    held = '';
    place = 'behind';
    return { thought, text: readText(rest).text };
  };

  return {
    read: (text) => {
      if (place === 'text' || place === 'behind') return readText(text);
      held += text;
      if (place === 'inside') return readThought();
      const begun = held.trimStart();
      if (begun.startsWith(OPEN)) {
        place = 'inside';
        held = begun.slice(OPEN.length);
        return readThought();
      }
      if (OPEN.startsWith(begun)) return { thought: '', text: '' };
      const words = held;
      place = 'text';
      held = '';
      return { thought: '', text: words };
    },
    end: () => {
      const rest = held;
      held = '';
      return place === 'inside' ? { thought: rest, text: '' } : { thought: '', text: rest };
    },
  };
};
