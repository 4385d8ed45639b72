import { describe, expect, it } from 'vitest';
import { createBrowser } from '../../support/identity/browser.ts';
import { startSignInGateway } from '../../support/identity/start-sign-in-gateway.ts';

const session = (answer: { readonly text: string }): unknown => JSON.parse(answer.text);

describe('signing in to the page', () => {
  it('opens a session with the role of the first group that the person has', async () => {
    const { base } = await startSignInGateway({
      groups: [
        { group: 'ops', role: 'admin' },
        { group: 'platform', role: 'member', user_path: '/team/platform' },
        { group: '*', role: 'auditor' },
      ],
    });
    const browser = createBrowser();
    const shown = await browser.open(`${base}/oauth/sign-in?view=usage`);
    expect([shown.url.pathname, shown.status]).toEqual(['/admin/dashboard/usage', 200]);
    expect(session(await browser.open(`${base}/admin/api/v1/session`))).toEqual({
      required: true,
      sign_in: true,
      authenticated: true,
      role: 'member',
      user_path: '/team/platform',
      bodies: 'own',
      key_id: 'sso:u-1',
    });
    expect((await browser.open(`${base}/admin/api/v1/audit/log`)).status).toBe(200);
    expect((await browser.open(`${base}/admin/api/v1/keys`)).status).toBe(403);
  });

  it.each(['admin-log', 'audit?q=tool%3Aapply_patch+status%3A4*'])(
    'leads back to %s, which was asked for before',
    async (view) => {
      const { base } = await startSignInGateway({ groups: [{ group: '*', role: 'auditor' }] });
      const shown = await createBrowser().open(`${base}/oauth/sign-in?${new URLSearchParams({ view })}`);
      expect(shown.url.href).toBe(`${base}/admin/dashboard/${view}`);
    },
  );

  it('lets an admin change what admins change, in their own name', async () => {
    const { base, provider } = await startSignInGateway();
    provider.signsIn = 'u-2';
    const browser = createBrowser();
    await browser.open(`${base}/oauth/sign-in`);
    const made = await fetch(`${base}/admin/api/v1/keys`, {
      method: 'POST',
      headers: { cookie: browser.cookiesFor(new URL('/admin/api', base)) },
      body: JSON.stringify({ name: 'ci' }),
    });
    expect(made.status).toBe(201);
    expect(session(await browser.open(`${base}/admin/api/v1/admin-log`))).toMatchObject({
      entries: [{ by: 'sso:u-2', action: 'key.create' }],
    });
  });

  it('tells whoever may only call models so, and keeps no session', async () => {
    const { base } = await startSignInGateway();
    const browser = createBrowser();
    const shown = await browser.open(`${base}/oauth/sign-in`);
    expect([shown.url.pathname, shown.status]).toEqual(['/oauth/callback', 403]);
    expect(shown.text).toContain('can call models but not see the dashboard');
    expect(browser.cookiesFor(new URL('/admin/', base))).toBe('');
  });

  it('tells whoever has none of the groups so', async () => {
    const { base } = await startSignInGateway({ groups: [{ group: 'ops' }] });
    const shown = await createBrowser().open(`${base}/oauth/sign-in`);
    expect(shown.status).toBe(403);
    expect(shown.text).toContain('none of their groups may use this gateway');
  });

  it('says so where the identity provider is away', async () => {
    const { base, provider } = await startSignInGateway();
    await provider.stop();
    const shown = await createBrowser().open(`${base}/oauth/sign-in`);
    expect(shown.status).toBe(503);
    expect(shown.text).toMatch(/The identity provider at 127\.0\.0\.1:\d+ cannot be asked/);
  });

  it('lets nobody in that the identity provider refuses', async () => {
    const { base, provider } = await startSignInGateway();
    const anna = provider.accounts.get('u-1');
    if (anna) anna.isActive = false;
    const browser = createBrowser();
    const shown = await browser.open(`${base}/oauth/sign-in`);
    expect([shown.status, browser.cookiesFor(new URL('/admin/', base))]).toEqual([403, '']);
    expect(shown.text).toContain('the account is locked');
  });
});
