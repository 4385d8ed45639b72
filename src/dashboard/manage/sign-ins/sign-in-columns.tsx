import type { SignInAnswer } from '../../../admin/api-types/access.ts';
import { formatAgo, formatFullMoment, formatMoment } from '../../state/format.ts';
import { minuteMs } from '../../state/now.ts';
import { addressOf } from '../../state/route.ts';
import { viewer } from '../../state/viewer.ts';
import { texts } from '../../texts.ts';
import { visibleText } from '../../turn/visible-text.ts';
import type { Column } from '../facts-table.tsx';

const { columns } = texts.signIns;

/** True where it is the viewer's. */
export const isOwn = ({ personId }: SignInAnswer): boolean => viewer.value?.key_id === personId;

/** The client of a sign-in, in plain words. */
export const clientOf = ({ client }: SignInAnswer): string =>
  client === 'page' ? texts.signIns.page : visibleText(client);

const Who = ({ signIn }: { signIn: SignInAnswer }) => (
  <>
    <a
      class="link"
      data-nav-row
      href={addressOf('audit', { key: signIn.personId })}
      title={texts.signIns.inLog}
    >
      {visibleText(signIn.name)}
    </a>{' '}
    {isOwn(signIn) && <span class="tag">{texts.signIns.you}</span>}{' '}
    {signIn.email !== undefined && signIn.email !== signIn.name && (
      <span class="dim">{visibleText(signIn.email)}</span>
    )}
  </>
);

/** The details of a sign-in. */
export const SIGN_IN_COLUMNS: readonly Column<SignInAnswer>[] = [
  {
    head: columns.who,
    kind: 'name',
    cell: (signIn) => <Who signIn={signIn} />,
    title: ({ personId }) => personId,
  },
  { head: columns.client, kind: 'wide', cell: clientOf, title: ({ id }) => id },
  { head: columns.from, cell: ({ address }) => visibleText(address ?? texts.signIns.unknown) },
  {
    head: columns.groups,
    kind: 'wide',
    cell: ({ groups }) => visibleText(groups.join(', ') || texts.signIns.unknown),
  },
  {
    head: columns.since,
    cell: ({ since }) => (since === undefined ? texts.signIns.unknown : formatMoment(since, minuteMs.value)),
    title: ({ since }) => since && formatFullMoment(since),
  },
  {
    head: columns.used,
    cell: ({ lastUsed }) => formatAgo(lastUsed, minuteMs.value),
    title: ({ lastUsed }) => formatFullMoment(lastUsed),
  },
  {
    head: columns.ends,
    cell: ({ expires }) => formatMoment(expires, minuteMs.value),
    title: ({ expires }) => formatFullMoment(expires),
  },
];
