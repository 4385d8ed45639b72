import type { Membership } from './rules-for.ts';

interface KnownKey {
  readonly userPath?: string | undefined;
  readonly labels: readonly string[];
  /** Of somebody who has signed in. */
  readonly groups?: readonly string[];
}

/**
 * What the gateway knows of whoever has a key, or has signed in: what the key or the identity provider says, and nothing
 * that a request says.
 */
export const membershipOf = (key: KnownKey | undefined): Membership =>
  key === undefined ? {} : { userPath: key.userPath, labels: key.labels, groups: key.groups ?? [] };
