import { useState } from 'preact/hooks';
import type { AdminLogEntry } from '../../../admin/api-types/access.ts';
import { api } from '../../state/api.ts';
import { formatFullMoment, formatMoment } from '../../state/format.ts';
import { minuteMs } from '../../state/now.ts';
import { query } from '../../state/route.ts';
import { useLoad } from '../../state/use-load.ts';
import { texts } from '../../texts.ts';
import { visibleText } from '../../turn/visible-text.ts';
import { type Column, FactsTable } from '../facts-table.tsx';
import { ManagePage } from '../manage-page.tsx';
import { SearchField } from '../search-field.tsx';
import { type NameOfKey, useKeyNames } from '../use-key-names.ts';
import { membersOf, nameActor } from './describe-change.ts';

const STEP = 100;
/** The gateway gives no more. */
const MOST = 1_000;

const targetOf = ({ action, target }: AdminLogEntry, nameOfKey: NameOfKey): string =>
  action.startsWith('key.') ? nameOfKey(target) : target;

const holds = (entry: AdminLogEntry, search: string, nameOfKey: NameOfKey): boolean =>
  [
    entry.by,
    nameActor(entry.by, nameOfKey),
    entry.action,
    texts.changes.actions[entry.action] ?? '',
    entry.target,
    targetOf(entry, nameOfKey),
    JSON.stringify([entry.from, entry.to]),
  ].some((text) => text.toLowerCase().includes(search.toLowerCase()));

const Members = ({ entry }: { entry: AdminLogEntry }) => (
  <ul class="members">
    {membersOf(entry).map(({ name, from, to }) => (
      <li key={name}>
        <span class="dim">{visibleText(name)}</span> {from !== undefined && <del>{visibleText(from)}</del>}
        {from !== undefined && to !== undefined && <span class="dim"> → </span>}
        {to !== undefined && <ins>{visibleText(to)}</ins>}
      </li>
    ))}
  </ul>
);

const columnsOf = (nameOfKey: NameOfKey): readonly Column<AdminLogEntry>[] => {
  const { columns, actions } = texts.changes;
  return [
    {
      head: columns.when,
      cell: ({ at }) => formatMoment(at, minuteMs.value),
      title: ({ at }) => formatFullMoment(at),
    },
    { head: columns.who, cell: ({ by }) => visibleText(nameActor(by, nameOfKey)) },
    {
      head: columns.what,
      cell: ({ action }) => actions[action] ?? action,
      title: ({ action }) => action,
    },
    {
      head: columns.target,
      kind: 'name',
      cell: (entry) => visibleText(targetOf(entry, nameOfKey)),
      title: ({ target }) => target,
    },
    { head: columns.change, kind: 'wide', cell: (entry) => <Members entry={entry} /> },
  ];
};

/** Who changed what, when, from what to what. */
export const ChangesPage = () => {
  const [limit, setLimit] = useState(STEP);
  const load = useLoad(`admin-log ${limit}`, (signal) => api.adminLog(limit, signal));
  const nameOfKey = useKeyNames();
  const search = query.value.get('search') ?? '';
  const entries = (load.value?.entries ?? []).filter((entry) => !search || holds(entry, search, nameOfKey));
  const { changes } = texts;
  return (
    <ManagePage
      name="admin-log"
      load={load}
      bar={<SearchField label={changes.search} />}
      emptiness={() => {
        if (entries.length > 0) return undefined;
        if (search) return { icon: 'history', title: changes.nothingFound };
        return { icon: 'history', title: changes.empty, hint: changes.emptyHint };
      }}
      after={
        (load.value?.entries.length ?? 0) >= limit &&
        limit < MOST && (
          <button type="button" class="fold-button" onClick={() => setLimit(MOST)}>
            {changes.more}
          </button>
        )
      }
    >
      {() => (
        <FactsTable
          label={changes.tableLabel}
          class="changes"
          columns={columnsOf(nameOfKey)}
          rows={entries.map((entry, place) => ({ ...entry, place }))}
          keyOf={({ at, place }) => `${at} ${place}`}
        />
      )}
    </ManagePage>
  );
};
