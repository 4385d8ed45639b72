import type { KeyAnswer } from '../../../admin/api-types/access.ts';
import { formatFullMoment, formatMoment } from '../../state/format.ts';
import { nowMs } from '../../state/now.ts';
import { addressOf } from '../../state/route.ts';
import { may } from '../../state/viewer.ts';
import { texts } from '../../texts.ts';
import { visibleText } from '../../turn/visible-text.ts';

export type KeyDeed = 'edit' | 'rotate' | 'revoke';

interface KeyTableProps {
  keys: readonly KeyAnswer[];
  onDeed: (deed: KeyDeed, key: KeyAnswer) => void;
}

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

const Deeds = ({ known, onDeed }: { known: KeyAnswer; onDeed: KeyTableProps['onDeed'] }) => (
  <td class="deeds">
    {known.state !== 'revoked' &&
      (['edit', 'rotate', 'revoke'] as const).map((deed) => (
        <button key={deed} type="button" class="link" onClick={() => onDeed(deed, known)}>
          {texts.keys[deed]}
          <span class="hidden-text"> {texts.keys.of(known.name)}</span>
        </button>
      ))}
  </td>
);

/** The keys, a row each, with what may be done to them. */
export const KeyTable = ({ keys, onDeed }: KeyTableProps) => {
  const { columns } = texts.keys;
  return (
    <table class="sums facts-table" aria-label={texts.keys.tableLabel}>
      <thead>
        <tr>
          {(['name', 'role', 'userPath', 'labels', 'may', 'ends'] as const).map((column) => (
            <th key={column} scope="col">
              {columns[column]}
            </th>
          ))}
          {may('admin') && (
            <th scope="col">
              <span class="hidden-text">{columns.actions}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {keys.map((known) => (
          <tr key={known.id} class={known.state === 'active' ? '' : 'over'}>
            <th scope="row">
              <a
                class="link"
                data-nav-row
                href={addressOf('audit', { key: known.id })}
                title={texts.keys.inLog}
              >
                {visibleText(known.name)}
              </a>{' '}
              <code class="dim">{known.id}</code>
            </th>
            <td>{texts.keys.roles[known.role]}</td>
            <td>
              {known.userPath ?? <span class="dim">{texts.keys.nobody}</span>}
              {known.acceptsUserPath && <span class="dim"> · {texts.keys.saysPath}</span>}
            </td>
            <td>{listOr(known.labels, '–')}</td>
            <td class="wide">{useOf(known)}</td>
            <td>
              <State known={known} />
            </td>
            {may('admin') && <Deeds known={known} onDeed={onDeed} />}
          </tr>
        ))}
      </tbody>
    </table>
  );
};
