import { objectsOf } from '../../base/json-object.ts';
import type { Ended } from './people.ts';

/**
 * What has ended before its time, told to every process of every gateway that shares the store: tokens say nothing of
 * it, and one gateway alone is told by the identity provider. Every implementation passes `describeEndStore`.
 */
export interface EndStore {
  /** Keeps them for as long as a token may count that they end. */
  add(ended: readonly Ended[]): Promise<void>;
  load(): Promise<readonly Ended[]>;
  /**
   * Calls back with all that there are, at first and within a second after each change.
   * @returns a function that stops
   */
  watch(onEnds: (ended: readonly Ended[]) => void): () => void;
}

/** No token is valid for longer (`OIDC_TOKEN_LIFETIME`), and clocks differ. */
export const ENDS_KEPT_MS = 25 * 3_600_000;

/** Of more, the newest are kept. */
export const MAX_ENDS = 20_000;

/** What was kept, as far as it is what the gateway wrote. */
export const readEnds = (value: unknown): readonly Ended[] =>
  objectsOf(value).flatMap(({ kind, id, atMs }) =>
    (kind === 'person' || kind === 'sign-in') && typeof id === 'string' && typeof atMs === 'number'
      ? [{ kind, id, atMs }]
      : [],
  );
