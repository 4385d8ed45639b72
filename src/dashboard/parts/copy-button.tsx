import { useEffect, useState } from 'preact/hooks';
import { texts } from '../texts.ts';
import { copyText } from './copy-text.ts';
import { Icon } from './icon.tsx';

const SHOWN_MS = 1600;

interface CopyButtonProps {
  /** The text, or how to get it. */
  text: string | (() => string | Promise<string>);
  /** What is copied, for the button's name: `Copy as curl`. */
  label: string;
  /** Shows the label beside the icon. */
  wide?: boolean;
}

/** Copies, and says for a moment that it did. */
export const CopyButton = ({ text, label, wide }: CopyButtonProps) => {
  const [outcome, setOutcome] = useState<'copied' | 'failed' | undefined>();
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  // Never rejects: what fails is shown.
  const copy = async () => {
    try {
      const wanted = typeof text === 'string' ? text : await text();
      setOutcome((await copyText(wanted)) ? 'copied' : 'failed');
    } catch {
      setOutcome('failed');
    }
  };
  const said = outcome ? texts.copy[outcome] : label;
  return (
    <button
      type="button"
      class={`button quiet ${wide ? '' : 'square'} ${outcome ?? ''}`}
      title={said}
      aria-label={said}
      onClick={() => void copy()}
    >
      <Icon name={outcome === 'copied' ? 'check' : outcome === 'failed' ? 'alert' : 'copy'} />
      {wide && <span>{said}</span>}
      <span class="hidden-text" role="status">
        {outcome ? said : ''}
      </span>
    </button>
  );
};
