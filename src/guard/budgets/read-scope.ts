import { GatewayError } from '../../base/errors.ts';
import { parseUserPath } from '../../base/user-path.ts';
import type { Scope } from './budget.ts';

const NAMED = /^(key|label|session|run):([^\s:][^\n]{0,199})$/;

const REMEDY =
  'It is / (everything), a user path such as /team/alpha, /team/* (each child of /team apart), key:ID, label:NAME, session:ID or run:ID; * in place of an ID or NAME counts each apart.';

/**
 * Reads whom a budget or limit holds for, as `scopeText` writes it.
 * @throws GatewayError invalid_request
 */
export const readScope = (value: unknown): Scope => {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '*' || text === '/*') return { kind: 'user_path', value: '/', each: true };
  const each = text.endsWith('/*');
  const path = parseUserPath(each ? text.slice(0, -2) : text);
  if (path !== undefined) return { kind: 'user_path', value: path, each };
  const [, kind, name = ''] = NAMED.exec(text) ?? [];
  if (kind === 'key' || kind === 'label' || kind === 'session' || kind === 'run') {
    return { kind, value: name === '*' ? '' : name, each: name === '*' };
  }
  const shown = JSON.stringify(value)?.slice(0, 100);
  throw new GatewayError('invalid_request', `${shown} is not a scope. ${REMEDY}`, { param: 'scope' });
};
