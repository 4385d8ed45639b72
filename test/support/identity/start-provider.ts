import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { onTestFinished } from 'vitest';

/** Somebody whom the provider knows. */
export interface Account {
  readonly subject: string;
  readonly name: string;
  groups: readonly string[];
  /** Beside those that follow from the rest, or in their place. */
  claims?: Readonly<Record<string, unknown>>;
  /** False: the provider lets them sign in no more, and refuses their refresh tokens. */
  isActive: boolean;
}

const SIGNING_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

const CLIENT_ID = 'gomodel-ts';
const CLIENT_SECRET = 'secret-of-the-gateway-0123456789';

export interface ProviderDouble {
  readonly issuer: string;
  readonly accounts: Map<string, Account>;
  /** Who signs in when the next browser comes. */
  signsIn: string;
  /** For how long it lets sign-ins go on that begin from now on. */
  refreshTokenSeconds: number;
  /** The variables of a gateway that people sign in to by it. */
  readonly env: Readonly<Record<string, string>>;
  /** Closes its port; what is asked of it from now on fails. */
  stop(): Promise<void>;
}

interface ProviderOptions {
  readonly issuesRefreshTokens?: boolean;
  /** Of a gateway over TLS, at a port that is known. */
  readonly redirectUri?: string;
}

/**
 * A certified OpenID Connect provider (npm `oidc-provider`) on a port of its own. People have no passwords: whoever
 * `signsIn` names is signed in at once.
 */
export const startProvider = async (
  accounts: readonly Account[],
  { issuesRefreshTokens = true, redirectUri }: ProviderOptions = {},
): Promise<ProviderDouble> => {
  const known = new Map(accounts.map((account) => [account.subject, account]));
  const server = http.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const double = { signsIn: accounts[0]?.subject ?? '', refreshTokenSeconds: 86_400 };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        grant_types: ['authorization_code', 'refresh_token'],
        // Any of its port, since the gateway's is not known yet.
        redirect_uris: redirectUri
          ? [redirectUri]
          : ['http://127.0.0.1/oauth/callback', 'http://localhost/oauth/callback'],
        application_type: redirectUri ? 'web' : 'native',
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    claims: {
      openid: ['sub'],
      profile: [
        ...['name', 'preferred_username', 'groups'],
        ...accounts.flatMap(({ claims = {} }) => Object.keys(claims).filter((name) => !name.startsWith('_'))),
      ],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: false,
    scopes: ['openid', 'offline_access', 'profile', 'email'],
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['a-key-of-the-cookies'] },
    pkce: { required: () => true },
    // A key and times of its own: the library warns of its defaults.
    jwks: { keys: [SIGNING_KEY] },
    ttl: {
      Interaction: 600,
      Session: 3600,
      Grant: 86_400,
      AccessToken: 3600,
      IdToken: 3600,
      RefreshToken: () => double.refreshTokenSeconds,
    },
    issueRefreshToken: async () => issuesRefreshTokens,
    rotateRefreshToken: true,
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: async (_context, id) => {
      const account = known.get(id);
      if (!account?.isActive) return undefined;
      return {
        accountId: id,
        claims: async () => ({
          sub: id,
          preferred_username: account.name,
          email: `${account.name}@corp.example`,
          groups: [...account.groups],
          ...account.claims,
        }),
      };
    },
  });
  const handle = provider.callback();
  const interact = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      const account = known.get(double.signsIn);
      const result = account?.isActive
        ? { login: { accountId: account.subject } }
        : { error: 'access_denied', error_description: 'the account is locked' };
      await provider.interactionFinished(request, response, result);
      return;
    }
    const grant = grantId === undefined ? undefined : await provider.Grant.find(grantId);
    const given =
      grant ??
      new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params.client_id) });
    given.addOIDCScope('openid offline_access profile email');
    await provider.interactionFinished(
      request,
      response,
      { consent: { grantId: await given.save() } },
      { mergeWithLastSubmission: true },
    );
  };
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/')) void interact(request, response);
    else void handle(request, response);
  });
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(stop);
  return {
    issuer,
    accounts: known,
    get signsIn() {
      return double.signsIn;
    },
    set signsIn(subject) {
      double.signsIn = subject;
    },
    get refreshTokenSeconds() {
      return double.refreshTokenSeconds;
    },
    set refreshTokenSeconds(seconds) {
      double.refreshTokenSeconds = seconds;
    },
    env: { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: CLIENT_ID, OIDC_CLIENT_SECRET: CLIENT_SECRET },
    stop,
  };
};
