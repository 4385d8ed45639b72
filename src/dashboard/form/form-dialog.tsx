import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { texts } from '../texts.ts';
import type { Submission } from './use-submit.ts';

interface FormDialogProps {
  title: string;
  onClose: () => void;
  submission: Submission;
  /** What the button says that does it. */
  submitLabel: string;
  /** What will happen, in sentences: read before the button is pressed. */
  willDo: readonly string[];
  /** What the user should think twice about. */
  warnings?: readonly string[];
  /** True where it cannot be taken back. */
  isFinal?: boolean;
  /** False where nothing would change. */
  canSubmit?: boolean;
  /** Fields that show what is wrong with them. */
  knownParams?: readonly string[];
  children?: ComponentChildren;
}

/** A form over the page, which says what it will do before it does it. */
export const FormDialog = (props: FormDialogProps) => {
  const { title, onClose, submission, submitLabel, willDo, warnings = [], children } = props;
  const { isFinal = false, canSubmit = true, knownParams = [] } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const { failure, busy } = submission;
  const isShownAtField = failure?.param !== undefined && knownParams.includes(failure.param);
  return (
    <dialog ref={dialog} class="dialog form-dialog" aria-labelledby={`${id}-title`} onClose={onClose}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        <button type="button" class="button quiet square" aria-label={texts.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submission.run();
        }}
      >
        {children && <div class="form-fields">{children}</div>}
        <div class="will-do" role="status">
          <h3>{texts.form.willDo}</h3>
          <ul>
            {willDo.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          {warnings.map((warning) => (
            <p key={warning} class="form-warning">
              <Icon name="alert" />
              {warning}
            </p>
          ))}
        </div>
        {failure && !isShownAtField && (
          <p class="form-failure" role="alert">
            {failure.message}
          </p>
        )}
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {texts.form.cancel}
          </button>
          <button
            type="submit"
            class={`button primary ${isFinal ? 'final' : ''}`}
            disabled={busy || !canSubmit}
          >
            {busy ? texts.form.busy : submitLabel}
          </button>
        </footer>
      </form>
    </dialog>
  );
};
