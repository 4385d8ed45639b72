import type { SignInAnswer } from '../../../admin/api-types/access.ts';
import { api } from '../../state/api.ts';
import { loadViewer } from '../../state/viewer.ts';
import { texts } from '../../texts.ts';
import { visibleText } from '../../turn/visible-text.ts';
import { Confirm } from '../confirm.tsx';
import type { Dialog } from '../use-dialog.ts';
import { clientOf, isOwn } from './sign-in-columns.tsx';

/** What is about to end. */
export type OpenEnd =
  | { readonly kind: 'one'; readonly signIn: SignInAnswer }
  /** All of one person; at least one. */
  | { readonly kind: 'all'; readonly signIns: readonly [SignInAnswer, ...SignInAnswer[]] };

const { will, warn, ...words } = texts.signIns;

interface EndDialogProps {
  open: OpenEnd;
  dialog: Dialog<OpenEnd>;
}

/** Says what ending these sign-ins means, and ends them once that is confirmed. */
export const EndDialog = ({ open, dialog: { close, done } }: EndDialogProps) => {
  const first = open.kind === 'one' ? open.signIn : open.signIns[0];
  const name = visibleText(first.name);
  // Whoever has ended their own may not read this page any more: asked again.
  const doneFor = (ending: Promise<unknown>) =>
    ending.then(() => {
      done();
      if (isOwn(first)) loadViewer().catch(() => {});
    });
  const warnings = [warn.again, ...(isOwn(first) ? [warn.own] : [])];
  if (open.kind === 'one') {
    const address = first.address && visibleText(first.address);
    return (
      <Confirm
        title={words.endTitle(name)}
        label={words.end}
        willDo={[will.end(name, clientOf(first), address), will.running, will.log]}
        warnings={warnings}
        isFinal
        send={() => doneFor(api.endSignIn(first.id))}
        onClose={close}
      />
    );
  }
  return (
    <Confirm
      title={words.endAllTitle(name)}
      label={words.endAllLabel}
      willDo={[will.endAll(name, open.signIns.map(clientOf)), will.runningOfAll, will.log]}
      warnings={warnings}
      isFinal
      send={() => doneFor(api.endSignInsOf(first.personId))}
      onClose={close}
    />
  );
};
