import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { PAGES, useDashboard, waitForRows } from '../support/browser/open-dashboard.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds, in the whole page or in a part of it. */
const findings = async (page: Page, part = 'html'): Promise<string[]> => {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(
    async ([rules, place]) => (await window.axe.run(place, { runOnly: [...rules] })).violations,
    [RULES, part] as const,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary?.replace(/\s+/g, ' ')}`),
  );
};

declare global {
  interface Window {
    axe: typeof axe;
  }
}

const READY = { ...PAGES, 'audit?search=nothing-matches-this': '.notice' };

const SECTIONS = ['turn', 'timeline', 'usage', 'request', 'response', 'headers'];

describe.each(['light', 'dark'] as const)('axe in the %s theme', (colorScheme) => {
  const dashboard = useDashboard();

  it.each(Object.entries(READY))('finds nothing on %s', async (path, ready) => {
    const { page } = await dashboard.open(path, { colorScheme });
    await page.locator(ready).first().waitFor();
    expect(await findings(page)).toEqual([]);
  });

  it('finds nothing in the sections of an exchange that failed', async () => {
    const { page } = await dashboard.open('audit?error_type=any', { colorScheme });
    await waitForRows(page);
    await page.locator('[data-id]').first().click();
    for (const section of SECTIONS) {
      await page.locator(`[data-section="${section}"]`).click();
      await page.locator('.loading').first().waitFor({ state: 'detached' });
      expect(await findings(page, '.drawer'), section).toEqual([]);
    }
  });

  it('finds nothing in the dialogs of alerts and of sending again', async () => {
    const { page } = await dashboard.open('audit', { colorScheme });
    await waitForRows(page);
    await page.getByRole('button', { name: 'Alerts' }).click();
    await page.getByLabel('lost its cache for more than').waitFor();
    expect(await findings(page, 'dialog[open]')).toEqual([]);
    if (process.env.SCREENSHOTS)
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/alerts-${colorScheme}.png` });
    await page.keyboard.press('Escape');
    await page.locator('[data-id]').first().click();
    await page.getByRole('button', { name: 'Send again to another model' }).click();
    await page.getByRole('dialog', { name: 'Send this request again' }).waitFor();
    expect(await findings(page, 'dialog[open]')).toEqual([]);
  });

  it('finds nothing in a session with its turns unfolded', async () => {
    const { page } = await dashboard.open('sessions', { colorScheme });
    await page.locator('.session-link').nth(2).click();
    for (const fold of (await page.locator('.turn-fold').all()).slice(0, 3)) await fold.click();
    expect(await findings(page)).toEqual([]);
  });

  it('finds nothing in a comparison, and in the rows of a search', async () => {
    const { page } = await dashboard.open('audit?q=jitter&in=bodies', { colorScheme });
    await page.locator('.c-hit mark').first().waitFor();
    expect(await findings(page)).toEqual([]);
    await page.locator('.row[data-id]:not(.head)').first().click();
    await page.getByRole('link', { name: 'Compare with the one before' }).click();
    await page.locator('.compared').first().waitFor();
    expect(await findings(page)).toEqual([]);
  });

  it.each(['keys', 'budgets', 'limits'])('finds nothing in the form of %s', async (name) => {
    const { page } = await dashboard.open(name, { colorScheme });
    await page.getByRole('button', { name: /^New / }).click();
    await page.locator('.will-do').waitFor();
    expect(await findings(page, '.form-dialog')).toEqual([]);
  });

  it('finds nothing in the question before sign-ins end', async () => {
    const { page } = await dashboard.open('sign-ins', { colorScheme });
    await page
      .getByRole('button', { name: /^End all 2/ })
      .first()
      .click();
    await page.locator('.will-do').waitFor();
    expect(await findings(page, '.form-dialog')).toEqual([]);
  });

  it('finds nothing in the help', async () => {
    const { page } = await dashboard.open('audit', { colorScheme });
    await waitForRows(page);
    await page.keyboard.press('?');
    expect(await findings(page)).toEqual([]);
  });
});

describe('axe on a phone', () => {
  const dashboard = useDashboard();

  it.each(Object.entries(READY))('finds nothing on %s', async (path, ready) => {
    const { page } = await dashboard.open(path, { viewport: { width: 390, height: 844 } });
    await page.locator(ready).first().waitFor();
    expect(await findings(page)).toEqual([]);
  });
});
