import { GatewayError } from '../../base/errors.ts';
import { isObject } from '../../base/json-object.ts';
import { requireUserPath } from '../../base/user-path.ts';
import { readPatterns } from '../keys/read-terms.ts';
import type { Policy } from './policy.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const FIELDS = ['name', 'userPath', 'models', 'providers'];

const refuse = (param: string, message: string): GatewayError =>
  new GatewayError('invalid_request', message, { param });

/**
 * @param given members of `Policy`
 * @throws GatewayError invalid_request, with the member that is at fault
 */
export const readPolicy = (given: unknown): Policy => {
  if (!isObject(given)) throw refuse('policy', 'a policy is an object.');
  const stranger = Object.keys(given).find((name) => !FIELDS.includes(name));
  if (stranger !== undefined) {
    throw refuse(stranger, `a policy has no "${stranger.slice(0, 100)}". It has ${FIELDS.join(', ')}.`);
  }
  const { name } = given;
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw refuse('name', 'the name of a policy is up to 64 letters, digits and . _ -, such as no-opus.');
  }
  const models = given.models === undefined ? [] : readPatterns(given.models, 'models');
  const providers = given.providers === undefined ? [] : readPatterns(given.providers, 'providers');
  if (models.length === 0 && providers.length === 0) {
    throw refuse(
      'models',
      'a policy says which models or which providers may be used; this one says neither.',
    );
  }
  return { name, userPath: requireUserPath(given.userPath ?? '/', 'userPath'), models, providers };
};
