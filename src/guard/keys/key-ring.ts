import { timingSafeEqual } from 'node:crypto';
import type { Policy } from '../policies/policy.ts';
import { EMPTY_BOOK, type KeyBook, type KeyStore } from './key-store.ts';
import { hashKey, isManagedKey, parseKeyToken } from './key-token.ts';
import { type KeyState, type ManagedKey, stateOfKey } from './managed-key.ts';

/** What is known of a key that a client has sent. */
export type KeyFinding =
  | { readonly kind: 'active'; readonly key: ManagedKey }
  | { readonly kind: 'expired' | 'revoked'; readonly key: ManagedKey }
  /** No such key was ever made here, or it has another secret since it was rotated. */
  | { readonly kind: 'unknown' }
  /** Its checksum is wrong. */
  | { readonly kind: 'mistyped' }
  /** Nobody knows: the store cannot be read. */
  | { readonly kind: 'unreadable'; readonly error: unknown };

/** Keys and policies in memory, as they are in the store within a second. */
export interface KeyRing {
  /**
   * Whether there is a key, if only a revoked one, or nobody knows: then callers need one, so that neither
   * the revoking of the last key nor a broken file opens the gateway.
   */
  readonly isGuarding: boolean;
  /** Finds a key by the text that a client has sent, in the same time however many there are. */
  check(text: string): KeyFinding;
  /** @returns `revoked` also where the key is gone */
  stateOf(id: string): KeyState;
  find(id: string): ManagedKey | undefined;
  readonly policies: readonly Policy[];
  /**
   * Calls back when what is known may have changed.
   * @returns a function that stops
   */
  onChange(listener: () => void): () => void;
  close(): void;
}

interface Known {
  readonly byId: ReadonlyMap<string, ManagedKey>;
  readonly policies: readonly Policy[];
  readonly error: unknown;
}

const knowBook = ({ keys, policies }: KeyBook): Known => ({
  byId: new Map(keys.map((key) => [key.id, key])),
  policies,
  error: undefined,
});

const isSame = (sha256: string, text: string): boolean =>
  timingSafeEqual(Buffer.from(sha256, 'hex'), Buffer.from(hashKey(text), 'hex'));

/**
 * Reads the store, and follows its changes.
 * @param now milliseconds since the epoch
 */
export const openKeyRing = async (store: KeyStore, now: () => number): Promise<KeyRing> => {
  const listeners = new Set<() => void>();
  let known: Known = await store.load().then(knowBook, (error: unknown) => ({
    ...knowBook(EMPTY_BOOK),
    error,
  }));
  const stop = store.watch((found) => {
    // What the keys were is kept where the file has broken: what runs on them may end in peace.
    known = found.kind === 'content' ? knowBook(found.content) : { ...known, error: found.error };
    for (const listener of listeners) listener();
  });
  const find = (id: string): ManagedKey | undefined => known.byId.get(id);
  return {
    get isGuarding() {
      return known.byId.size > 0 || known.error !== undefined;
    },
    get policies() {
      return known.policies;
    },
    check: (text) => {
      const token = isManagedKey(text) ? parseKeyToken(text) : undefined;
      if (!token) return { kind: 'mistyped' };
      if (known.error !== undefined) return { kind: 'unreadable', error: known.error };
      const key = find(token.id);
      if (!key || !isSame(key.sha256, token.text)) return { kind: 'unknown' };
      return { kind: stateOfKey(key, now()), key };
    },
    stateOf: (id) => {
      const key = find(id);
      return key ? stateOfKey(key, now()) : 'revoked';
    },
    find,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      stop();
      listeners.clear();
    },
  };
};
