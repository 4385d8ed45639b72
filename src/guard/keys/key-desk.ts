import { GatewayError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json-object.ts';
import type { AdminLog } from '../admin-log.ts';
import type { Policy } from '../policies/policy.ts';
import { readPolicy } from '../policies/read-policy.ts';
import { changedMembers } from './changed-members.ts';
import type { KeyBook, KeyStore } from './key-store.ts';
import { createKeyToken, hashKey } from './key-token.ts';
import { type ManagedKey, stateOfKey } from './managed-key.ts';
import { readTerms } from './read-terms.ts';

/** A key and its text, which nobody is ever shown again. */
export interface IssuedKey {
  readonly key: ManagedKey;
  readonly text: string;
}

/** Where keys and policies are changed, by the command line and the admin API alike. */
export interface KeyDesk {
  list(): Promise<KeyBook>;
  /** @param given the members of `readTerms`. @throws GatewayError invalid_request, key_exists */
  create(given: JsonObject): Promise<IssuedKey>;
  /** @param which an id or a name. @throws GatewayError unknown_key, invalid_request, key_exists */
  change(which: string, given: JsonObject): Promise<ManagedKey>;
  /** Gives a key another secret, at once: the old text is refused from then on. @throws GatewayError unknown_key */
  rotate(which: string): Promise<IssuedKey>;
  /** Ends a key for good. Does nothing to one that was revoked before. @throws GatewayError unknown_key */
  revoke(which: string): Promise<ManagedKey>;
  /** Replaces the policy of that name. @throws GatewayError invalid_request */
  setPolicy(given: JsonObject): Promise<Policy>;
  /** @throws GatewayError unknown_key */
  removePolicy(name: string): Promise<void>;
}

export interface KeyDeskDeps {
  readonly store: KeyStore;
  readonly log: AdminLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Who makes the changes, as the admin log names them. */
  readonly by: string;
}

/** Enough for a company; what is more is a mistake in a script. */
const MAX_KEYS = 10_000;
const MAX_POLICIES = 500;

/** By its id, else by its name: the one of that name that still counts, or the only one. */
const findKey = ({ keys }: KeyBook, which: string): ManagedKey => {
  const named = keys.filter(({ name }) => name === which);
  const living = named.filter(({ revokedAt }) => revokedAt === undefined);
  const key = keys.find(({ id }) => id === which) ?? living[0] ?? (named.length === 1 ? named[0] : undefined);
  if (key) return key;
  throw new GatewayError(
    'unknown_key',
    `there is no key ${JSON.stringify(which.slice(0, 100))}. \`npx gomodel-ts keys list\` shows ids and names.`,
  );
};

const requireFreeName = ({ keys }: KeyBook, name: string, except?: string): void => {
  const taken = keys.find((key) => key.name === name && key.revokedAt === undefined && key.id !== except);
  if (!taken) return;
  throw new GatewayError(
    'key_exists',
    `there is a key named ${JSON.stringify(name)} already (${taken.id}). Choose another name, or revoke that one first.`,
    { param: 'name' },
  );
};

export const createKeyDesk = ({ store, log, now, by }: KeyDeskDeps): KeyDesk => {
  const isoNow = (): string => new Date(now()).toISOString();
  const note = (
    action: string,
    target: string,
    before: object | undefined,
    after: object | undefined,
  ): void => {
    // Called within a change of the store, which fails where this throws, or writes it: nothing is left to wait for.
    void log.append({ at: isoNow(), by, action, target, ...changedMembers(before, after) });
  };

  /** Makes another key of one, in one turn of the store, and notes it before it is kept. */
  const replace = async (
    which: string,
    action: string,
    next: (key: ManagedKey, book: KeyBook) => ManagedKey,
  ): Promise<ManagedKey> => {
    let changed: ManagedKey | undefined;
    await store.update((book) => {
      const key = findKey(book, which);
      changed = next(key, book);
      if (changed === key) return book;
      note(action, key.id, key, changed);
      const { keys } = book;
      return { ...book, keys: keys.map((one) => (one === key ? (changed as ManagedKey) : one)) };
    });
    return changed as ManagedKey;
  };

  return {
    list: () => store.load(),
    create: async (given) => {
      const token = createKeyToken();
      const terms = readTerms(given, undefined, now());
      const key: ManagedKey = { ...terms, id: token.id, sha256: hashKey(token.text), createdAt: isoNow() };
      await store.update((book) => {
        if (book.keys.length >= MAX_KEYS) {
          throw new GatewayError(
            'invalid_request',
            `there are already ${MAX_KEYS} keys, which is the limit.`,
          );
        }
        requireFreeName(book, key.name);
        note('key.create', key.id, undefined, key);
        return { ...book, keys: [...book.keys, key] };
      });
      return { key, text: token.text };
    },
    change: (which, given) =>
      replace(which, 'key.update', (key, book) => {
        if (stateOfKey(key, now()) === 'revoked') {
          throw new GatewayError(
            'invalid_request',
            `the key ${key.id} is revoked for good. Create another one.`,
          );
        }
        const { id, sha256, createdAt, rotatedAt, revokedAt, ...known } = key;
        const terms = readTerms(given, known, now());
        requireFreeName(book, terms.name, id);
        return { ...terms, id, sha256, createdAt, ...(rotatedAt !== undefined && { rotatedAt }) };
      }),
    rotate: async (which) => {
      let text = '';
      const key = await replace(which, 'key.rotate', (known) => {
        if (known.revokedAt !== undefined) {
          throw new GatewayError(
            'invalid_request',
            `the key ${known.id} is revoked for good. Create another one.`,
          );
        }
        const token = createKeyToken(known.id);
        text = token.text;
        return { ...known, sha256: hashKey(text), rotatedAt: isoNow() };
      });
      return { key, text };
    },
    revoke: (which) =>
      replace(which, 'key.revoke', (key) =>
        key.revokedAt === undefined ? { ...key, revokedAt: isoNow() } : key,
      ),
    setPolicy: async (given) => {
      const policy = readPolicy(given);
      await store.update((book) => {
        const before = book.policies.find(({ name }) => name === policy.name);
        const others = book.policies.filter((one) => one !== before);
        if (others.length >= MAX_POLICIES) {
          throw new GatewayError(
            'invalid_request',
            `there are already ${MAX_POLICIES} policies, which is the limit.`,
          );
        }
        note('policy.set', policy.name, before, policy);
        return { ...book, policies: [...others, policy] };
      });
      return policy;
    },
    removePolicy: async (name) => {
      await store.update((book) => {
        const before = book.policies.find((policy) => policy.name === name);
        if (!before) {
          throw new GatewayError('unknown_key', `there is no policy ${JSON.stringify(name.slice(0, 100))}.`);
        }
        note('policy.remove', name, before, undefined);
        return { ...book, policies: book.policies.filter((policy) => policy !== before) };
      });
    },
  };
};
