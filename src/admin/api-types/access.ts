/** `GET session` (never 401) */
export interface SessionAnswer {
  /** True where the gateway asks for a key. */
  required: boolean;
  /** True where people can sign in by an identity provider, at `/oauth/sign-in`. */
  sign_in?: boolean;
  /** True where the page may be read. */
  authenticated: boolean;
  role?: 'admin' | 'auditor' | 'member' | 'user';
  /** What is shown: all that was asked for this user path and below it. */
  user_path?: string;
  /** Whose bodies are shown: those of the key's own requests, all, or none. */
  bodies?: 'own' | 'all' | 'none';
  /** The managed key that is logged in with. */
  key_id?: string;
}

/**
 * `POST session` → 204 and an HttpOnly, SameSite=Strict cookie; 401 for a wrong key; 429 with
 * `Retry-After` after too many. `DELETE session` → 204 logs out.
 */
export interface LoginRequest {
  key: string;
}

/** A managed key, without its secret; the members are those of `gomodel-ts keys --json`. */
export interface KeyAnswer {
  id: string;
  name: string;
  state: 'active' | 'expired' | 'revoked';
  role: 'admin' | 'auditor' | 'member' | 'user';
  userPath?: string;
  acceptsUserPath: boolean;
  labels: readonly string[];
  models: readonly string[];
  providers: readonly string[];
  bodies: 'own' | 'all' | 'none';
  createdAt: string;
  rotatedAt?: string;
  revokedAt?: string;
  expiresAt?: string;
}

/** `GET keys` */
export interface KeysAnswer {
  keys: KeyAnswer[];
}

/** `POST keys`, `POST keys/:id/rotate`: `key` is shown this once. */
export interface IssuedKeyAnswer extends KeyAnswer {
  key: string;
}

/** One sign-in of a person by a program or a browser. */
export interface SignInAnswer {
  id: string;
  personId: string;
  name: string;
  email?: string;
  groups: readonly string[];
  /** `page`, the id of a program, or what a program says of itself. */
  client: string;
  /** Where it was begun from. */
  address?: string;
  since?: string;
  /** When it was renewed last, which a client in use does within the life of a token. */
  lastUsed: string;
  expires: string;
}

/** `GET sign-ins`, the one that was used last first. Members get their own alone. */
export interface SignInsAnswer {
  signIns: SignInAnswer[];
  total: number;
}

/** `DELETE sign-ins?person=…` */
export interface EndedSignInsAnswer {
  ended: number;
}

/** What a user path and all below it may use. */
export interface PolicyAnswer {
  name: string;
  userPath: string;
  models: readonly string[];
  providers: readonly string[];
}

/** `GET policies` */
export interface PoliciesAnswer {
  policies: PolicyAnswer[];
}

/** One change: who, when, from what to what. */
export interface AdminLogEntry {
  schemaVersion: 1;
  at: string;
  by: string;
  action: string;
  target: string;
  from?: Readonly<Record<string, unknown>>;
  to?: Readonly<Record<string, unknown>>;
}

/** `GET admin-log`, the newest first. */
export interface AdminLogAnswer {
  entries: AdminLogEntry[];
}
