import { OAuthError } from './oauth-error.ts';
import type { Fields } from './read-form.ts';
import type { Purpose } from './state-cookie.ts';

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];
const CLIENT_ID = /^[\x21-\x7e]{1,100}$/;
/** 43 characters are a SHA-256 in base64url. */
const CHALLENGE = /^[\w-]{43}$/;
const MAX_STATE = 1_000;
const MAX_URI = 500;

/**
 * A program on the person's own machine, at whatever port it listens: nothing else is ever sent a code.
 * @see RFC 8252 §7.3
 */
const isLoopbackRedirect = (text: string): boolean => {
  if (text.length > MAX_URI || !URL.canParse(text) || /[\s\\]/.test(text)) return false;
  const { protocol, hostname, username, password, hash, port } = new URL(text);
  const isPlain = username === '' && password === '' && hash === '';
  return protocol === 'http:' && LOOPBACK.includes(hostname) && isPlain && port !== '';
};

export type AuthorizationRequest = Extract<Purpose, { kind: 'client' }>;

/** Where the client is told something. */
export const redirectTo = (
  { redirectUri, state }: Pick<AuthorizationRequest, 'redirectUri' | 'state'>,
  parameters: Readonly<Record<string, string>>,
): string => {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  if (state !== undefined) url.searchParams.set('state', state);
  return url.href;
};

/**
 * Reads what a client asks of a person by their browser.
 * @throws OAuthError of what must not be told to the address that the client gives: it may be somebody else's
 */
export const readAuthorizationRequest = (fields: Fields): AuthorizationRequest => {
  const redirectUri = fields.get('redirect_uri') ?? '';
  if (!isLoopbackRedirect(redirectUri)) {
    throw new OAuthError(
      'invalid_request',
      'redirect_uri must be an http address of this machine with a port, such as http://127.0.0.1:1455/callback.',
    );
  }
  const clientId = fields.get('client_id') ?? '';
  if (!CLIENT_ID.test(clientId)) {
    throw new OAuthError('invalid_request', 'client_id must be 1 to 100 characters without spaces.');
  }
  const state = fields.get('state');
  if (state !== undefined && state.length > MAX_STATE) {
    throw new OAuthError('invalid_request', `state has more than ${MAX_STATE} characters.`);
  }
  return { kind: 'client', clientId, redirectUri, challenge: fields.get('code_challenge') ?? '', state };
};

/** What is wrong with a request whose client may be told so; undefined where nothing is. */
export const problemOf = (fields: Fields, { challenge }: AuthorizationRequest): OAuthError | undefined => {
  if (fields.get('response_type') !== 'code') {
    return new OAuthError('unsupported_response_type', 'response_type must be code.');
  }
  if (fields.get('code_challenge_method') !== 'S256' || !CHALLENGE.test(challenge)) {
    return new OAuthError('invalid_request', 'PKCE with code_challenge_method=S256 is required.');
  }
  return undefined;
};
