import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject, nonEmptyString } from '../../base/json-object.ts';
import type { Person } from '../../guard/people/person.ts';

/** The distinguished names of directories are long. */
const MAX_GROUP_LENGTH = 1_000;
const MAX_NAME_LENGTH = 100;
/** OpenID Connect Core §2. */
const MAX_SUBJECT_LENGTH = 255;

const CONTROL = /\p{C}/gu;

/** A claim by its name, or by the way to it: `realm_access.roles`. */
const claimOf = (claims: JsonObject, name: string): unknown => {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
};

const isGroup = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_GROUP_LENGTH;

/**
 * The groups that a claim lists, as many as the answer has; a text is one group.
 * @returns undefined where there is no such claim
 */
export const groupsIn = (claims: JsonObject, claim: string): readonly string[] | undefined => {
  const value = claimOf(claims, claim);
  if (value === undefined || value === null) return undefined;
  return (Array.isArray(value) ? value : [value]).filter(isGroup);
};

/**
 * Whether a provider has left a claim out since it would be too long: Entra ID does so with more than 200 groups, and
 * names a place of its own API instead (OpenID Connect Core §5.6.2).
 */
export const isLeftOut = (claims: JsonObject, claim: string): boolean => {
  const names = claims._claim_names;
  return claims.hasgroups === true || (isObject(names) && Object.hasOwn(names, claim));
};

const shown = (value: unknown): string | undefined =>
  nonEmptyString(
    typeof value === 'string' ? value.replace(CONTROL, '').slice(0, MAX_NAME_LENGTH) : undefined,
  );

/**
 * Somebody as the provider's claims describe them.
 * @throws GatewayError upstream_invalid_answer where the provider does not say who it is
 */
export const readPerson = (claims: JsonObject, groups: readonly string[]): Person => {
  const { sub } = claims;
  if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT_LENGTH) {
    throw new GatewayError('upstream_invalid_answer', 'the identity provider did not say who signed in.');
  }
  // An address that nobody has verified may be somebody else's. Some providers say so in a text.
  const email = String(claims.email_verified) === 'false' ? undefined : shown(claims.email);
  const name = shown(claims.preferred_username) ?? email ?? shown(sub) ?? 'somebody';
  return { subject: sub, name, ...(email !== undefined && { email }), groups };
};
