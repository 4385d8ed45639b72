import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { BudgetsAnswer, LimitsAnswer } from '../../src/admin/api-types/budgets.ts';
import { askAdmin, readAdmin } from '../support/admin/ask-admin.ts';
import { REAL_GATEWAY, useDashboard } from '../support/browser/open-dashboard.ts';
import { useBrowser } from '../support/browser/use-browser.ts';
import { composeGateway, MASTER_KEY } from '../support/gateway/compose-gateway.ts';

const browser = useBrowser();
const NOWHERE = 'http://127.0.0.1:9/v1';

const dialogOf = (page: Page) => page.getByRole('dialog');

const logIn = async (page: Page, key: string): Promise<void> => {
  await page.getByLabel('Master key or your own').fill(key);
  await page.keyboard.press('Enter');
  await page.locator('.shell').waitFor();
};

/** Fills the form of a new key, and reads the key that is shown once. */
const makeKey = async (page: Page, name: string, role: string, path = ''): Promise<string> => {
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Role').selectOption(role);
  await dialog.getByLabel('User path', { exact: true }).fill(path);
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  const text = await dialog.locator('.shown-key pre').textContent();
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  return text ?? '';
};

it('makes the first key, says before that it closes the gateway, and asks for it from then on', async () => {
  const gateway = await composeGateway(NOWHERE);
  const { page, problems } = await browser.open(`${gateway.url}/admin/dashboard/keys`);
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel('Role').selectOption('user');
  await dialog.getByText('no key with the role admin could open it').waitFor();
  await dialog.getByLabel('Role').selectOption('admin');
  await dialog.getByText('no key with the role admin could open it').waitFor({ state: 'detached' });
  await dialog.getByText('This gateway asks for no key today').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect((await readAdmin<{ keys: unknown[] }>(gateway.port, 'keys')).keys).toEqual([]);

  const key = await makeKey(page, 'lena', 'admin');
  expect(key).toMatch(/^sk_gom_/);
  await page.getByLabel('Master key or your own').waitFor();
  expect((await askAdmin(gateway.port, 'keys')).status).toBe(401);
  await logIn(page, key);
  await page.getByRole('rowheader', { name: 'lena' }).waitFor();
  expect(await page.content()).not.toContain(key);
  expect(problems).toEqual([]);
});

it('changes, rotates and revokes a key after it said so, and keeps each change in the admin log', async () => {
  const gateway = await composeGateway(NOWHERE, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
  const { page, problems } = await browser.open(`${gateway.url}/admin/dashboard/keys`);
  await logIn(page, MASTER_KEY);
  const first = await makeKey(page, 'anna', 'member', '/team/alpha');
  const row = page.getByRole('row', { name: 'anna' });
  await row.getByText('/team/alpha').waitFor();

  await row.getByRole('button', { name: 'Edit' }).click();
  const dialog = dialogOf(page);
  await dialog.getByText('no term differs').waitFor();
  expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Models').fill('gpt-5*');
  await dialog.getByText('Models: everything → gpt-5*').waitFor();
  await dialog.getByLabel('Expires').fill('tomorrow');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByRole('alert').getByText('a key expires after a span').waitFor();
  await dialog.getByLabel('Expires').fill('90d');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row.getByText('gpt-5*').waitFor();

  await row.getByRole('button', { name: 'Rotate' }).click();
  await dialog.getByText('Refuse the old secret at once').waitFor();
  await dialog.getByRole('button', { name: 'Rotate' }).click();
  const second = await dialog.locator('.shown-key pre').textContent();
  expect(second).not.toBe(first);
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'I have copied it' }).click();

  await row.getByRole('button', { name: 'Revoke' }).click();
  await dialog.getByText('This cannot be taken back').waitFor();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await row.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'All, revoked ones too' }).click();
  await row.getByText('revoked').waitFor();
  expect(await row.getByRole('button').count()).toBe(0);

  await page.getByRole('link', { name: 'Admin log' }).click();
  const actions = page.locator('.changes tbody tr td:nth-child(3)');
  await expect
    .poll(() => actions.allTextContents())
    .toEqual(['revoked a key', 'rotated a key', 'changed a key', 'made a key']);
  const changed = page.locator('.changes tbody tr').nth(2);
  expect(await changed.textContent()).toContain('the master key');
  expect(await changed.locator('del').first().textContent()).toBe('nothing');
  expect(await changed.locator('ins').first().textContent()).toBe('gpt-5*');
  expect(problems).toEqual([]);
});

it('offers a member nothing that only others may do', async () => {
  const gateway = await composeGateway(NOWHERE, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
  const { page } = await browser.open(`${gateway.url}/admin/dashboard/keys`);
  await logIn(page, MASTER_KEY);
  const member = await makeKey(page, 'anna', 'member', '/team/alpha');
  const auditor = await makeKey(page, 'otto', 'auditor');
  const tabs = page.getByRole('navigation', { name: 'What to manage' });

  await page.getByRole('button', { name: 'Log out' }).click();
  await logIn(page, auditor);
  await page.getByRole('rowheader', { name: 'anna' }).waitFor();
  expect(await page.getByRole('button', { name: 'New key' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Revoke' }).count()).toBe(0);

  await page.getByRole('button', { name: 'Log out' }).click();
  await logIn(page, member);
  await page.goto(`${gateway.url}/admin/dashboard/budgets`);
  await page.getByText('No budgets yet').waitFor();
  expect(await tabs.getByRole('link').allTextContents()).toEqual(['Budgets', 'Limits']);
  expect(await page.getByRole('button', { name: 'New budget' }).count()).toBe(0);
  expect(await page.getByRole('link', { name: 'Connect' }).count()).toBe(0);
});

it('sets a budget, changes it, and removes it, and says each time what that will do', async () => {
  const gateway = await composeGateway(NOWHERE);
  const read = () => readAdmin<BudgetsAnswer>(gateway.port, 'budgets');
  const { page, problems } = await browser.open(`${gateway.url}/admin/dashboard/budgets`);
  await page.getByRole('button', { name: 'New budget' }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel('Applies to').selectOption('child');
  await dialog.getByLabel('User path').fill('/team');
  await dialog.getByLabel('Every').selectOption('daily');
  await dialog.getByLabel('Time zone').fill('Mars/Olympus');
  await dialog.getByLabel('Limit').fill('2.50');
  await dialog.getByText('Let each path directly below /team apart spend $2.50 in each day').waitFor();
  await dialog.getByRole('button', { name: 'Set the budget' }).click();
  await dialog.getByRole('alert').getByText('timezone is a name of the IANA database').waitFor();
  await dialog.getByLabel('Time zone').fill('Europe/Berlin');
  await dialog.getByRole('button', { name: 'Set the budget' }).click();
  const card = page.locator('[data-budget="/team/* daily"]');
  await card.getByText('nothing counted yet').waitFor();
  expect((await read()).definitions).toMatchObject([
    { id: '/team/* daily', limit: 2.5, timezone: 'Europe/Berlin', source: 'store' },
  ]);

  await card.getByRole('button', { name: 'Edit' }).click();
  await dialog.getByLabel('Limit').fill('0');
  await dialog.getByText('Replace the limit that is there: $2.50 → $0.').waitFor();
  await dialog.getByText('A limit of 0 refuses every request that costs something.').waitFor();
  await dialog.getByRole('button', { name: 'Set the budget' }).click();
  await card.getByText('$0 a day each').waitFor();

  await card.getByRole('button', { name: 'Remove' }).click();
  await dialog.getByText('Forget the limit of $0').waitFor();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('No budgets yet').waitFor();
  expect((await read()).definitions).toEqual([]);
  expect(problems).toEqual([]);
});

describe.skipIf(REAL_GATEWAY)('the budgets', () => {
  const dashboard = useDashboard();

  it('show what is spent, reserved and left, the one with the least left first', async () => {
    const { page } = await dashboard.open('budgets');
    const cards = page.locator('[data-budget]');
    await cards.first().waitFor();
    expect(await cards.evaluateAll((list) => list.map((card) => card.getAttribute('data-budget')))).toEqual([
      'label:ci hourly tokens',
      'session:* total',
      '/team/alpha daily',
      '/ monthly',
    ]);
    const alpha = page.locator('[data-budget="/team/alpha daily"]');
    expect(await alpha.getByRole('img').getAttribute('aria-label')).toBe(
      '$17.30 spent, $0.31 reserved, $2.39 left of $20.00',
    );
    expect(await page.locator('[data-budget="/ monthly"]').getByRole('button').count()).toBe(0);
  });
});

it('sets the limits of a team, changes one and takes another away, and removes them', async () => {
  const gateway = await composeGateway(NOWHERE);
  const read = async () => (await readAdmin<LimitsAnswer>(gateway.port, 'limits')).limits;
  const { page, problems } = await browser.open(`${gateway.url}/admin/dashboard/limits`);
  await page.getByRole('button', { name: 'New limit' }).click();
  const dialog = dialogOf(page);
  await dialog.getByText('say at least one number').waitFor();
  await dialog.getByLabel('Applies to').selectOption('path');
  await dialog.getByLabel('User path').fill('/team/alpha');
  await dialog.getByLabel('Requests in a minute').fill('sixty');
  await dialog.getByLabel('Requests at once').fill('8');
  await dialog.getByRole('button', { name: 'Set the limit' }).click();
  await dialog.getByRole('alert').getByText('rpm is a whole number').waitFor();
  await dialog.getByLabel('Requests in a minute').fill('60');
  await dialog.getByText('Let /team/alpha and all below it have 60 requests in a minute.').waitFor();
  await dialog.getByRole('button', { name: 'Set the limit' }).click();
  const rows = page.locator('.limits tbody tr');
  await expect.poll(() => rows.count()).toBe(2);

  await rows.first().getByRole('button', { name: 'Edit' }).click();
  await dialog.getByLabel('Requests in a minute').fill('30');
  await dialog.getByLabel('Requests at once').fill('');
  await dialog.getByText('Now it is 60.').waitFor();
  await dialog.getByText('Stop counting requests at once.').waitFor();
  await dialog.getByRole('button', { name: 'Set the limit' }).click();
  await expect.poll(() => rows.count()).toBe(1);
  expect(await read()).toMatchObject([{ scope: '/team/alpha', name: 'rpm', limit: 30 }]);

  await rows.first().getByRole('button', { name: 'Remove' }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('No limits yet').waitFor();
  expect(await read()).toEqual([]);
  expect(problems).toEqual([]);
});

it('shows who works with what, and who is not enrolled', async () => {
  const gateway = await composeGateway(NOWHERE, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
  const { page, problems } = await browser.open(`${gateway.url}/admin/dashboard/fleet`);
  await logIn(page, MASTER_KEY);
  await page.getByText('No requests in this period').waitFor();
  await fetch(`${gateway.v1}/responses`, {
    method: 'POST',
    headers: {
      'x-gomodel-key': MASTER_KEY,
      'content-type': 'application/json',
      'user-agent': 'codex_cli_rs/0.171.0 (Linux)',
    },
    body: JSON.stringify({ model: 'gpt-test', input: 'x' }),
  });
  await page.getByRole('link', { name: '30 days' }).click();
  const people = page.getByRole('table', { name: 'People' });
  expect(await people.textContent()).toContain('codex_cli_rs 0.171.0');
  await page.getByText('There is no policy').waitFor();
  await page.getByRole('table', { name: 'Clients' }).getByText('0.171.0').waitFor();
  expect(problems).toEqual([]);
});
