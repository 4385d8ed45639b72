import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import {
  expectNoProblems,
  REAL_GATEWAY,
  useDashboard,
  waitForRows,
} from '../support/browser/open-dashboard.ts';
import { makeExchange, makeRunning } from '../support/dashboard/make-exchange.ts';

/** Hides the page as another tab would, and keeps what it says meanwhile. */
const hide = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, {
      said,
      Notification: class {
        static permission = 'granted';
        static requestPermission(): Promise<string> {
          return Promise.resolve('granted');
        }
        constructor(_title: string, { body }: { body: string }) {
          said.push(body);
        }
      },
    });
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
  });

const show = (page: Page): Promise<void> =>
  page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
    document.dispatchEvent(new Event('visibilitychange'));
  });

const saidBy = (page: Page): Promise<string[]> =>
  page.evaluate(() => (window as unknown as { said: string[] }).said);

const FAILED = {
  status: 500,
  error: { origin: 'upstream', code: 'server_error', message: 'It broke.' },
  response: { finish: 'failed' },
} as const;

describe.skipIf(REAL_GATEWAY)('a page that nobody looks at', () => {
  const dashboard = useDashboard();

  it('counts in its title what runs, and what happened unseen', async () => {
    const opened = await dashboard.open('audit');
    const { page } = opened;
    await waitForRows(page);
    await expect.poll(() => page.getByRole('status').filter({ hasText: 'Live' }).count()).toBe(1);
    dashboard.fixture.add(makeRunning());
    await expect.poll(() => page.title()).toBe('▸1 Audit · gomodel-ts');
    await hide(page);
    dashboard.fixture.add(makeExchange(FAILED));
    await expect.poll(() => page.title()).toBe('(1) ▸1 Audit · gomodel-ts');
    // The same of one session is said once a minute.
    dashboard.fixture.add(makeExchange(FAILED));
    dashboard.fixture.add(makeExchange());
    expect(await page.title()).toBe('(1) ▸1 Audit · gomodel-ts');
    expect(await saidBy(page)).toEqual([]);
    await show(page);
    await expect.poll(() => page.title()).toBe('▸1 Audit · gomodel-ts');
    expectNoProblems(opened);
  });

  it('notifies, once it may, of failures, other models, and caches that were lost', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    await expect.poll(() => page.getByRole('status').filter({ hasText: 'Live' }).count()).toBe(1);
    await hide(page);
    await page.getByRole('button', { name: 'Alerts' }).click();
    const dialog = page.getByRole('dialog', { name: 'Alerts' });
    await dialog.getByText('the gateway’s own is $0.25').waitFor();
    await dialog.getByLabel('Notify me').click();
    await expect.poll(() => dialog.getByLabel('Notify me').isChecked()).toBe(true);
    const sum = dialog.getByLabel('lost its cache for more than');
    await sum.fill('much');
    await dialog.getByRole('alert').getByText('An amount in USD').waitFor();
    await sum.fill('1');
    await dialog.getByRole('button', { name: 'Close' }).click();
    dashboard.fixture.add(makeExchange(FAILED));
    dashboard.fixture.add(makeExchange({ findings: ['other_model'], sentModel: 'gpt-6', model: 'gpt-5' }));
    // Little by little, of one session.
    dashboard.fixture.add(makeExchange({ lostCache: { tokens: 40_000, usd: 0.6 } }));
    dashboard.fixture.add(makeExchange({ lostCache: { tokens: 50_000, usd: 0.65 } }));
    dashboard.fixture.add(makeExchange({ lostCache: { tokens: 1_000, usd: 0.01 } }));
    await expect
      .poll(() => saidBy(page))
      .toEqual([
        'A request failed: It broke.',
        'Another model answered: gpt-6 was requested, but gpt-5 answered.',
        'The cache was lost: 90.0k tokens read anew, $1.25 more than from the cache',
      ]);
  });
});

describe.skipIf(REAL_GATEWAY)('the comparison', () => {
  const dashboard = useDashboard();

  it('stands an exchange beside the one before it, from the drawer', async () => {
    const opened = await dashboard.open('audit?q=tool:exec_command');
    const { page } = opened;
    await waitForRows(page);
    await page.locator('.row[data-id]:not(.head)').first().click();
    await page.getByRole('link', { name: 'Compare with the one before' }).click();
    await page.getByText('They part at tools[7] (web_search)').waitFor();
    await page.getByText('byte 21,806 of the request').waitFor();
    await page.getByText('12,000 tokens of what both have in common').waitFor();
    await page.getByRole('button', { name: 'alike: Show what is alike' }).first().click();
    expectNoProblems(opened);
  });
});
