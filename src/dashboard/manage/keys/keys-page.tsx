import type { KeyAnswer } from '../../../admin/api-types/access.ts';
import { Segments } from '../../parts/segments.tsx';
import { api } from '../../state/api.ts';
import { query } from '../../state/route.ts';
import { useLoad } from '../../state/use-load.ts';
import { texts } from '../../texts.ts';
import { FactsTable } from '../facts-table.tsx';
import { ManagePage } from '../manage-page.tsx';
import { SearchField } from '../search-field.tsx';
import { useDialog } from '../use-dialog.ts';
import { KEY_COLUMNS } from './key-columns.tsx';
import { KeyDialog, type OpenKey } from './key-dialog.tsx';

/** More rows than anyone reads; a search narrows them. */
const MAX_ROWS = 200;

const holds = (key: KeyAnswer, search: string): boolean =>
  [key.name, key.id, key.userPath, key.role, ...key.labels, ...key.models, ...key.providers].some((text) =>
    text?.toLowerCase().includes(search.toLowerCase()),
  );

/** The managed keys: who may use the gateway, and for what. */
export const KeysPage = () => {
  const load = useLoad('keys', api.keys);
  const dialog = useDialog<OpenKey>(load.reload);
  const search = query.value.get('search') ?? '';
  const showsAll = query.value.get('show') === 'all';
  const found = (load.value?.keys ?? []).filter(
    (key) => (showsAll || key.state !== 'revoked') && (!search || holds(key, search)),
  );
  // The newest first: what was made a moment ago is looked for.
  const shown = found.toReversed().slice(0, MAX_ROWS);
  const { keys } = texts;
  return (
    <ManagePage
      name="keys"
      load={load}
      bar={
        <>
          <SearchField label={keys.search} />
          <Segments
            name="show"
            label={keys.show}
            chosen={showsAll ? 'all' : ''}
            options={[
              ['', keys.active],
              ['all', keys.all],
            ]}
          />
        </>
      }
      add={{ label: keys.add, onClick: () => dialog.show({ kind: 'create' }) }}
      emptiness={() => {
        if (shown.length > 0) return undefined;
        if (search) return { icon: 'key', title: texts.audit.nothingFound };
        return { icon: 'key', title: keys.empty, hint: keys.emptyHint, reading: keys.emptyReading };
      }}
      dialog={dialog.open && <KeyDialog open={dialog.open} dialog={dialog} />}
    >
      {() => (
        <FactsTable
          label={keys.tableLabel}
          columns={KEY_COLUMNS}
          rows={shown}
          keyOf={({ id }) => id}
          rowClass={({ state }) => (state === 'active' ? '' : 'over')}
          deeds={(known) => ({
            name: keys.of(known.name),
            deeds:
              known.state === 'revoked'
                ? []
                : (['edit', 'rotate', 'revoke'] as const).map((kind) => [
                    keys[kind],
                    () => dialog.show({ kind, known }),
                  ]),
          })}
        >
          {found.length > shown.length && <p class="dim pad">{keys.more(found.length - shown.length)}</p>}
        </FactsTable>
      )}
    </ManagePage>
  );
};
