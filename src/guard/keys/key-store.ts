import type { SharedContent } from '../../state/shared-file.ts';
import type { Policy } from '../policies/policy.ts';
import type { ManagedKey } from './managed-key.ts';

/** All that says who may use the gateway, and for what. */
export interface KeyBook {
  /** In the order in which they were made; revoked ones too. */
  readonly keys: readonly ManagedKey[];
  readonly policies: readonly Policy[];
}

export const EMPTY_BOOK: KeyBook = { keys: [], policies: [] };

/**
 * Where keys and policies are kept, for all processes of a gateway. Every implementation passes
 * `describeKeyStore`.
 */
export interface KeyStore {
  /** @throws GatewayError keys_unreadable */
  load(): Promise<KeyBook>;
  /**
   * One change after another, whichever process makes it.
   * @param change may throw: then nothing is kept
   * @returns what is kept now
   * @throws GatewayError keys_unreadable, and what `change` throws
   */
  update(change: (current: KeyBook) => KeyBook): Promise<KeyBook>;
  /**
   * Calls back soon, and within a second of every change by any process.
   * @returns a function that stops
   */
  watch(onChange: (found: SharedContent<KeyBook>) => void): () => void;
}
