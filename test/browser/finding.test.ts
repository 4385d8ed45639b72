import { describe, expect, it } from 'vitest';
import {
  expectNoProblems,
  REAL_GATEWAY,
  useDashboard,
  visibleIds,
  waitForRows,
} from '../support/browser/open-dashboard.ts';

describe.skipIf(REAL_GATEWAY)('finding things', () => {
  const dashboard = useDashboard();

  it('offers to search what was said where no field holds the text', async () => {
    const { page } = await dashboard.open('audit?search=there-is-no-such-text');
    await page.getByRole('button', { name: 'Search everything said for “there-is-no-such-text”' }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('in')).toBe('bodies');
    await page.getByText('Nothing matches').waitFor();
    expect(await page.getByRole('button', { name: /Search everything/ }).count()).toBe(0);
  });

  it('selects a row of the address that lies far below, and brings it into view', async () => {
    const { exchanges } = dashboard.fixture.state;
    const { id } = exchanges.at(-260)?.entry ?? exchanges[0]?.entry ?? { id: '' };
    const opened = await dashboard.open(`audit?open=${id}`);
    const { page } = opened;
    await waitForRows(page);
    await expect.poll(() => visibleIds(page), { timeout: 20_000 }).toContain(id);
    expect(await page.locator(`[data-id="${id}"]`).getAttribute('aria-selected')).toBe('true');
    expectNoProblems(opened);
  });

  it.each(['sessions', 'keys'])(
    'shows in the search field of %s what the address says, when going back',
    async (name) => {
      const { page } = await dashboard.open(`${name}?search=alpha`);
      const field = page.locator('main').getByRole('searchbox');
      expect(await field.inputValue()).toBe('alpha');
      const link = name === 'sessions' ? 'Sessions' : 'Manage';
      await page.getByRole('navigation').getByRole('link', { name: link }).first().click();
      await expect.poll(() => field.inputValue()).toBe('');
      await page.goBack();
      await expect.poll(() => field.inputValue()).toBe('alpha');
      await field.fill('beta');
      await expect.poll(() => new URL(page.url()).searchParams.get('search')).toBe('beta');
      expect(await field.inputValue()).toBe('beta');
    },
  );

  it('gives the focus back to the button of a menu that Escape folds', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    const menu = page.locator('.list-actions .menu');
    await menu.locator('summary').click();
    await menu.getByRole('link').first().focus();
    await page.keyboard.press('Escape');
    expect(await menu.getAttribute('open')).toBeNull();
    expect(await menu.locator('summary').evaluate((button) => button === document.activeElement)).toBe(true);
  });

  it('opens a turn of a story by a click anywhere on it, and leaves its links alone', async () => {
    const { page } = await dashboard.open('sessions');
    await page.locator('.session-link').first().click();
    const row = page.locator('.turn-row').first();
    await row.locator('.turn-content').click({ position: { x: 5, y: 5 } });
    await expect.poll(() => row.locator('.turn-fold').getAttribute('aria-expanded')).toBe('true');
  });

  it.each(['audit', 'sessions', 'usage', 'connect'])('helps, and searches, by a key on %s', async (name) => {
    const { page } = await dashboard.open(name);
    await page.locator('main h1, main section').first().waitFor();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Keys' }).waitFor({ state: 'hidden' });
    await page.keyboard.press('/');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search');
  });

  it('moves through the sessions, and the turns of one, by j and k', async () => {
    const { page } = await dashboard.open('sessions');
    const links = page.locator('.session-list li > a');
    await links.first().waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('href'));
    await page.keyboard.press('j');
    expect(await focused()).toBe(await links.first().getAttribute('href'));
    await page.keyboard.press('j');
    expect(await focused()).toBe(await links.nth(1).getAttribute('href'));
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.locator('.turn-fold').first().waitFor();
    await page.keyboard.press('j');
    const isInStory = () => page.evaluate(() => document.activeElement?.matches('.story [data-nav-row]'));
    await expect.poll(isInStory).toBe(true);
  });
});
