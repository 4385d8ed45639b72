import { GatewayError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json-object.ts';
import { MAX_WILDCARD_LENGTH, MAX_WILDCARDS } from '../../base/match-wildcard.ts';
import { requireUserPath } from '../../base/user-path.ts';
import { ROLES, type Role } from '../role.ts';
import type { BodiesRight, KeyTerms } from './managed-key.ts';
import { readExpiry } from './read-expiry.ts';

const BODIES: readonly BodiesRight[] = ['own', 'all', 'none'];
const NAME = /^[^\s\p{C}](?:[^\p{C}]{0,98}[^\s\p{C}])?$/u;
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._:=@-]{0,63}$/;
const MAX_ENTRIES = 50;

const FIELDS = [
  'name',
  'role',
  'userPath',
  'acceptsUserPath',
  'labels',
  'models',
  'providers',
  'bodies',
  'expires',
] as const;

const refuse = (param: string, message: string): GatewayError =>
  new GatewayError('invalid_request', message, { param });

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 100) ?? 'nothing';

const readName = (value: unknown): string => {
  if (typeof value === 'string' && NAME.test(value)) return value;
  throw refuse('name', `the name of a key is 1 to 100 characters, such as "anna", and not ${shown(value)}.`);
};

const readOne = <Word extends string>(value: unknown, words: readonly Word[], param: string): Word => {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw refuse(param, `${param} is one of ${words.join(', ')}, and not ${shown(value)}.`);
};

const readSwitch = (value: unknown, param: string): boolean => {
  if (typeof value === 'boolean') return value;
  throw refuse(param, `${param} is true or false, and not ${shown(value)}.`);
};

const readList = (
  value: unknown,
  param: string,
  isFine: (text: string) => boolean,
  takes: string,
): string[] => {
  if (!Array.isArray(value) || value.length > MAX_ENTRIES) {
    throw refuse(param, `${param} is a list of at most ${MAX_ENTRIES}, and not ${shown(value)}.`);
  }
  for (const entry of value) {
    if (typeof entry !== 'string' || !isFine(entry)) {
      throw refuse(param, `each of ${param} is ${takes}, and not ${shown(entry)}.`);
    }
  }
  return [...new Set(value as string[])];
};

const isLabel = (text: string): boolean => LABEL.test(text);

/** Longer patterns, and those with more stars, would match nothing. */
const isPattern = (text: string): boolean =>
  text !== '' &&
  text.length <= MAX_WILDCARD_LENGTH &&
  text.split('*').length <= MAX_WILDCARDS &&
  !/\s/.test(text);

export const readPatterns = (value: unknown, param: string): string[] =>
  readList(value, param, isPattern, 'a name without spaces, in which * stands for anything');

const DEFAULT_BODIES: Readonly<Record<Role, BodiesRight>> = {
  admin: 'all',
  auditor: 'all',
  member: 'own',
  user: 'none',
};

/**
 * The terms of a new key, or those of a known one with changes. Members that are null are taken away.
 * @param given members of `KeyTerms`, and `expires` for `expiresAt`: a span such as `90d`, or a date
 * @throws GatewayError invalid_request, with the member that is at fault
 */
export const readTerms = (given: JsonObject, known: KeyTerms | undefined, nowMs: number): KeyTerms => {
  const stranger = Object.keys(given).find((name) => !(FIELDS as readonly string[]).includes(name));
  if (stranger !== undefined) {
    throw refuse(stranger, `a key has no ${shown(stranger)}. It has ${FIELDS.join(', ')}.`);
  }
  const role = given.role === undefined ? (known?.role ?? 'user') : readOne(given.role, ROLES, 'role');
  const userPath =
    given.userPath === undefined
      ? known?.userPath
      : given.userPath === null
        ? undefined
        : requireUserPath(given.userPath, 'userPath');
  const expiresAt =
    given.expires === undefined
      ? known?.expiresAt
      : given.expires === null
        ? undefined
        : readExpiry(given.expires, nowMs);
  if (role === 'member' && (userPath === undefined || userPath === '/')) {
    throw refuse(
      'userPath',
      'a member reads the log of a user path and below it: say which, such as /team/alpha. Who may read everything is an auditor.',
    );
  }
  return {
    name: given.name === undefined && known ? known.name : readName(given.name),
    role,
    ...(userPath !== undefined && { userPath }),
    acceptsUserPath:
      given.acceptsUserPath === undefined
        ? (known?.acceptsUserPath ?? false)
        : readSwitch(given.acceptsUserPath, 'acceptsUserPath'),
    labels:
      given.labels === undefined
        ? (known?.labels ?? [])
        : readList(given.labels, 'labels', isLabel, 'up to 64 letters, digits and . _ : = @ -, such as ci'),
    models: given.models === undefined ? (known?.models ?? []) : readPatterns(given.models, 'models'),
    providers:
      given.providers === undefined ? (known?.providers ?? []) : readPatterns(given.providers, 'providers'),
    bodies:
      given.bodies !== undefined
        ? readOne(given.bodies, BODIES, 'bodies')
        : known && known.role === role
          ? known.bodies
          : DEFAULT_BODIES[role],
    ...(expiresAt !== undefined && { expiresAt }),
  };
};
