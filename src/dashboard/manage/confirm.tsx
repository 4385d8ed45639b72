import { FormDialog } from '../form/form-dialog.tsx';
import { useSubmit } from '../form/use-submit.ts';

interface ConfirmProps {
  title: string;
  /** What the button says that does it. */
  label: string;
  willDo: readonly string[];
  warnings?: readonly string[];
  /** True where it cannot be taken back. */
  isFinal?: boolean;
  send: () => Promise<void>;
  onClose: () => void;
}

/** Does something after it was said what that means. */
export const Confirm = ({ label, send, ...rest }: ConfirmProps) => (
  <FormDialog submitLabel={label} submission={useSubmit(send)} {...rest} />
);
