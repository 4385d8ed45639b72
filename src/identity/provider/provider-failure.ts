import * as client from 'openid-client';
import { GatewayError } from '../../base/errors.ts';
import { foreignWords } from '../../base/foreign-text.ts';
import { isObject } from '../../base/json-object.ts';

const MAX_WORDS = 200;

/** By what a provider says that a sign-in is over (RFC 6749 §5.2, OpenID Connect Core §3.1.2.6). */
const ENDS = ['invalid_grant', 'access_denied', 'interaction_required', 'login_required'];

/** The innermost reason of an error, since the library wraps those of the network. */
const reasonOf = (error: unknown): string => {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (!(inner instanceof Error)) return String(inner);
  return inner.name === 'TimeoutError' ? 'it did not answer in time' : inner.message;
};

const codeOf = (error: unknown): { readonly code: string; readonly words: string } | undefined => {
  if (error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError) {
    const { error: code, error_description: description = code } = error;
    return { code, words: foreignWords(description, MAX_WORDS) };
  }
  return undefined;
};

/**
 * What the library finds in answers that came and cannot be trusted, with what helps: asking again brings the same.
 * Each begins with a code of its own.
 */
const REMEDIES: Readonly<Record<string, string>> = {
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'The clocks of the provider and of this machine differ: set both',
  OAUTH_JWT_CLAIM_COMPARISON_FAILED:
    'OIDC_ISSUER and OIDC_CLIENT_ID have to be those for which it issues tokens',
  OAUTH_KEY_SELECTION_FAILED: 'It may have changed its keys just now: sign in again in a minute',
  OAUTH_UNSUPPORTED_OPERATION:
    'It has to sign ID tokens with a key of its own (RS256, ES256, PS256 or EdDSA) and not with the secret of the client',
  OAUTH_INVALID_RESPONSE: 'Check how the client is registered there',
};

const remedyOf = (error: unknown): string | undefined => {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const code = 'code' in inner ? String(inner.code) : '';
    if (Object.hasOwn(REMEDIES, code)) return REMEDIES[code];
  }
  return undefined;
};

/** What a provider calls itself, where that is not what the setting says: often a slash at the end. */
const ownIssuerIn = (error: unknown): string | undefined => {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const { cause } = inner;
    if (!isObject(cause) || cause.attribute !== 'issuer' || !isObject(cause.body)) continue;
    const { issuer } = cause.body;
    return typeof issuer === 'string' ? foreignWords(issuer, MAX_WORDS) : undefined;
  }
  return undefined;
};

/** @param host of the provider, as messages name it */
export const providerFailure = (host: string) => ({
  /** Whether the provider says that somebody may not go on. */
  isEnd: (error: unknown): boolean => {
    const refused = codeOf(error);
    return refused !== undefined && ENDS.includes(refused.code);
  },
  toGatewayError: (error: unknown): GatewayError => {
    if (error instanceof GatewayError && error.code !== 'upstream_unreachable') return error;
    const refused = codeOf(error);
    if (refused && ENDS.includes(refused.code)) {
      return new GatewayError(
        'sign_in_expired',
        `the identity provider at ${host} refused the sign-in: ${refused.words.replace(/\.$/, '')}. Sign in again.`,
        { cause: error, status: 403 },
      );
    }
    const issuer = ownIssuerIn(error);
    if (issuer !== undefined) {
      return new GatewayError(
        'identity_provider_unavailable',
        `the identity provider at ${host} calls itself ${issuer}, and OIDC_ISSUER says otherwise. It has to be the same to the last slash.`,
        { cause: error },
      );
    }
    const remedy = remedyOf(error);
    if (remedy !== undefined) {
      const reason = foreignWords(reasonOf(error), MAX_WORDS).replace(/\.$/, '');
      return new GatewayError(
        'identity_provider_unavailable',
        `the identity provider at ${host} gave an answer that cannot be accepted: ${reason}. ${remedy}.`,
        { cause: error },
      );
    }
    return new GatewayError(
      'identity_provider_unavailable',
      `the identity provider at ${host} cannot be asked: ${(refused?.words ?? foreignWords(reasonOf(error), MAX_WORDS)).replace(/\.$/, '')}. Nobody can sign in until it answers; who is signed in can go on until their token expires.`,
      { cause: error },
    );
  },
});
