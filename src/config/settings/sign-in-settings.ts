import { isLoopbackHost } from '../own-address.ts';
import { parseDuration } from '../parse-duration.ts';
import { setting } from './setting.ts';

const parseWord = (text: string): string | undefined => text.trim() || undefined;

/** Tokens and sign-ins pass there: in the open only on this machine. */
const parseSecureUrl = (text: string): URL | undefined => {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (!url || url.search || url.hash || url.username || url.password) return undefined;
  const isLocal = url.protocol === 'http:' && isLoopbackHost(url.hostname);
  return url.protocol === 'https:' || isLocal ? url : undefined;
};

/** The address of the gateway itself, which has no path. */
const parsePublicUrl = (text: string): URL | undefined => {
  const url = parseSecureUrl(text);
  return url?.pathname === '/' ? url : undefined;
};

const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const parseScopes = (text: string): string | undefined => {
  const scopes = text.trim().split(/\s+/);
  return scopes.includes('openid') && scopes.every((scope) => SCOPE.test(scope))
    ? scopes.join(' ')
    : undefined;
};

/** What the gateway says itself, and nobody may change. */
const OWN_PARAMETERS = [
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'redirect_uri',
  'response_mode',
  'response_type',
  'scope',
  'state',
];

const parseParameters = (text: string): Readonly<Record<string, string>> | undefined => {
  const parameters = Object.fromEntries(new URLSearchParams(text.trim()));
  return OWN_PARAMETERS.some((name) => name in parameters) ? undefined : parameters;
};

const MIN_LIFE_MS = 1_000;
const MAX_LIFE_MS = 24 * 3_600_000;

const parseLife = (text: string): number | undefined => {
  const ms = parseDuration(text.trim());
  return ms !== undefined && ms >= MIN_LIFE_MS && ms <= MAX_LIFE_MS ? ms : undefined;
};

/** How people sign in by an identity provider. */
export const SIGN_IN_SETTINGS = {
  publicUrl: setting({
    variable: 'PUBLIC_URL',
    path: ['server', 'public_url'],
    takes: 'an https URL without a path, or an http URL of this machine',
    summary: 'the address by which browsers and clients reach the gateway; where it listens if absent',
    parse: parsePublicUrl,
  }),
  oidcIssuer: setting({
    variable: 'OIDC_ISSUER',
    path: ['oidc', 'issuer'],
    takes: 'the https URL of an OpenID Connect provider, or an http URL of this machine',
    summary: 'the identity provider by which people sign in; nobody can if absent',
    parse: parseSecureUrl,
  }),
  oidcClientId: setting({
    variable: 'OIDC_CLIENT_ID',
    path: ['oidc', 'client_id'],
    takes: 'any text',
    summary: 'the id under which the identity provider knows the gateway',
    parse: parseWord,
  }),
  oidcClientSecret: setting({
    variable: 'OIDC_CLIENT_SECRET',
    path: ['oidc', 'client_secret'],
    takes: 'any text',
    summary: 'the secret that goes with the id; absent for a public client',
    secret: true,
    parse: parseWord,
  }),
  oidcScopes: setting({
    variable: 'OIDC_SCOPES',
    path: ['oidc', 'scopes'],
    takes: 'scopes separated by spaces, openid among them',
    summary: 'what the identity provider is asked for',
    parse: parseScopes,
    fallback: 'openid profile email offline_access',
  }),
  oidcGroupsClaim: setting({
    variable: 'OIDC_GROUPS_CLAIM',
    path: ['oidc', 'groups_claim'],
    takes: 'the name of a claim',
    summary: "the claim that lists a person's groups; dots lead into objects, as in realm_access.roles",
    parse: parseWord,
    fallback: 'groups',
  }),
  oidcAuthorizationParams: setting({
    variable: 'OIDC_AUTHORIZATION_PARAMS',
    path: ['oidc', 'authorization_params'],
    takes:
      'parameters such as access_type=offline&prompt=consent, none of those that the gateway sends itself',
    summary: 'what else the identity provider is told when somebody signs in',
    parse: parseParameters,
  }),
  oidcTokenLifetime: setting({
    variable: 'OIDC_TOKEN_LIFETIME',
    path: ['oidc', 'token_lifetime'],
    takes: 'a duration from 1s to 24h',
    summary: 'how long a token is valid before the identity provider is asked again',
    parse: parseLife,
    fallback: '15m',
  }),
} as const;
