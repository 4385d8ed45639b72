import { useState } from 'preact/hooks';
import { texts } from '../texts.ts';

const SHOWN_LINES = 20;
const SHOWN_CHARACTERS = 4000;
const MAX_CHARACTERS = 400_000;

interface FoldLinesProps {
  text: string;
  class?: string;
  /** Lines before the fold. */
  lines?: number;
}

/** Where the visible part of a text ends: after so many lines or characters, whichever is sooner. */
const foldAt = (text: string, lines: number): number => {
  let end = -1;
  for (let line = 0; line < lines; line++) {
    const next = text.indexOf('\n', end + 1);
    if (next < 0) return Math.min(text.length, SHOWN_CHARACTERS);
    end = next;
  }
  return Math.min(end, SHOWN_CHARACTERS);
};

/** So few lines more are shown rather than folded. */
const FEW_LINES = 2;

const countLines = (text: string): number => text.split('\n').length;

/** A text as it came, in fixed pitch, folded after twenty lines. */
export const FoldLines = ({ text, class: name = '', lines = SHOWN_LINES }: FoldLinesProps) => {
  const [open, setOpen] = useState(false);
  const fold = foldAt(text, lines);
  const hidden = countLines(text.slice(fold)) - 1;
  const few = text.length <= SHOWN_CHARACTERS && hidden <= FEW_LINES;
  const end = few ? text.length : fold;
  const more = text.length - end;
  const shown = open ? text.slice(0, MAX_CHARACTERS) : text.slice(0, end);
  return (
    <div class={`fold-lines ${name}`}>
      <pre>{shown}</pre>
      {open && text.length > MAX_CHARACTERS && <p class="dim">{texts.fold.tooLong}</p>}
      {more > 0 && (
        <button type="button" class="fold-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open
            ? texts.fold.less
            : hidden > 0
              ? texts.fold.moreLines(hidden)
              : texts.fold.moreCharacters(more)}
        </button>
      )}
    </div>
  );
};
