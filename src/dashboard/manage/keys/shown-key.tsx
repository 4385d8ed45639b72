import { useEffect, useId, useRef } from 'preact/hooks';
import type { IssuedKeyAnswer } from '../../../admin/api-types/access.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { loadViewer } from '../../state/viewer.ts';
import { texts } from '../../texts.ts';
import { issuedKey } from './issued-key.ts';

const GUARDED_MS = 1_200;

const Shown = ({ issued, onClose }: { issued: IssuedKeyAnswer; onClose: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="dialog form-dialog"
      aria-labelledby={`${id}-title`}
      onCancel={(event) => event.preventDefault()}
      onClose={onClose}
    >
      <header>
        <h2 id={`${id}-title`}>{texts.keys.shownTitle(issued.name)}</h2>
      </header>
      <div class="copy-block shown-key">
        <pre tabIndex={0}>{issued.key}</pre>
        <CopyButton text={issued.key} label={texts.keys.copyKey} />
      </div>
      <p class="form-warning">{texts.keys.shownOnce}</p>
      <p class="dim">{texts.keys.shownUse}</p>
      <footer>
        <button type="button" class="button primary" onClick={onClose}>
          {texts.keys.shownDone}
        </button>
      </footer>
    </dialog>
  );
};

/** A new key: the one time that its text can be read. Escape does not lose it. */
export const ShownKey = () => {
  const issued = issuedKey.value;
  // The first key begins to guard the gateway, within a second: asked again for who looks at the page.
  const close = () => {
    issuedKey.value = undefined;
    for (const afterMs of [0, GUARDED_MS]) setTimeout(() => void loadViewer().catch(() => {}), afterMs);
  };
  return issued ? <Shown issued={issued} onClose={close} /> : null;
};
