import { describe, expect, it } from 'vitest';
import {
  PAGES,
  REAL_GATEWAY,
  useDashboard,
  visibleIds,
  waitForRows,
} from '../support/browser/open-dashboard.ts';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

describe('the layout', () => {
  const dashboard = useDashboard();

  it('has every column that the log promises, in rows of 28 pixels', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    const heads = await page.getByRole('columnheader').allTextContents();
    expect(heads).toEqual([
      'Time',
      'Status',
      'Model',
      'Client',
      'Session',
      'Body',
      'First byte',
      'Duration',
      'Context',
      'Out',
      'Cost',
      'Finish',
      'Tools',
    ]);
    for (const head of await page.getByRole('columnheader').all()) expect(await head.isVisible()).toBe(true);
    expect((await page.locator('[data-id]').first().boundingBox())?.height).toBe(28);
  });

  it.skipIf(REAL_GATEWAY)('shows at least twenty rows on a laptop', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    expect((await visibleIds(page)).length).toBeGreaterThanOrEqual(20);
  });

  it('fits a phone: no page is wider than it, and a row opens over the whole of it', async () => {
    const { page } = await dashboard.open('audit', PHONE);
    for (const [name, ready] of Object.entries(PAGES)) {
      await page.goto(`${dashboard.url}/admin/dashboard/${name}`);
      await page.locator(ready).first().waitFor();
      const widest = await page.evaluate(() =>
        Math.max(
          document.documentElement.scrollWidth,
          ...[
            ...document.querySelectorAll('.page-scroller, .drawer-scroller, .story-scroller, .audit-list'),
          ].map((element) => element.scrollWidth),
        ),
      );
      expect(widest, name).toBeLessThanOrEqual(390);
    }
    await page.goto(`${dashboard.url}/admin/dashboard/audit`);
    await waitForRows(page);
    await page.locator('[data-id]').first().tap();
    const box = await page.getByRole('complementary', { name: 'Exchange' }).boundingBox();
    expect(box?.width).toBe(390);
  });

  it('shows on a phone where the words of a search were said, and beside no other cell', async () => {
    const { page } = await dashboard.open('audit?q=jitter&in=bodies', PHONE);
    const row = page.locator('.row[data-id]').first();
    await row.locator('mark').first().waitFor({ state: 'attached' });
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/hits.png` });
    const overlapping = await row.evaluate((element) => {
      const mark = element.querySelector('mark')?.getBoundingClientRect();
      if (!mark || mark.left >= 390) return ['the words themselves are out of sight'];
      return [...element.querySelectorAll('[role=gridcell]:not(.c-hit)')]
        .filter((cell) => {
          const { bottom, right, width } = cell.getBoundingClientRect();
          return width > 0 && bottom > mark.top && right > mark.left;
        })
        .map((cell) => cell.className);
    });
    expect(overlapping).toEqual([]);
  });

  it('follows the system’s theme, and another one where the switch says so', async () => {
    const { page } = await dashboard.open('audit', { colorScheme: 'dark' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    expect(light).not.toBe(dark);
    await page.getByRole('button', { name: /^Theme: system/ }).click();
    await page.getByRole('button', { name: /^Theme: light/ }).click();
    expect(await background()).toBe(dark);
    await page.reload();
    expect(await background()).toBe(dark);
    await page.getByRole('button', { name: /^Theme: dark/ }).click();
    expect(await background()).toBe(light);
  });

  it('makes the drawer as wide as it is dragged, and keeps that', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    await page.locator('[data-id]').first().click();
    const drawer = page.getByRole('complementary', { name: 'Exchange' });
    await drawer.waitFor();
    const before = (await drawer.boundingBox())?.width ?? 0;
    await page.getByRole('separator').focus();
    await page.keyboard.press('ArrowLeft');
    const after = (await drawer.boundingBox())?.width ?? 0;
    expect(after).toBeGreaterThan(before);
    await page.reload();
    await drawer.waitFor();
    expect((await drawer.boundingBox())?.width).toBe(after);
  });
});
