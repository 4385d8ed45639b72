import http from 'node:http';
import { describe, expect, it } from 'vitest';
import { createSignInSecrets, openProvider } from '../../../src/identity/provider/open-provider.ts';
import { type Oddity, startOddProvider } from '../../support/identity/start-odd-provider.ts';

const SECRET = 'a secret of the client, long enough for HS256';

const signIn = async (oddity: Oddity) => {
  const { issuer, setNonce } = await startOddProvider(oddity);
  const provider = openProvider({
    config: {
      issuer,
      clientId: 'gw',
      clientSecret: SECRET,
      scopes: 'openid',
      groupsClaim: 'groups',
      authorizationParams: {},
      tokenLifeMs: 900_000,
      groups: [],
    },
    needsGroups: false,
    redirectUri: new URL('http://localhost:8080/oauth/callback'),
    agentFor: () => new http.Agent(),
    now: () => performance.now(),
  });
  const secrets = createSignInSecrets();
  const url = await provider.authorizationUrl(secrets);
  setNonce(url.searchParams.get('nonce') ?? '');
  return provider.finish(new URLSearchParams({ code: 'c', state: secrets.state }), secrets);
};

describe('an identity provider lets people in', () => {
  it.each<[string, Oddity, string | undefined]>([
    ['that leaves nothing out', {}, 'rt'],
    [
      'that gives no refresh token, and says null',
      { tokens: { refresh_token: null, scope: null } },
      undefined,
    ],
    [
      'that gives none, and says so by an empty text',
      { tokens: { refresh_token: '', scope: '' } },
      undefined,
    ],
    ['whose numbers are texts', { tokens: { expires_in: '300', not_before: '0' } }, 'rt'],
    ['that signs with ES256', { algorithm: 'ES256' }, 'rt'],
    ['that signs with PS256', { algorithm: 'PS256' }, 'rt'],
    [
      'that knows no Basic',
      { metadata: { token_endpoint_auth_methods_supported: ['client_secret_post'] } },
      'rt',
    ],
  ])('%s', async (_name, oddity, refreshToken) => {
    expect(await signIn(oddity)).toMatchObject({ person: { subject: 'u-1' }, refreshToken });
  });
});

describe('what a provider answers and cannot be accepted is said with what helps', () => {
  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  it.each<[string, Oddity, RegExp]>([
    [
      'clocks that differ',
      { claims: { nbf: inAnHour } },
      /"nbf".*The clocks of the provider and of this machine/,
    ],
    ['another client', { claims: { aud: 'other' } }, /"aud".*OIDC_ISSUER and OIDC_CLIENT_ID/],
    ['a key that it does not name', { hidesKey: true }, /no applicable keys.*sign in again in a minute/],
    ['a signature by the secret', { secret: SECRET }, /unsupported JWS.*a key of its own \(RS256/],
  ])('%s', async (_name, oddity, message) => {
    await expect(signIn(oddity)).rejects.toMatchObject({
      code: 'identity_provider_unavailable',
      message: expect.stringMatching(message),
    });
  });
});
