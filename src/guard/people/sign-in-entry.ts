import { isObject, type JsonObject, objectsOf } from '../../base/json-object.ts';
import type { Person } from './person.ts';

/** A refresh token as it is kept. */
interface KeptToken {
  readonly sha256: string;
  /** When another one took its place; absent for one that counts. */
  readonly replacedAtMs?: number;
}

/** Somebody's sign-in by one program, for as long as the identity provider agrees. */
export interface SignInEntry {
  readonly person: Person;
  /** The program, as it calls itself; empty where it does not. */
  readonly clientId: string;
  /** What the program says of itself, where it signs in by a code. */
  readonly program?: string;
  /** Where it was begun from. */
  readonly address?: string;
  readonly beganAtMs?: number;
  /** The provider's refresh token, sealed. Absent: it cannot be asked, and the sign-in ends with its first token. */
  readonly providerToken?: string;
  /** When the provider was last asked. Milliseconds since the epoch, as all of these. */
  readonly checkedAtMs: number;
  /** Set while one process asks the provider: two questions at once would look like a stolen token. */
  readonly askingUntilMs?: number;
  readonly tokens: readonly KeptToken[];
  readonly expiresAtMs: number;
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const readPersonEntry = (value: unknown): Person | undefined => {
  if (!isObject(value) || textOf(value.subject) === '') return undefined;
  const { email } = value;
  return {
    subject: textOf(value.subject),
    name: textOf(value.name),
    ...(typeof email === 'string' && { email }),
    groups: Array.isArray(value.groups) ? value.groups.map(textOf) : [],
  };
};

/** @returns undefined where it is not what the gateway wrote */
export const readSignIn = (value: JsonObject | undefined): SignInEntry | undefined => {
  const person = readPersonEntry(value?.person);
  if (!value || !person) return undefined;
  const { providerToken, askingUntilMs, program, address, beganAtMs } = value;
  return {
    person,
    clientId: textOf(value.clientId),
    ...(typeof program === 'string' && { program }),
    ...(typeof address === 'string' && { address }),
    ...(typeof beganAtMs === 'number' && { beganAtMs }),
    ...(typeof providerToken === 'string' && { providerToken }),
    checkedAtMs: numberOf(value.checkedAtMs),
    ...(typeof askingUntilMs === 'number' && { askingUntilMs }),
    tokens: objectsOf(value.tokens).map(({ sha256, replacedAtMs }) => ({
      sha256: textOf(sha256),
      ...(typeof replacedAtMs === 'number' && { replacedAtMs }),
    })),
    expiresAtMs: numberOf(value.expiresAtMs),
  };
};
