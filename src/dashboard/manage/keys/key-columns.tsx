import type { KeyAnswer } from '../../../admin/api-types/access.ts';
import { formatFullMoment, formatMoment } from '../../state/format.ts';
import { nowMs } from '../../state/now.ts';
import { addressOf } from '../../state/route.ts';
import { texts } from '../../texts.ts';
import { visibleText } from '../../turn/visible-text.ts';
import type { Column } from '../facts-table.tsx';

const { columns } = texts.keys;

const listOr = (list: readonly string[], otherwise: string): string =>
  list.length > 0 ? list.join(', ') : otherwise;

const useOf = ({ models, providers }: KeyAnswer): string =>
  models.length + providers.length === 0
    ? texts.keys.everything
    : [listOr(models, ''), listOr(providers, '')].filter(Boolean).join(' · ');

const State = ({ known }: { known: KeyAnswer }) => {
  if (known.state === 'active' && known.expiresAt === undefined) {
    return <span class="dim">{texts.keys.never}</span>;
  }
  const at = known.state === 'revoked' ? known.revokedAt : known.expiresAt;
  return (
    <span title={at && formatFullMoment(at)}>
      {known.state !== 'active' && <span class="tag warn">{texts.keys.states[known.state]}</span>}{' '}
      {at && formatMoment(at, nowMs.peek())}
    </span>
  );
};

const Name = ({ known: { id, name } }: { known: KeyAnswer }) => (
  <>
    <a class="link" data-nav-row href={addressOf('audit', { key: id })} title={texts.keys.inLog}>
      {visibleText(name)}
    </a>{' '}
    <code class="dim">{id}</code>
  </>
);

/** What is told of a key. */
export const KEY_COLUMNS: readonly Column<KeyAnswer>[] = [
  { head: columns.name, kind: 'name', cell: (known) => <Name known={known} /> },
  { head: columns.role, cell: ({ role }) => texts.keys.roles[role] },
  {
    head: columns.userPath,
    cell: ({ userPath, acceptsUserPath }) => (
      <>
        {userPath ?? <span class="dim">{texts.keys.nobody}</span>}
        {acceptsUserPath && <span class="dim"> · {texts.keys.saysPath}</span>}
      </>
    ),
  },
  { head: columns.labels, cell: ({ labels }) => listOr(labels, '–') },
  { head: columns.may, kind: 'wide', cell: useOf },
  { head: columns.ends, cell: (known) => <State known={known} /> },
];
