import { GatewayError } from '../../base/errors.ts';
import type { AdminLog } from '../../guard/admin-log.ts';
import type { AnnounceEnds } from '../../guard/people/announce-ends.ts';
import type { EntryStore } from '../../guard/people/entry-store.ts';
import { createSignInDesk, type SignInDesk } from '../../guard/people/sign-in-desk.ts';
import type { Viewer } from '../../guard/viewer.ts';
import type { EndedSignInsAnswer, SignInAnswer, SignInsAnswer } from '../api-types/access.ts';
import { readCount } from '../select/read-query.ts';
import { type Call, type Handle, sendJson } from './call.ts';

export interface SignInRoutesDeps {
  /** Absent where nobody can sign in. */
  readonly signIns: { readonly entries: EntryStore; readonly announce: AnnounceEnds } | undefined;
  readonly adminLog: AdminLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const DEFAULT_ENTRIES = 200;
const MAX_ENTRIES = 2_000;

/** Members see and end their own, auditors see all, admins end all. */
const ownOf = ({ role, keyId = '' }: Viewer, all: Viewer['role'][]): string | undefined =>
  all.includes(role) ? undefined : keyId;

/** Who is signed in, and what ends that. */
export const createSignInHandlers = ({ signIns, adminLog, now }: SignInRoutesDeps) => {
  const deskOf = ({ viewer }: Call): SignInDesk => {
    if (!signIns) {
      throw new GatewayError('unknown_route', 'nobody can sign in to this gateway: OIDC_ISSUER is not set.');
    }
    const { entries, announce } = signIns;
    return createSignInDesk({ store: entries, announce, log: adminLog, now, by: viewer.name });
  };
  const list: Handle = async (call) => {
    const limit = readCount(call.query, 'limit', DEFAULT_ENTRIES, MAX_ENTRIES);
    const own = ownOf(call.viewer, ['admin', 'auditor']);
    const found = await deskOf(call).list(own ?? call.query.get('person') ?? undefined);
    const shown: SignInAnswer[] = found.slice(0, limit).map((one) => ({ ...one }));
    sendJson(call, { signIns: shown, total: found.length } satisfies SignInsAnswer);
  };
  const endPerson: Handle = async (call) => {
    const person = ownOf(call.viewer, ['admin']) ?? call.query.get('person') ?? '';
    if (person === '') {
      throw new GatewayError('invalid_request', 'person is missing: say whose sign-ins are to end.', {
        param: 'person',
      });
    }
    const ended = await deskOf(call).endPerson(person);
    sendJson(call, { ended: ended.length } satisfies EndedSignInsAnswer);
  };
  const end: Handle = async (call) => {
    const own = ownOf(call.viewer, ['admin']);
    const ended = await deskOf(call).end(
      call.params[0] ?? '',
      (person) => own === undefined || person === own,
    );
    sendJson(call, { ...ended } satisfies SignInAnswer);
  };
  return {
    '/sign-ins': { GET: list, DELETE: endPerson },
    '/sign-ins/{id}': { DELETE: end },
  };
};
