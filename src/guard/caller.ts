import { isLoopbackHost } from '../config/own-address.ts';
import type { ExchangeRecord } from '../log/record.ts';
import type { ManagedKey } from './keys/managed-key.ts';
import type { Role } from './role.ts';

/** Who sends a request, as the gate has found out. */
export interface Caller {
  readonly kind: 'master_key' | 'key' | 'chatgpt' | 'none';
  /** Of a managed key. */
  readonly keyId?: string;
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
  kind: 'key',
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

/** Writes into the record who asks. */
export const noteCaller = (record: ExchangeRecord, caller: Caller): void => {
  const { kind, keyId, userPath, labels, sentAgainOf, address } = caller;
  record.auth = kind === 'key' ? `key:${keyId}` : kind;
  if (keyId !== undefined) record.keyId = keyId;
  if (userPath !== '/') record.userPath = userPath;
  if (address !== undefined) record.clientAddress = address;
  if (labels.length > 0) record.labels = [...labels];
  if (sentAgainOf !== undefined) record.sentAgainOf = sentAgainOf;
};
