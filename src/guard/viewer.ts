import { authOf, type Caller } from './caller.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { BodiesRight } from './keys/managed-key.ts';
import type { Role } from './role.ts';

/** Who looks at the log, and how much of it they may see. */
export interface Viewer {
  readonly role: Role;
  /** As the admin log names them: `master_key`, `key:…`, `sso:…`, or `none` where the gateway asks for no key. */
  readonly name: string;
  readonly keyId?: string;
  /** Only what was asked for this user path and below it. */
  readonly userPath: string;
  readonly bodies: BodiesRight;
}

/** Whoever has shown no key. */
export const NO_VIEWER: Viewer = { role: 'user', name: 'nobody', userPath: '/', bodies: 'none' };

/** A member sees their own subtree; what a key's requests say of a path does not widen or narrow it. */
export const viewerOf = (caller: Caller, ring: Pick<KeyRing, 'find'>): Viewer => {
  const { kind, keyId, role } = caller;
  if (keyId === undefined) return { role, name: kind, userPath: '/', bodies: 'all' };
  const key = ring.find(keyId);
  return {
    role: key?.role ?? 'user',
    name: authOf(caller),
    keyId,
    userPath: role === 'member' ? (key?.userPath ?? '/') : '/',
    bodies: key?.bodies ?? 'none',
  };
};
