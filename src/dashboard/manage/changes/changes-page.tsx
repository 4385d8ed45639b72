import { useState } from 'preact/hooks';
import type { AdminLogEntry } from '../../../admin/api-types/access.ts';
import { LoadFailed, Loading, Notice } from '../../parts/notice.tsx';
import { api } from '../../state/api.ts';
import { formatFullMoment, formatMoment } from '../../state/format.ts';
import { minuteMs } from '../../state/now.ts';
import { query } from '../../state/route.ts';
import { useLoad } from '../../state/use-load.ts';
import { texts } from '../../texts.ts';
import { visibleText } from '../../turn/visible-text.ts';
import { ManageBar } from '../manage-bar.tsx';
import { SearchField } from '../search-field.tsx';
import { useKeyNames } from '../use-key-names.ts';
import { membersOf, nameActor } from './describe-change.ts';

const STEP = 100;
/** The gateway gives no more. */
const MOST = 1_000;

type NameOfKey = (id: string) => string;

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

const ChangeTable = ({ entries, nameOfKey }: { entries: readonly AdminLogEntry[]; nameOfKey: NameOfKey }) => {
  const { columns, actions } = texts.changes;
  return (
    <table class="sums facts-table changes" aria-label={texts.changes.tableLabel}>
      <thead>
        <tr>
          {(['when', 'who', 'what', 'target', 'change'] as const).map((column) => (
            <th key={column} scope="col">
              {columns[column]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry, place) => (
          <tr key={`${entry.at} ${place}`}>
            <td title={formatFullMoment(entry.at)}>{formatMoment(entry.at, minuteMs.value)}</td>
            <td>{visibleText(nameActor(entry.by, nameOfKey))}</td>
            <td title={entry.action}>{actions[entry.action] ?? entry.action}</td>
            <th scope="row" title={entry.target}>
              {visibleText(targetOf(entry, nameOfKey))}
            </th>
            <td class="wide">
              <Members entry={entry} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

/** Who changed what, when, from what to what. */
export const ChangesPage = () => {
  const [limit, setLimit] = useState(STEP);
  const { value, error, reload } = useLoad(`admin-log ${limit}`, (signal) => api.adminLog(limit, signal));
  const nameOfKey = useKeyNames();
  const search = query.value.get('search') ?? '';
  const entries = (value?.entries ?? []).filter((entry) => !search || holds(entry, search, nameOfKey));
  return (
    <div class="manage page-scroller" tabIndex={0} role="region" aria-label={texts.pages['admin-log']}>
      <ManageBar>
        <SearchField label={texts.changes.search} />
      </ManageBar>
      {error && !value ? (
        <LoadFailed error={error} retry={reload} />
      ) : !value ? (
        <Loading lines={10} />
      ) : entries.length === 0 ? (
        <Notice icon="history" title={search ? texts.changes.nothingFound : texts.changes.empty}>
          {!search && <p>{texts.changes.emptyHint}</p>}
        </Notice>
      ) : (
        <section class="panel" aria-label={texts.changes.tableLabel} tabIndex={0}>
          <ChangeTable entries={entries} nameOfKey={nameOfKey} />
        </section>
      )}
      {value && value.entries.length >= limit && limit < MOST && (
        <button type="button" class="fold-button" onClick={() => setLimit(MOST)}>
          {texts.changes.more}
        </button>
      )}
    </div>
  );
};
