import { GatewayError } from '../../base/errors.ts';
import { showUrl } from '../../base/show-url.ts';
import { trimTrailing } from '../../base/trim-text.ts';
import { RESERVED_IDS } from './reserved-ids.ts';

/** @throws GatewayError invalid_usage for an id that is Codex's own, or no plain name */
export const parseProviderId = (id: string): string => {
  if (RESERVED_IDS.includes(id)) {
    throw new GatewayError(
      'invalid_usage',
      `--provider-id ${id}: Codex keeps ${RESERVED_IDS.join(', ')} for itself. Choose another, such as gomodel.`,
    );
  }
  if (!/^[A-Za-z0-9_-]+$/.test(id)) {
    throw new GatewayError('invalid_usage', `--provider-id ${id}: letters, digits, - and _ only, please.`);
  }
  return id;
};

/** @throws GatewayError invalid_usage for what is no variable's name; a key given by mistake is not repeated */
export const parseEnvKey = (name: string): string => {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new GatewayError(
    'invalid_usage',
    '--env-key takes the name of an environment variable, such as OPENAI_API_KEY, and not the key itself: ' +
      'the key stays out of the file.',
  );
};

const ENDPOINT = /\/(?:responses|chat\/completions|messages|models)$/;

/** Leads the gateway's other addresses (no path, the dashboard, an endpoint) to `/v1`. */
const versionedPath = (path: string): string => {
  const page = path.indexOf('/admin/');
  if (page >= 0) return `${path.slice(0, page)}/v1`;
  return path === '' ? '/v1' : path.replace(ENDPOINT, '');
};

/**
 * @returns the URL as it was given, without a slash at its end, and leading to `/v1` where it names no path or another
 *   one of the gateway
 * @throws GatewayError invalid_usage for what Codex cannot append `/responses` to
 */
export const parseBaseUrl = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.search || url.hash) {
    throw new GatewayError(
      'invalid_usage',
      `--base-url ${showUrl(text)} is no http(s) URL without a query, such as http://localhost:8080/v1.`,
    );
  }
  if (url.username || url.password) {
    throw new GatewayError('invalid_usage', '--base-url must not hold a user name or a password.');
  }
  const given = trimTrailing(text.trim(), '/');
  const path = trimTrailing(url.pathname, '/');
  const wanted = versionedPath(path);
  return wanted === path ? given : `${url.origin}${wanted}`;
};

/** @throws GatewayError invalid_usage for an empty name, or one that TOML cannot hold */
export const parseModel = (name: string): string => {
  if (name.trim() !== '' && !/\p{Cs}/u.test(name)) return name;
  throw new GatewayError('invalid_usage', '--model takes the name of a model, such as gpt-5.5.');
};
