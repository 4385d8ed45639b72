import type { AdminLog } from '../../guard/admin-log.ts';
import { describeKey } from '../../guard/keys/describe-key.ts';
import { createKeyDesk, type KeyDesk } from '../../guard/keys/key-desk.ts';
import type { KeyStore } from '../../guard/keys/key-store.ts';
import type { ManagedKey } from '../../guard/keys/managed-key.ts';
import type {
  AdminLogAnswer,
  AdminLogEntry,
  IssuedKeyAnswer,
  KeyAnswer,
  KeysAnswer,
  PoliciesAnswer,
  PolicyAnswer,
} from '../api-types/access.ts';
import { readCount } from '../select/read-query.ts';
import { type Call, type Handle, sendJson, sendNothing } from './call.ts';
import { readSmallBody } from './read-small-body.ts';

export interface KeyRoutesDeps {
  readonly store: KeyStore;
  readonly adminLog: AdminLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const DEFAULT_ENTRIES = 100;
const MAX_ENTRIES = 1_000;

/** Keys and policies, and who changed them. GoModel has the keys at `/admin/auth-keys`. */
export const createKeyHandlers = ({ store, adminLog, now }: KeyRoutesDeps) => {
  const deskOf = ({ viewer }: Call): KeyDesk => createKeyDesk({ store, log: adminLog, now, by: viewer.name });
  const tell = (key: ManagedKey): KeyAnswer => describeKey(key, now());
  const list: Handle = async (call) => {
    const { keys } = await deskOf(call).list();
    sendJson(call, { keys: keys.map(tell) } satisfies KeysAnswer);
  };
  const create: Handle = async (call) => {
    const { key, text } = await deskOf(call).create(await readSmallBody(call.request));
    sendJson(call, { ...tell(key), key: text } satisfies IssuedKeyAnswer, 201);
  };
  const change: Handle = async (call) => {
    const given = await readSmallBody(call.request);
    sendJson(call, tell(await deskOf(call).change(call.params[0] ?? '', given)));
  };
  const revoke: Handle = async (call) =>
    sendJson(call, tell(await deskOf(call).revoke(call.params[0] ?? '')));
  const rotate: Handle = async (call) => {
    const { key, text } = await deskOf(call).rotate(call.params[0] ?? '');
    sendJson(call, { ...tell(key), key: text } satisfies IssuedKeyAnswer);
  };
  const listPolicies: Handle = async (call) => {
    const { policies } = await deskOf(call).list();
    sendJson(call, { policies: [...policies] } satisfies PoliciesAnswer);
  };
  const setPolicy: Handle = async (call) => {
    const given = await readSmallBody(call.request);
    const policy: PolicyAnswer = await deskOf(call).setPolicy({ ...given, name: call.params[0] });
    sendJson(call, policy);
  };
  const removePolicy: Handle = async (call) => {
    await deskOf(call).removePolicy(call.params[0] ?? '');
    sendNothing(call);
  };
  const readLog: Handle = async (call) => {
    const limit = readCount(call.query, 'limit', DEFAULT_ENTRIES, MAX_ENTRIES);
    const entries: AdminLogEntry[] = [...(await adminLog.latest(limit))];
    sendJson(call, { entries } satisfies AdminLogAnswer);
  };
  return {
    '/keys': { GET: list, POST: create },
    '/keys/{id}': { PATCH: change, DELETE: revoke },
    '/keys/{id}/rotate': { POST: rotate },
    '/policies': { GET: listPolicies },
    '/policies/{name}': { PUT: setPolicy, DELETE: removePolicy },
    '/admin-log': { GET: readLog },
  };
};
