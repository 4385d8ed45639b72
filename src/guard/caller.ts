import { isLoopbackHost } from '../config/own-address.ts';
import type { ExchangeRecord } from '../log/record.ts';
import type { ManagedKey } from './keys/managed-key.ts';
import { isPersonId } from './people/person.ts';
import type { Role } from './role.ts';

/** Who sends a request, as the gate has found out. */
export interface Caller {
  readonly kind: 'master_key' | 'key' | 'sso' | 'chatgpt' | 'none';
  /** Of a managed key; of somebody who has signed in, `sso:` and what their identity provider calls them. */
  readonly keyId?: string;
  /** Of somebody who has signed in: by which of their sign-ins. */
  readonly signInId?: string;
  /** Such as `/team/alpha`; `/` where none is known. */
  readonly userPath: string;
  readonly labels: readonly string[];
  readonly role: Role;
  /** Where the client is; absent for this machine. */
  readonly address?: string;
  /** Set where the page sends a recorded request again: the id of that exchange. */
  readonly sentAgainOf?: string;
}

/** Whoever calls a gateway without a master key: it is bound to loopback, so this is its user. */
export const UNGUARDED: Caller = { kind: 'none', userPath: '/', labels: [], role: 'admin' };

export const MASTER: Caller = { ...UNGUARDED, kind: 'master_key' };

/** Before the gate has decided, and after it has refused. */
export const NOBODY: Caller = { ...UNGUARDED, role: 'user' };

export const callerOfKey = ({ id, role }: ManagedKey): Caller => ({
  kind: isPersonId(id) ? 'sso' : 'key',
  keyId: id,
  userPath: '/',
  labels: [],
  role,
});

/** A caller without a gateway key, now that their ChatGPT sign-in goes to the upstream. */
export const asSignedIn = (caller: Caller): Caller =>
  caller.kind === 'none' ? { ...caller, kind: 'chatgpt' } : caller;

/** @param address as the gate knows it */
export const atAddress = (caller: Caller, address: string): Caller =>
  isLoopbackHost(address) ? caller : { ...caller, address };

/** As the log names who asks: `master_key`, `key:…`, `sso:…`, `chatgpt` or `none`. */
export const authOf = ({ kind, keyId = '' }: Pick<Caller, 'kind' | 'keyId'>) => {
  if (kind === 'sso') return isPersonId(keyId) ? keyId : (`sso:${keyId}` as const);
  return kind === 'key' ? (`key:${keyId}` as const) : kind;
};

/** Beside the record: the log has no need of it. */
const signInIds = new WeakMap<ExchangeRecord, string>();

/** The sign-in that a running exchange was let in by. */
export const signInOf = (record: ExchangeRecord): string | undefined => signInIds.get(record);

/** Writes into the record who asks. */
export const noteCaller = (record: ExchangeRecord, caller: Caller): void => {
  const { keyId, signInId, userPath, labels, sentAgainOf, address } = caller;
  record.auth = authOf(caller);
  if (keyId !== undefined) record.keyId = keyId;
  if (signInId !== undefined) signInIds.set(record, signInId);
  if (userPath !== '/') record.userPath = userPath;
  if (address !== undefined) record.clientAddress = address;
  if (labels.length > 0) record.labels = [...labels];
  if (sentAgainOf !== undefined) record.sentAgainOf = sentAgainOf;
};
