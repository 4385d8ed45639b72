import { describe, expect, it } from 'vitest';
import {
  expectNoProblems,
  REAL_GATEWAY,
  useDashboard,
  waitForRows,
} from '../support/browser/open-dashboard.ts';

const MASTER_KEY = 'the-master-key-of-this-test';

describe.skipIf(REAL_GATEWAY)('the log-in', () => {
  const dashboard = useDashboard({ masterKey: MASTER_KEY });

  it('asks for the key once, keeps it from scripts, and ends with a log-out', async () => {
    const opened = await dashboard.open('audit?status_code=2xx');
    const { page } = opened;
    await page.getByLabel('Master key').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('This is not the key').waitFor();
    await page.getByLabel('Master key').fill(MASTER_KEY);
    await page.keyboard.press('Enter');
    await waitForRows(page);
    expect(new URL(page.url()).searchParams.get('status_code')).toBe('2xx');

    const kept = await page.evaluate(
      () => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage }),
    );
    expect(kept).not.toContain(MASTER_KEY);
    expect(kept).not.toContain('session');
    await page.reload();
    await waitForRows(page);

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Master key').waitFor();
    await page.reload();
    await page.getByLabel('Master key').waitFor();
    expectNoProblems(opened);
  });

  it('comes back when the session ends while the page is open', async () => {
    const { page } = await dashboard.open('audit');
    await page.getByLabel('Master key').fill(MASTER_KEY);
    await page.keyboard.press('Enter');
    await waitForRows(page);
    await page.context().clearCookies();
    dashboard.fixture.state.feed.cut();
    await page.getByLabel('Master key').waitFor();
  });

  it('says how long to wait after too many attempts', async () => {
    const { page } = await dashboard.open('audit');
    for (let attempt = 0; attempt < 5; attempt++) {
      await page.getByLabel('Master key').fill(`wrong ${attempt}`);
      await page.getByRole('button', { name: 'Log in' }).click();
      await expect.poll(() => page.locator('.failure').textContent()).not.toBe('');
      await page.getByRole('button', { name: 'Log in' }).waitFor();
    }
    await page.getByText('Too many attempts. Wait 60 seconds.').waitFor();
  });
});
