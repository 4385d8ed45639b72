import type { IssuedKeyAnswer, KeyAnswer } from '../../../admin/api-types/access.ts';
import { api } from '../../state/api.ts';
import { loadViewer, viewer } from '../../state/viewer.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import type { Dialog } from '../use-dialog.ts';
import { issuedKey } from './issued-key.ts';
import { KeyForm } from './key-form.tsx';

export type OpenKey =
  | { readonly kind: 'create' }
  | { readonly kind: 'edit' | 'rotate' | 'revoke'; readonly known: KeyAnswer };

const { will, warn } = texts.keys;

/** True where the viewer is logged in with this key. */
const isOwn = ({ id }: KeyAnswer): boolean => viewer.value?.key_id === id;

interface KeyDialogProps {
  open: OpenKey;
  dialog: Dialog<OpenKey>;
}

/** What is done to a key, after it was said what that means. */
export const KeyDialog = ({ open, dialog: { close, done } }: KeyDialogProps) => {
  const doneWith = (issued?: IssuedKeyAnswer) => {
    issuedKey.value = issued;
    done();
  };
  // A change of one's own key may end one's rights: asked again.
  const doneForGood = () => {
    doneWith();
    loadViewer().catch(() => {});
  };
  if (open.kind === 'create') return <KeyForm onClose={close} onDone={doneWith} />;
  const { kind, known } = open;
  switch (kind) {
    case 'edit':
      return <KeyForm known={known} onClose={close} onDone={doneForGood} />;
    case 'rotate':
      return (
        <Confirm
          title={texts.keys.rotateTitle(known.name)}
          label={texts.keys.rotate}
          willDo={[will.rotate(known.name, known.id), will.rotateOld]}
          warnings={isOwn(known) ? [warn.own] : []}
          send={async () => doneWith(await api.rotateKey(known.id))}
          onClose={close}
        />
      );
    case 'revoke':
      return (
        <Confirm
          title={texts.keys.revokeTitle(known.name)}
          label={texts.keys.revoke}
          willDo={[will.revoke(known.name, known.id), will.revokeRunning, will.revokeKept]}
          warnings={[warn.final, ...(isOwn(known) ? [warn.self] : [])]}
          isFinal
          send={async () => {
            await api.revokeKey(known.id);
            doneForGood();
          }}
          onClose={close}
        />
      );
  }
};
