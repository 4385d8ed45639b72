import type { SignInAnswer, SignInsAnswer } from '../../../admin/api-types/access.ts';
import { api } from '../../state/api.ts';
import { query } from '../../state/route.ts';
import { useInterval } from '../../state/use-interval.ts';
import { useLoad } from '../../state/use-load.ts';
import { viewer } from '../../state/viewer.ts';
import { texts } from '../../texts.ts';
import { FactsTable } from '../facts-table.tsx';
import { ManagePage } from '../manage-page.tsx';
import { SearchField } from '../search-field.tsx';
import { useDialog } from '../use-dialog.ts';
import { EndDialog, type OpenEnd } from './end-dialog.tsx';
import { clientOf, isOwn, SIGN_IN_COLUMNS } from './sign-in-columns.tsx';

/** More rows than anyone reads; a search narrows them. */
const MAX_ROWS = 200;
/** The gateway tells of no change: it is asked. */
const REFRESH_MS = 10_000;

const NONE: SignInsAnswer = { signIns: [], total: 0 };

const holds = (signIn: SignInAnswer, search: string): boolean =>
  [
    signIn.name,
    signIn.email,
    signIn.personId,
    signIn.client,
    clientOf(signIn),
    signIn.address,
    ...signIn.groups,
  ].some((text) => text?.toLowerCase().includes(search.toLowerCase()));

/** Who is signed in by the identity provider, with what, from where and since when; and what ends that. */
export const SignInsPage = () => {
  const canSignIn = viewer.value?.sign_in === true;
  const load = useLoad(canSignIn ? 'sign-ins' : 'none', canSignIn ? api.signIns : async () => NONE);
  useInterval(load.reload, REFRESH_MS);
  const dialog = useDialog<OpenEnd>(load.reload);
  const search = query.value.get('search') ?? '';
  const { signIns: all, total } = load.value ?? NONE;
  const found = all.filter((signIn) => !search || holds(signIn, search));
  const shown = found.slice(0, MAX_ROWS);
  // What the gateway has not sent is found by no search here.
  const left = found.length - shown.length + (search ? 0 : total - all.length);
  const { signIns } = texts;
  const deedsOf = (signIn: SignInAnswer) => {
    const theirs = all.filter(({ personId }) => personId === signIn.personId);
    const [first = signIn, ...more] = theirs;
    const end = [signIns.end, () => dialog.show({ kind: 'one', signIn })] as const;
    const endAll = [
      signIns.endAll(theirs.length),
      () => dialog.show({ kind: 'all', signIns: [first, ...more] }),
    ] as const;
    return {
      name: signIns.of(signIn.name, clientOf(signIn)),
      deeds: more.length > 0 ? [end, endAll] : [end],
    };
  };
  return (
    <ManagePage
      name="sign-ins"
      load={load}
      bar={<SearchField label={signIns.search} />}
      emptiness={() => {
        if (!canSignIn) return { icon: 'person', title: signIns.closed, hint: signIns.closedHint };
        if (shown.length > 0) return undefined;
        if (search) return { icon: 'person', title: signIns.nothingFound };
        return { icon: 'person', title: signIns.empty, hint: signIns.emptyHint };
      }}
      dialog={dialog.open && <EndDialog open={dialog.open} dialog={dialog} />}
    >
      {() => (
        <FactsTable
          label={signIns.tableLabel}
          columns={SIGN_IN_COLUMNS}
          rows={shown}
          keyOf={({ id }) => id}
          deeds={deedsOf}
          isOwn={isOwn}
        >
          {left > 0 && <p class="dim pad">{signIns.more(left)}</p>}
        </FactsTable>
      )}
    </ManagePage>
  );
};
