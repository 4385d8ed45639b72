import { createHash } from 'node:crypto';
import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';

/** The arguments of a call that was signed, as far as it takes to know them again. */
export interface SignedArguments {
  /** Their members, in their order. */
  readonly keys: readonly string[];
  readonly digest: string;
}

const DIGEST_LENGTH = 22;

const digestOf = (args: JsonObject): string =>
  createHash('sha256').update(JSON.stringify(args)).digest('base64url').slice(0, DIGEST_LENGTH);

/** @param json of the arguments; undefined if they are not an object */
export const noteArguments = (json: string): SignedArguments | undefined => {
  const args = parseJson(json);
  return isObject(args) ? { keys: Object.keys(args), digest: digestOf(args) } : undefined;
};

export const readSignedArguments = (value: unknown): SignedArguments | undefined => {
  if (!isObject(value) || typeof value.digest !== 'string' || !Array.isArray(value.keys)) return undefined;
  return { digest: value.digest, keys: value.keys.filter((key) => typeof key === 'string') };
};

/**
 * The arguments as the model wrote them: Claude Code adds a tool's defaults to what it sends back, and orders the
 * members anew.
 * @returns undefined if they were changed otherwise, so that the signature is not theirs
 */
export const restoreArguments = (json: string, signed: SignedArguments): string | undefined => {
  const args = parseJson(json);
  if (!isObject(args)) return undefined;
  const own = signed.keys.filter((key) => Object.hasOwn(args, key));
  const picked = Object.fromEntries(own.map((key) => [key, args[key]]));
  if (digestOf(picked) !== signed.digest) return undefined;
  // As it came, where it is whole: a number may be longer than JavaScript can write.
  return own.length === Object.keys(args).length && digestOf(args) === signed.digest
    ? json
    : JSON.stringify(picked);
};
