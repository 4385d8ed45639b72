import { useState } from 'preact/hooks';
import { FoldLines } from '../parts/fold-lines.tsx';
import { Icon } from '../parts/icon.tsx';
import { texts } from '../texts.ts';
import { visibleText } from './visible-text.ts';

const PREVIEW_CHARACTERS = 160;
const UNFOLDED_LINES = 400;

/** What Codex itself says: long, and the same in every session. One line of it, until it is asked for. */
export const PromptFold = ({ text }: { text: string }) => {
  const [open, setOpen] = useState(false);
  const lines = text.trimEnd().split('\n').length;
  const preview = text.slice(0, PREVIEW_CHARACTERS).replace(/\s+/g, ' ').trim();
  return (
    <>
      <button type="button" class="prompt-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'down' : 'right'} />
        <span class="mono">{open ? '' : visibleText(preview)}</span>
        <span class="dim">{texts.turn.lines(lines)}</span>
      </button>
      {open && <FoldLines class="prompt" text={visibleText(text)} lines={UNFOLDED_LINES} />}
    </>
  );
};
