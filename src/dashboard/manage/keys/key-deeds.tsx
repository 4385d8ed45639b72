import type { IssuedKeyAnswer, KeyAnswer } from '../../../admin/api-types/access.ts';
import { FormDialog } from '../../form/form-dialog.tsx';
import { useSubmit } from '../../form/use-submit.ts';
import { api } from '../../state/api.ts';
import { texts } from '../../texts.ts';

const { will, warn } = texts.keys;

interface DeedProps {
  known: KeyAnswer;
  /** True where the viewer is logged in with this key. */
  isOwn: boolean;
  onClose: () => void;
}

/** Gives a key another secret, after it was said what that means. */
export const RotateKey = ({
  known,
  isOwn,
  onClose,
  onDone,
}: DeedProps & { onDone: (issued: IssuedKeyAnswer) => void }) => {
  const submission = useSubmit(async () => onDone(await api.rotateKey(known.id)));
  return (
    <FormDialog
      title={texts.keys.rotateTitle(known.name)}
      submitLabel={texts.keys.rotate}
      submission={submission}
      willDo={[will.rotate(known.name, known.id), will.rotateOld]}
      warnings={isOwn ? [warn.own] : []}
      onClose={onClose}
    />
  );
};

/** Ends a key for good, after it was said what that means. */
export const RevokeKey = ({ known, isOwn, onClose, onDone }: DeedProps & { onDone: () => void }) => {
  const submission = useSubmit(async () => {
    await api.revokeKey(known.id);
    onDone();
  });
  return (
    <FormDialog
      title={texts.keys.revokeTitle(known.name)}
      submitLabel={texts.keys.revoke}
      submission={submission}
      willDo={[will.revoke(known.name, known.id), will.revokeRunning, will.revokeKept]}
      warnings={[warn.final, ...(isOwn ? [warn.self] : [])]}
      isFinal
      onClose={onClose}
    />
  );
};
