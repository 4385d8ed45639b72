import type { Codes } from '../sign-ins/codes.ts';
import type { Devices } from '../sign-ins/devices.ts';
import type { IssuedTokens, SignIns } from '../sign-ins/sign-ins.ts';
import { OAuthError } from './oauth-error.ts';
import type { Fields } from './read-form.ts';

export interface TokenEndpointDeps {
  readonly signIns: SignIns;
  readonly codes: Codes;
  readonly devices: Devices;
}

/** What a client gets; `email` is shown by Claude Code, which asks its user whether that is them. */
const answerOf = ({ accessToken, expiresInS, refreshToken, person }: IssuedTokens) => ({
  access_token: accessToken,
  token_type: 'Bearer',
  expires_in: expiresInS,
  ...(refreshToken !== undefined && { refresh_token: refreshToken }),
  ...(person.email !== undefined && { email: person.email }),
});

export type TokenAnswer = ReturnType<typeof answerOf>;

const require = (fields: Fields, name: string): string => {
  const value = fields.get(name);
  if (value === undefined || value === '') throw new OAuthError('invalid_request', `${name} is missing.`);
  return value;
};

/** Claude Code takes 401 for the end of a sign-in; RFC 6749 has 400 for the rest. */
const ended = (status: number): OAuthError =>
  new OAuthError('invalid_grant', 'this sign-in has ended, or never began. Sign in again.', status);

const byCode = async ({ codes, signIns }: TokenEndpointDeps, fields: Fields): Promise<IssuedTokens> => {
  const redeemed = await codes.redeem(require(fields, 'code'), {
    clientId: require(fields, 'client_id'),
    redirectUri: require(fields, 'redirect_uri'),
    verifier: require(fields, 'code_verifier'),
  });
  if (redeemed && 'ends' in redeemed) await signIns.end(redeemed.ends);
  const issued = redeemed && 'signInId' in redeemed ? await signIns.issue(redeemed.signInId) : undefined;
  if (!issued) throw ended(400);
  return issued;
};

const byDevice = async ({ devices, signIns }: TokenEndpointDeps, fields: Fields): Promise<IssuedTokens> => {
  const poll = await devices.poll(require(fields, 'device_code'));
  switch (poll.kind) {
    case 'pending':
      throw new OAuthError('authorization_pending', 'nobody has allowed it yet.');
    case 'slow_down':
      throw new OAuthError('slow_down', 'asked too soon: wait five seconds longer from now on.');
    case 'denied':
      throw new OAuthError('access_denied', 'the person at the browser did not allow it.');
    case 'expired':
      throw new OAuthError('expired_token', 'this code has expired, or was used. Begin again.');
    case 'approved': {
      const issued = await signIns.issue(poll.signInId);
      if (!issued) throw new OAuthError('expired_token', 'this sign-in has ended. Begin again.');
      return issued;
    }
  }
};

const byRefresh = async ({ signIns }: TokenEndpointDeps, fields: Fields): Promise<IssuedTokens> => {
  const issued = await signIns.refresh(require(fields, 'refresh_token'), fields.get('client_id'));
  if (!issued) throw ended(401);
  return issued;
};

/**
 * Answers `POST /oauth/token`. Parameters that it does not know are passed over (RFC 6749 §3.2).
 * @throws OAuthError, and what the identity provider's being away is
 */
export const answerToken = async (deps: TokenEndpointDeps, fields: Fields): Promise<TokenAnswer> => {
  const grant = require(fields, 'grant_type');
  switch (grant) {
    case 'authorization_code':
      return answerOf(await byCode(deps, fields));
    case 'urn:ietf:params:oauth:grant-type:device_code':
      return answerOf(await byDevice(deps, fields));
    case 'refresh_token':
      return answerOf(await byRefresh(deps, fields));
    default:
      throw new OAuthError(
        'unsupported_grant_type',
        'grant_type is authorization_code, refresh_token or urn:ietf:params:oauth:grant-type:device_code.',
      );
  }
};
