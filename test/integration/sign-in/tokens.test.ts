import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import {
  askModel,
  getCode,
  redeem,
  refresh,
  signIn,
  startSignInGateway,
} from '../../support/identity/start-sign-in-gateway.ts';

// Only the wall clock is moved: everything else runs on real time.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());
const passMs = (ms: number): void => void vi.setSystemTime(Date.now() + ms);
const MINUTE = 60_000;

describe('a program that signs its person in', () => {
  it('gets a token by which requests carry the person, their path and their labels', async () => {
    const { base, gateway, upstream } = await startSignInGateway();
    const back = await getCode(base);
    expect(back.searchParams.get('state')).toBe('state-of-the-client');
    expect(back.searchParams.get('iss')).toBe(base);
    const { status, body } = await redeem(base, back.searchParams.get('code') ?? '');
    expect([status, body.expires_in, body.email]).toEqual([200, 900, 'anna@corp.example']);
    const response = await askModel(gateway.v1, body.access_token);
    expect(response.status).toBe(200);
    await response.text();
    expect(await gateway.records()).toMatchObject([
      { auth: 'sso:u-1', keyId: 'sso:u-1', userPath: '/team/platform/anna', labels: ['platform'] },
    ]);
    expect(JSON.stringify(upstream.requests[0]?.headers)).not.toContain(body.access_token);
  });

  it('may send the token in a field of the gateway’s own, with a scheme, as gateway_oauth of Codex does', async () => {
    const { base, gateway, upstream } = await startSignInGateway();
    const { access_token: token } = await signIn(base);
    const response = await fetch(`${gateway.v1}/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-gomodel-key': `Bearer ${token}` },
      body: JSON.stringify({ model: 'gpt-test', stream: true }),
    });
    expect(response.status).toBe(200);
    await response.text();
    expect(JSON.stringify(upstream.requests[0]?.headers)).not.toContain(token);
  });

  it('gets Codex’s configuration for the groups of its person, in their name', async () => {
    const { base } = await startSignInGateway({
      groups: [{ group: '*', role: 'admin' }],
      configFile: {
        policy: {
          url: 'https://gw.corp.example',
          default: { model: 'gpt-default' },
          groups: { platform: { model: 'gpt-platform' } },
        },
      },
    });
    const { access_token: token } = await signIn(base);
    const headers = { authorization: `Bearer ${token}` };
    const bundle = await (await fetch(`${base}/codex/config/bundle`, { headers })).text();
    expect(bundle).toContain('gpt-platform');
    // No client waits until it is written down.
    await expect
      .poll(async () => (await fetch(`${base}/admin/api/v1/admin-log`, { headers })).json())
      .toMatchObject({ entries: [{ by: 'sso:u-1', action: 'policy.serve', target: 'platform' }] });
  });

  it('is held to the models of the group', async () => {
    const { base, gateway } = await startSignInGateway();
    const { access_token: token } = await signIn(base);
    const response = await askModel(gateway.v1, token, 'gpt-other');
    expect([response.status, ((await response.json()) as { error: { code: string } }).error.code]).toEqual([
      403,
      'model_not_allowed',
    ]);
  });

  it('goes on with new tokens, and with what the groups are now', async () => {
    const { base, gateway, provider } = await startSignInGateway();
    const first = await signIn(base);
    const anna = provider.accounts.get('u-1');
    if (anna) anna.groups = ['ops'];
    passMs(14 * MINUTE);
    const { status, body } = await refresh(base, first.refresh_token);
    expect([status, body.expires_in]).toEqual([200, 900]);
    expect(body.refresh_token).not.toBe(first.refresh_token);
    await (await askModel(gateway.v1, body.access_token)).text();
    expect(await gateway.records()).toMatchObject([{ auth: 'sso:u-1', userPath: '/team/ops' }]);
  });

  it('is locked out once its token is over, where the provider does not know the person any more', async () => {
    const { base, gateway, provider } = await startSignInGateway();
    const { access_token: token, refresh_token: renewal } = await signIn(base);
    const anna = provider.accounts.get('u-1');
    if (anna) anna.isActive = false;
    expect((await askModel(gateway.v1, token)).status).toBe(200);
    passMs(15 * MINUTE);
    const late = await askModel(gateway.v1, token);
    expect([late.status, ((await late.json()) as { error: { code: string } }).error.code]).toEqual([
      401,
      'sign_in_expired',
    ]);
    expect(await refresh(base, renewal)).toMatchObject({ status: 401, body: { error: 'invalid_grant' } });
  });

  it('loses a token that still counts as soon as the provider has said no', async () => {
    const { base, gateway, provider } = await startSignInGateway();
    const { access_token: token, refresh_token: renewal } = await signIn(base);
    const anna = provider.accounts.get('u-1');
    if (anna) anna.isActive = false;
    passMs(MINUTE);
    expect((await refresh(base, renewal)).status).toBe(401);
    expect((await askModel(gateway.v1, token)).status).toBe(401);
  });

  it('goes on until its token is over while the provider is away, and is told what is the matter', async () => {
    const { base, gateway, provider } = await startSignInGateway();
    const { access_token: token, refresh_token: renewal } = await signIn(base);
    await provider.stop();
    passMs(MINUTE);
    const away = await refresh(base, renewal);
    expect(away).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(away.body.error_description).toMatch(
      /the identity provider at 127\.0\.0\.1:\d+ cannot be asked: /,
    );
    expect((await askModel(gateway.v1, token)).status).toBe(200);
  });

  it('gets one answer for two refreshes at once, and both of its tokens count', async () => {
    const { base, gateway } = await startSignInGateway();
    const { refresh_token: renewal } = await signIn(base);
    passMs(MINUTE);
    const both = await Promise.all([refresh(base, renewal), refresh(base, renewal)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    for (const { body } of both) expect((await askModel(gateway.v1, body.access_token)).status).toBe(200);
    passMs(MINUTE);
    expect((await refresh(base, both[0]?.body.refresh_token ?? '')).status).toBe(200);
    expect((await refresh(base, both[1]?.body.refresh_token ?? '')).status).toBe(200);
  });

  it('ends its sign-in by revoking a token', async () => {
    const { base, gateway } = await startSignInGateway();
    const { access_token: token, refresh_token: renewal } = await signIn(base);
    const gone = await fetch(`${base}/oauth/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: renewal }),
    });
    expect(gone.status).toBe(200);
    expect((await refresh(base, renewal)).status).toBe(401);
    expect((await askModel(gateway.v1, token)).status).toBe(401);
  });

  it('gets no refresh token where the provider gives none', async () => {
    const { base, gateway } = await startSignInGateway({ issuesRefreshTokens: false });
    const body = await signIn(base);
    expect(body.refresh_token).toBeUndefined();
    expect((await askModel(gateway.v1, body.access_token)).status).toBe(200);
  });

  it('may go on at another gateway of the same data folder', async () => {
    const first = await startSignInGateway();
    const { refresh_token: renewal } = await signIn(first.base);
    const second = await composeGateway(first.upstream.url, {
      env: first.provider.env,
      dataDir: first.gateway.dataDir,
    });
    passMs(MINUTE);
    const { status, body } = await refresh(second.url, renewal);
    expect(status).toBe(200);
    expect((await askModel(second.v1, body.access_token)).status).toBe(200);
  });
});
