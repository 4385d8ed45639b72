import { useState } from 'preact/hooks';
import type { IssuedKeyAnswer, KeyAnswer } from '../../../admin/api-types/access.ts';
import { LoadFailed, Loading, Notice } from '../../parts/notice.tsx';
import { Segments } from '../../parts/segments.tsx';
import { api } from '../../state/api.ts';
import { query } from '../../state/route.ts';
import { useLoad } from '../../state/use-load.ts';
import { loadViewer, may, viewer } from '../../state/viewer.ts';
import { texts } from '../../texts.ts';
import { ManageBar } from '../manage-bar.tsx';
import { SearchField } from '../search-field.tsx';
import { issuedKey } from './issued-key.ts';
import { RevokeKey, RotateKey } from './key-deeds.tsx';
import { KeyForm } from './key-form.tsx';
import { type KeyDeed, KeyTable } from './key-table.tsx';

/** More rows than anyone reads; a search narrows them. */
const MAX_ROWS = 200;

type Open = { readonly kind: 'create' } | { readonly kind: KeyDeed; readonly known: KeyAnswer };

const holds = (key: KeyAnswer, search: string): boolean =>
  [key.name, key.id, key.userPath, key.role, ...key.labels, ...key.models, ...key.providers].some((text) =>
    text?.toLowerCase().includes(search.toLowerCase()),
  );

interface OpenDialogProps {
  open: Open;
  show: (open: Open | undefined) => void;
  reload: () => void;
}

const OpenDialog = ({ open, show, reload }: OpenDialogProps) => {
  const close = () => show(undefined);
  const done = (issued?: IssuedKeyAnswer) => {
    issuedKey.value = issued;
    close();
    reload();
  };
  // A change of one's own key may end one's rights: asked again.
  const doneForGood = () => {
    done();
    loadViewer().catch(() => {});
  };
  switch (open.kind) {
    case 'create':
      return <KeyForm onClose={close} onDone={done} />;
    case 'edit':
      return <KeyForm known={open.known} onClose={close} onDone={doneForGood} />;
    case 'rotate':
      return <RotateKey known={open.known} isOwn={isOwn(open.known)} onClose={close} onDone={done} />;
    case 'revoke':
      return <RevokeKey known={open.known} isOwn={isOwn(open.known)} onClose={close} onDone={doneForGood} />;
  }
};

const isOwn = ({ id }: KeyAnswer): boolean => viewer.value?.key_id === id;

/** The managed keys: who may use the gateway, and for what. */
export const KeysPage = () => {
  const { value, error, reload } = useLoad('keys', api.keys);
  const [open, setOpen] = useState<Open | undefined>();
  const search = query.value.get('search') ?? '';
  const showsAll = query.value.get('show') === 'all';
  const found = (value?.keys ?? []).filter(
    (key) => (showsAll || key.state !== 'revoked') && (!search || holds(key, search)),
  );
  // The newest first: what was made a moment ago is looked for.
  const shown = found.toReversed().slice(0, MAX_ROWS);
  return (
    <div class="manage page-scroller" tabIndex={0} role="region" aria-label={texts.pages.keys}>
      <ManageBar>
        <SearchField label={texts.keys.search} />
        <Segments
          name="show"
          label={texts.keys.show}
          chosen={showsAll ? 'all' : ''}
          options={[
            ['', texts.keys.active],
            ['all', texts.keys.all],
          ]}
        />
        {may('admin') && (
          <button type="button" class="button primary" onClick={() => setOpen({ kind: 'create' })}>
            {texts.keys.add}
          </button>
        )}
      </ManageBar>
      {error && !value ? (
        <LoadFailed error={error} retry={reload} />
      ) : !value ? (
        <Loading lines={10} />
      ) : shown.length === 0 ? (
        <Notice icon="key" title={search ? texts.audit.nothingFound : texts.keys.empty}>
          {!search && <p>{texts.keys.emptyHint}</p>}
          {!search && !may('admin') && <p class="dim">{texts.keys.emptyReading}</p>}
        </Notice>
      ) : (
        <div class="panel">
          <KeyTable keys={shown} onDeed={(kind, known) => setOpen({ kind, known })} />
          {found.length > shown.length && (
            <p class="dim pad">{texts.keys.more(found.length - shown.length)}</p>
          )}
        </div>
      )}
      {open && <OpenDialog open={open} show={setOpen} reload={reload} />}
    </div>
  );
};
