import { hash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../../src/base/json-object.ts';
import { parseConfigFile } from '../../../src/config/file/parse-config-file.ts';
import { composeGateway, type RunningGateway } from '../gateway/compose-gateway.ts';
import { responsesStream } from '../upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../upstream/start-upstream.ts';
import { createBrowser } from './browser.ts';
import { type Account, type ProviderDouble, startProvider } from './start-provider.ts';

const ANNA: Account = { subject: 'u-1', name: 'anna', groups: ['platform'], isActive: true };
const BERT: Account = { subject: 'u-2', name: 'bert', groups: ['ops'], isActive: true };

const GROUPS: readonly JsonObject[] = [
  { group: 'ops', role: 'admin', user_path: '/team/ops' },
  { group: 'platform', user_path: '/team/platform/{user}', labels: ['platform'], models: ['gpt-test'] },
];

export interface SignInGateway {
  readonly gateway: RunningGateway;
  readonly provider: ProviderDouble;
  readonly upstream: Upstream;
  /** The public address. */
  readonly base: string;
}

interface SignInGatewayOptions {
  readonly groups?: readonly JsonObject[];
  readonly accounts?: readonly Account[];
  readonly env?: Readonly<Record<string, string>>;
  readonly issuesRefreshTokens?: boolean;
  readonly dataDir?: string;
  /** As the file says it: the fleet's policy. */
  readonly configFile?: JsonObject;
}

/** A gateway with an upstream, and a real identity provider by which people sign in. */
export const startSignInGateway = async ({
  groups = GROUPS,
  accounts = [ANNA, BERT],
  env = {},
  issuesRefreshTokens = true,
  dataDir,
  configFile = {},
}: SignInGatewayOptions = {}): Promise<SignInGateway> => {
  const provider = await startProvider(
    accounts.map((account) => ({ ...account })),
    { issuesRefreshTokens },
  );
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  const text = JSON.stringify({ oidc: { groups }, ...configFile });
  const file = parseConfigFile(text, 'gomodel.yaml', {});
  const gateway = await composeGateway(upstream.url, {
    env: { ...provider.env, ...env },
    ...(dataDir !== undefined && { dataDir }),
    configure: (config) => ({
      ...config,
      policy: file.policy?.value,
      signIn: config.signIn && { ...config.signIn, groups: file.groups },
    }),
  });
  return { gateway, provider, upstream, base: gateway.url };
};

/** What `POST /oauth/token` answers. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly email?: string;
  readonly error?: string;
  readonly error_description?: string;
}

export const postForm = async <Body = TokenAnswer>(
  url: string,
  fields: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly body: Body }> => {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
  return { status: response.status, body: (await response.json()) as Body };
};

export const VERIFIER = 'a-verifier-of-pkce-that-has-more-than-43-characters';
const REDIRECT = 'http://127.0.0.1:1455/callback';
const CLIENT = 'codex';

export const authorizeUrl = (base: string, changed: Readonly<Record<string, string>> = {}): string => {
  const url = new URL('/oauth/authorize', base);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: REDIRECT,
    code_challenge: hash('sha256', VERIFIER, 'base64url'),
    code_challenge_method: 'S256',
    state: 'state-of-the-client',
    ...changed,
  }).toString();
  return url.href;
};

/** Goes the way of a browser until the program's own address. */
export const getCode = async (base: string, browser = createBrowser()): Promise<URL> =>
  (await browser.open(authorizeUrl(base), ({ port }) => port === '1455')).url;

export const redeem = (base: string, code: string, changed: Readonly<Record<string, string>> = {}) =>
  postForm(`${base}/oauth/token`, {
    grant_type: 'authorization_code',
    client_id: CLIENT,
    redirect_uri: REDIRECT,
    code,
    code_verifier: VERIFIER,
    ...changed,
  });

/** Signs in whom the provider signs in, as Codex does. */
export const signIn = async (base: string): Promise<TokenAnswer> =>
  (await redeem(base, (await getCode(base)).searchParams.get('code') ?? '')).body;

export const refresh = (base: string, refreshToken: string) =>
  postForm(`${base}/oauth/token`, { grant_type: 'refresh_token', refresh_token: refreshToken });

/** Asks for a model with a token. */
export const askModel = (v1: string, token: string, model = 'gpt-test'): Promise<Response> =>
  fetch(`${v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ model, stream: true }),
  });
