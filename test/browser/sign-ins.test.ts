import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { useBrowser } from '../support/browser/use-browser.ts';
import { composeGateway } from '../support/gateway/compose-gateway.ts';
import {
  askModel,
  refresh,
  type SignInGateway,
  signIn,
  startSignInGateway,
} from '../support/identity/start-sign-in-gateway.ts';

const browser = useBrowser();

const GROUPS = [
  { group: 'ops', role: 'admin' },
  { group: 'audit', role: 'auditor' },
  { group: 'platform', role: 'member' },
];
const ACCOUNTS = [
  { subject: 'u-1', name: 'anna', groups: ['platform'], isActive: true },
  { subject: 'u-2', name: 'bert', groups: ['ops'], isActive: true },
  { subject: 'u-3', name: 'cleo', groups: ['audit'], isActive: true },
];

const start = () => startSignInGateway({ groups: GROUPS, accounts: ACCOUNTS });

/** The page of sign-ins, looked at by somebody who has just signed in. */
const openAs = async ({ base, provider }: SignInGateway, subject: string) => {
  provider.signsIn = subject;
  const opened = await browser.open(`${base}/admin/dashboard/sign-ins`);
  await opened.page.getByRole('link', { name: 'Sign in with your company account' }).click();
  await opened.page.locator('.facts-table').waitFor();
  // The question that the login page asks before.
  opened.problems.length = 0;
  return opened;
};

const rowsOf = (page: Page) => page.locator('.facts-table tbody tr');
const namesOn = async (page: Page): Promise<string[]> =>
  (await rowsOf(page).locator('th a').allTextContents()).sort();

it('lists who is signed in, ends one sign-in and all of a person after it said so, and logs both', async () => {
  const started = await start();
  const { base, gateway } = started;
  const tokens = [await signIn(base), await signIn(base), await signIn(base)];
  const { page, problems } = await openAs(started, 'u-2');
  expect(await namesOn(page)).toEqual(['anna', 'anna', 'anna', 'bert']);
  const bert = rowsOf(page).filter({ hasText: 'bert' });
  await bert.getByRole('cell', { name: 'this page, in a browser', exact: true }).waitFor();
  await bert.getByText('you', { exact: true }).waitFor();
  await page.getByLabel('Search people, clients, addresses').fill('ANNA@corp');
  await expect.poll(() => rowsOf(page).count()).toBe(3);
  expect(page.url()).toContain('search=ANNA');

  const dialog = page.getByRole('dialog', { name: 'End a sign-in of anna' });
  const first = rowsOf(page).first();
  await first.getByRole('button', { name: 'End of anna, codex', exact: true }).click();
  await dialog.getByText('End the sign-in of anna with codex, begun from 127.0.0.1.').waitFor();
  await dialog.getByText('can sign in again at once').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await rowsOf(page).count()).toBe(3);
  await first.getByRole('button', { name: 'End of anna, codex', exact: true }).click();
  await dialog.getByRole('button', { name: 'End', exact: true }).click();
  await expect.poll(() => rowsOf(page).count()).toBe(2);
  const statuses = async (): Promise<number[]> =>
    Promise.all(tokens.map(async ({ access_token: token }) => (await askModel(gateway.v1, token)).status));
  expect((await statuses()).sort()).toEqual([200, 200, 401]);

  await page
    .getByRole('button', { name: /^End all 2/ })
    .first()
    .click();
  const all = page.getByRole('dialog', { name: 'End all sign-ins of anna' });
  await all.getByText('End 2 sign-ins of anna: codex, codex.').waitFor();
  await all.getByRole('button', { name: 'End all' }).click();
  await page.getByText('No sign-in matches').waitFor();
  expect(await statuses()).toEqual([401, 401, 401]);

  await page.getByRole('link', { name: 'Admin log' }).click();
  const actions = page.locator('.changes tbody tr td:nth-child(3)');
  await expect
    .poll(() => actions.allTextContents())
    .toEqual(['ended all sign-ins of a person', 'ended a sign-in']);
  expect(problems).toEqual([]);
});

it('shows by itself who signs in and who leaves, while somebody looks', async () => {
  const started = await start();
  const { page } = await openAs(started, 'u-2');
  started.provider.signsIn = 'u-1';
  const { refresh_token: token } = await signIn(started.base);
  await expect.poll(() => namesOn(page), { timeout: 20_000 }).toEqual(['anna', 'bert']);
  const anna = started.provider.accounts.get('u-1');
  if (anna) anna.isActive = false;
  expect((await refresh(started.base, token)).status).toBe(401);
  await expect.poll(() => namesOn(page), { timeout: 20_000 }).toEqual(['bert']);
});

it('lets an auditor see all and end their own, and a member see and end their own alone', async () => {
  const started = await start();
  const { page: auditor } = await openAs(started, 'u-3');
  const { page: member } = await openAs(started, 'u-1');
  await auditor.reload();
  await auditor.locator('.facts-table').waitFor();
  expect(await namesOn(auditor)).toEqual(['anna', 'cleo']);
  const buttonsOf = (page: Page, name: string) => rowsOf(page).filter({ hasText: name }).getByRole('button');
  expect([await buttonsOf(auditor, 'anna').count(), await buttonsOf(auditor, 'cleo').count()]).toEqual([
    0, 1,
  ]);

  expect(await namesOn(member)).toEqual(['anna']);
  const tabs = member.getByRole('navigation', { name: 'What to manage' });
  expect(await tabs.getByRole('link').allTextContents()).toEqual(['Budgets', 'Limits', 'Sign-ins']);
  await buttonsOf(member, 'anna').click();
  const dialog = member.getByRole('dialog', { name: 'End a sign-in of anna' });
  await dialog.getByText('You may be looking at this page by this sign-in').waitFor();
  await dialog.getByRole('button', { name: 'End', exact: true }).click();
  await member.getByRole('link', { name: 'Sign in with your company account' }).waitFor();
  await expect.poll(() => namesOn(auditor), { timeout: 20_000 }).toEqual(['cleo']);
});

it('is no tab where nobody can sign in, and says why to whoever comes by its address', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const { page, problems } = await browser.open(`${gateway.url}/admin/dashboard/sign-ins`);
  await page.getByText('Nobody can sign in here').waitFor();
  await page.getByText('With OIDC_ISSUER set').waitFor();
  const tabs = page.getByRole('navigation', { name: 'What to manage' });
  expect(await tabs.getByRole('link', { name: 'Sign-ins' }).count()).toBe(0);
  expect(problems).toEqual([]);
});
