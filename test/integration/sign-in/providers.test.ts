import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createBrowser } from '../../support/identity/browser.ts';
import { startProvider } from '../../support/identity/start-provider.ts';
import {
  askModel,
  getCode,
  signIn,
  startSignInGateway,
} from '../../support/identity/start-sign-in-gateway.ts';

/** What the tokens of real providers say, by a certified one that says the same. */
const GROUPS = [
  { group: 'platform', user_path: '/team/platform', labels: ['platform'] },
  { group: '/company/platform', user_path: '/team/keycloak' },
  { group: '1f0c8b7e-0d1e-4a57-9d0e-7a3c1d2e4f50', user_path: '/team/entra' },
  { group: 'Platform Team', user_path: '/team/okta' },
  { group: '*', user_path: '/everybody' },
];

const signInWith = async (
  { groups = [] as readonly string[], claims = {} as Readonly<Record<string, unknown>> },
  env: Readonly<Record<string, string>> = {},
) => {
  const started = await startSignInGateway({
    groups: GROUPS,
    accounts: [{ subject: 'u-1', name: 'anna', groups, claims, isActive: true }],
    env,
  });
  return { ...started, tokens: await signIn(started.base) };
};

const pathOf = async ({ gateway, tokens }: Awaited<ReturnType<typeof signInWith>>) => {
  await (await askModel(gateway.v1, tokens.access_token)).text();
  return (await gateway.records()).at(-1)?.userPath;
};

describe('groups as providers name them', () => {
  it.each([
    ['Keycloak with full paths', { groups: ['/company/platform'] }, {}, '/team/keycloak'],
    [
      'Keycloak’s realm roles',
      { claims: { groups: undefined, realm_access: { roles: ['platform', 'offline_access'] } } },
      { OIDC_GROUPS_CLAIM: 'realm_access.roles' },
      '/team/platform',
    ],
    ['Entra’s object ids', { groups: ['1f0c8b7e-0d1e-4a57-9d0e-7a3c1d2e4f50'] }, {}, '/team/entra'],
    [
      'Entra’s application roles',
      { claims: { groups: undefined, roles: ['platform'] } },
      { OIDC_GROUPS_CLAIM: 'roles' },
      '/team/platform',
    ],
    ['Okta’s names with spaces', { groups: ['Everyone', 'Platform Team'] }, {}, '/team/okta'],
    [
      'a claim with the address of a name space, as Auth0 wants it',
      { claims: { 'https://corp.example/groups': ['platform'] } },
      { OIDC_GROUPS_CLAIM: 'https://corp.example/groups' },
      '/team/platform',
    ],
    ['one group that is no list', { claims: { groups: 'platform' } }, {}, '/team/platform'],
    ['nothing, as Google', { claims: { groups: undefined } }, {}, '/everybody'],
    ['another spelling of a name', { groups: ['PLATFORM', 'platform '] }, {}, '/everybody'],
    [
      'what is no name',
      { claims: { groups: [{ name: 'platform' }, 7, null, ['platform'], ''] } },
      {},
      '/everybody',
    ],
    [
      'more than a thousand',
      { groups: [...Array.from({ length: 1_500 }, (_, at) => `CN=${at},OU=${'x'.repeat(100)}`), 'platform'] },
      {},
      '/team/platform',
    ],
  ])('%s', async (_name, account, env, path) => {
    expect(await pathOf(await signInWith(account, env))).toBe(path);
  });

  it('the first rule of the file decides for whoever is in several groups', async () => {
    expect(await pathOf(await signInWith({ groups: ['Platform Team', '/company/platform'] }))).toBe(
      '/team/keycloak',
    );
  });
});

describe('whoever is in more groups than Entra ID puts into a token', () => {
  const claims = {
    groups: undefined,
    _claim_names: { groups: 'src1' },
    _claim_sources: { src1: { endpoint: 'https://graph.example/users/u-1/getMemberObjects' } },
  };
  const open = async (groups: readonly Readonly<Record<string, unknown>>[]) => {
    const accounts = [{ subject: 'u-1', name: 'anna', groups: [], claims, isActive: true }];
    const { base } = await startSignInGateway({ groups, accounts });
    return createBrowser().open(`${base}/oauth/sign-in`);
  };

  it('is told so, and not let in by the rules for everybody', async () => {
    const shown = await open([
      { group: 'platform', role: 'member' },
      { group: '*', role: 'member' },
    ]);
    expect([shown.status, shown.text]).toEqual([403, expect.stringContaining('Anna is in more groups than')]);
  });

  it('is let in where no rule is about a group', async () => {
    expect((await open([{ group: '*', role: 'member' }])).status).toBe(200);
  });
});

describe('names', () => {
  it.each([
    ['anna', '/people/anna'],
    ['Anna', /^\/people\/anna-[0-9a-f]{8}$/],
    ['CORP\\anna', /^\/people\/corp-anna-[0-9a-f]{8}$/],
    ['anna/../root', /^\/people\/anna-..-root-[0-9a-f]{8}$/],
  ])('%s has a path that nobody else has', async (name, path) => {
    const started = await startSignInGateway({
      groups: [{ group: '*' }],
      accounts: [{ subject: 'u-1', name, groups: [], isActive: true }],
    });
    const { access_token: token } = await signIn(started.base);
    await (await askModel(started.gateway.v1, token)).text();
    const [record] = await started.gateway.records();
    expect(record?.userPath).toEqual(typeof path === 'string' ? path : expect.stringMatching(path));
  });

  it('{subject} stands for the provider’s id, which nobody can choose', async () => {
    const started = await startSignInGateway({
      groups: [{ group: '*', user_path: '/people/{subject}' }],
      accounts: [{ subject: 'u-1', name: 'root', groups: [], isActive: true }],
    });
    const { access_token: token } = await signIn(started.base);
    await (await askModel(started.gateway.v1, token)).text();
    expect((await started.gateway.records()).map(({ userPath }) => userPath)).toEqual(['/people/u-1']);
  });

  it.each([false, 'false'])('an address with email_verified %j is nobody’s', async (verified) => {
    const claims = { email: 'boss@corp.example', email_verified: verified, preferred_username: undefined };
    const { tokens } = await signInWith({ claims });
    expect(tokens.email).toBe(undefined);
  });
});

describe('an issuer', () => {
  it('without a path counts with and without a slash', async () => {
    const provider = await startProvider([{ subject: 'u-1', name: 'anna', groups: [], isActive: true }]);
    const { base } = await startSignInGateway({ env: { OIDC_ISSUER: `${provider.issuer}/` } });
    expect((await getCode(base)).searchParams.get('code')).not.toBe(null);
  });

  it('that calls itself otherwise is refused in words that say what to set', async () => {
    const server = createServer((_request, response) => {
      const { port } = server.address() as AddressInfo;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ issuer: `http://127.0.0.1:${port}/realms/corp` }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/corp`;
    const { base } = await startSignInGateway({ env: { OIDC_ISSUER: `${issuer}/` } });
    const shown = await createBrowser().open(`${base}/oauth/sign-in`);
    expect([shown.status, shown.text]).toEqual([503, expect.stringContaining(`calls itself ${issuer}`)]);
  });
});
