import type { Role } from '../role.ts';

/** Whose bodies a key shows on the page: those of its own requests, all that its role shows, or none. */
export type BodiesRight = 'own' | 'all' | 'none';

/** What somebody decides about a key. */
export interface KeyTerms {
  readonly name: string;
  readonly role: Role;
  /** Absent: requests may say it themselves where `acceptsUserPath` lets them, else they have none. */
  readonly userPath?: string;
  /** Whether `X-GoModel-User-Path` counts; below `userPath` alone where there is one. */
  readonly acceptsUserPath: boolean;
  readonly labels: readonly string[];
  /** Names of models, with `*`; empty: all. */
  readonly models: readonly string[];
  /** Names of providers, with `*`; empty: all. */
  readonly providers: readonly string[];
  readonly bodies: BodiesRight;
  /** ISO 8601, UTC; absent: never. */
  readonly expiresAt?: string;
}

/** A key as it is kept: without its secret. */
export interface ManagedKey extends KeyTerms {
  readonly id: string;
  /** Of the whole key, in hex. */
  readonly sha256: string;
  /** ISO 8601, UTC, as all of these. */
  readonly createdAt: string;
  readonly rotatedAt?: string;
  readonly revokedAt?: string;
  /** Of somebody who has signed in: as their identity provider calls them. */
  readonly groups?: readonly string[];
}

export type KeyState = 'active' | 'expired' | 'revoked';

export const stateOfKey = ({ revokedAt, expiresAt }: ManagedKey, nowMs: number): KeyState => {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && Date.parse(expiresAt) <= nowMs ? 'expired' : 'active';
};
