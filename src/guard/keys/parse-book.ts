import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject } from '../../base/json-object.ts';
import { readPolicy } from '../policies/read-policy.ts';
import { EMPTY_BOOK, type KeyBook } from './key-store.ts';
import type { ManagedKey } from './managed-key.ts';
import { readTerms } from './read-terms.ts';

const ID = /^[0-9a-z]{10}$/;
const SHA256 = /^[0-9a-f]{64}$/;

const broken = (where: string, what: string): GatewayError =>
  new GatewayError('keys_unreadable', `${where} ${what}`);

const readTime = (value: unknown, where: string): string => {
  if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return value;
  throw broken(where, 'is not a time such as 2027-01-31T00:00:00.000Z.');
};

const textOf = (value: unknown, form: RegExp, where: string): string => {
  if (typeof value === 'string' && form.test(value)) return value;
  throw broken(where, 'is not what the gateway wrote there.');
};

/** Reads an entry's own checks for the user, and says where the entry stands. */
const at = <Read>(where: string, read: () => Read): Read => {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof GatewayError && cause.code === 'invalid_request') {
      throw broken(`${where}${cause.param === null ? '' : `.${cause.param}`}`, `is wrong: ${cause.message}`);
    }
    throw cause;
  }
};

const readKey = (value: unknown, where: string): ManagedKey => {
  if (!isObject(value)) throw broken(where, 'is not an object.');
  const { id, sha256, createdAt, rotatedAt, revokedAt, expiresAt, ...terms } = value;
  return {
    // A time that is over is as good as another one here.
    ...at(where, () => readTerms(terms, undefined, 0)),
    ...(expiresAt !== undefined && { expiresAt: readTime(expiresAt, `${where}.expiresAt`) }),
    id: textOf(id, ID, `${where}.id`),
    sha256: textOf(sha256, SHA256, `${where}.sha256`),
    createdAt: readTime(createdAt, `${where}.createdAt`),
    ...(rotatedAt !== undefined && { rotatedAt: readTime(rotatedAt, `${where}.rotatedAt`) }),
    ...(revokedAt !== undefined && { revokedAt: readTime(revokedAt, `${where}.revokedAt`) }),
  };
};

const listOf = (book: JsonObject, name: string): readonly unknown[] => {
  const value = book[name] ?? [];
  if (!Array.isArray(value)) throw broken(name, 'is not a list.');
  return value;
};

const requireDistinct = (texts: readonly string[], what: string): void => {
  const twice = texts.find((text, place) => texts.indexOf(text) !== place);
  if (twice !== undefined) throw broken(what, `has ${JSON.stringify(twice)} twice.`);
};

/**
 * Reads what a store has kept. All of it or nothing: half a list of keys would let revoked ones in.
 * @param value parsed JSON; null where there is nothing yet
 * @throws GatewayError keys_unreadable, which says where
 */
export const parseBook = (value: unknown): KeyBook => {
  if (value === null) return EMPTY_BOOK;
  if (!isObject(value)) throw broken('the whole', 'is not an object.');
  if (value.schemaVersion !== 1) {
    throw broken('schemaVersion', 'is not 1: a newer gomodel-ts wrote it, or something else.');
  }
  const keys = listOf(value, 'keys').map((key, place) => readKey(key, `keys[${place}]`));
  const policies = listOf(value, 'policies').map((policy, place) =>
    at(`policies[${place}]`, () => readPolicy(policy)),
  );
  requireDistinct(
    keys.map(({ id }) => id),
    'keys',
  );
  requireDistinct(
    policies.map(({ name }) => name),
    'policies',
  );
  return { keys, policies };
};
