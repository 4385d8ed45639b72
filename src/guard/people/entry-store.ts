import type { JsonObject } from '../../base/json-object.ts';

/** What is kept: sign-ins, codes of programs, and devices that wait for their person. */
export type EntryKind = 'sign-in' | 'code' | 'device' | 'user-code' | 'confirmation';

/** Until when it counts: milliseconds since the epoch. */
export interface Expiring {
  readonly expiresAtMs: number;
}

/** What becomes of an entry, and what is told of it. */
interface Change<Result> {
  /** Undefined: it is removed. */
  readonly keep: (JsonObject & Expiring) | undefined;
  readonly result: Result;
}

/**
 * Small entries, each under a key, that all instances of a gateway share. Secrets are in it as hashes alone.
 * Every implementation passes `describeEntryStore`.
 */
export interface EntryStore {
  /** @param key hex digits. @returns undefined where there is none, or it has expired */
  read(kind: EntryKind, key: string): Promise<JsonObject | undefined>;
  /** Reads, changes and writes one entry while nobody else does. */
  change<Result>(
    kind: EntryKind,
    key: string,
    change: (current: JsonObject | undefined) => Change<Result>,
  ): Promise<Result>;
  /** The entries of a kind, by their keys: those that expire last, the last one first. */
  list(kind: EntryKind, limit: number): Promise<ReadonlyMap<string, JsonObject>>;
  /** How many there are, expired ones perhaps among them. */
  count(kind: EntryKind): Promise<number>;
  /** Removes what has expired. */
  sweep(): Promise<void>;
}
