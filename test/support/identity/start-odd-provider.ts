import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';

/** How a provider's answers differ from those of a certified one. */
export interface Oddity {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly claims?: JWTPayload;
  /** Members of the token endpoint's answer. */
  readonly tokens?: Readonly<Record<string, unknown>>;
  /** Signs by the client's secret. */
  readonly secret?: string;
  /** Of the ID token. */
  readonly algorithm?: string;
  /** Whether the keys that it names are others than the one that it signs with. */
  readonly hidesKey?: true;
}

/** An identity provider that writes what real ones do, and certified ones do not. */
export const startOddProvider = async ({
  metadata = {},
  claims = {},
  tokens = {},
  secret,
  algorithm = 'RS256',
  hidesKey,
}: Oddity) => {
  let nonce = '';
  const pair = await generateKeyPair(secret === undefined ? algorithm : 'RS256', { extractable: true });
  const shown = hidesKey ? await generateKeyPair('RS256', { extractable: true }) : pair;
  const kid = hidesKey ? 'old' : 'now';
  const jwk = { ...(await exportJWK(shown.publicKey)), kid, use: 'sig', alg: hidesKey ? 'RS256' : algorithm };
  const server = createServer((request, response) => {
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answer = async (): Promise<unknown> => {
      if (request.url === '/.well-known/openid-configuration') {
        return {
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
          id_token_signing_alg_values_supported: [secret === undefined ? algorithm : 'HS256'],
          ...metadata,
        };
      }
      if (request.url === '/jwks') return { keys: secret === undefined ? [jwk] : [] };
      const now = Math.floor(Date.now() / 1000);
      const payload = { iss: issuer, aud: 'gw', sub: 'u-1', iat: now, exp: now + 300, nonce, ...claims };
      const idToken = await new SignJWT(payload)
        .setProtectedHeader(secret === undefined ? { alg: algorithm, kid: 'now' } : { alg: 'HS256' })
        .sign(secret === undefined ? pair.privateKey : Buffer.from(secret));
      return { access_token: 'at', token_type: 'Bearer', id_token: idToken, refresh_token: 'rt', ...tokens };
    };
    answer().then(
      (body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    issuer: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    /** What the next ID token repeats. */
    setNonce: (text: string): void => {
      nonce = text;
    },
  };
};
