import type { Membership } from './rules-for.ts';

interface KnownKey {
  readonly userPath?: string | undefined;
  readonly labels: readonly string[];
}

/** What the gateway knows of whoever has a key: what the key says, and nothing that a request says. */
export const membershipOf = (key: KnownKey | undefined): Membership =>
  key === undefined ? {} : { userPath: key.userPath, labels: key.labels };
