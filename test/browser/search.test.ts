import { describe, expect, it } from 'vitest';
import {
  expectNoProblems,
  REAL_GATEWAY,
  useDashboard,
  waitForRows,
} from '../support/browser/open-dashboard.ts';

describe.skipIf(REAL_GATEWAY)('the search', () => {
  const dashboard = useDashboard();

  it('takes words, names and comparisons in one box, and keeps them in the address', async () => {
    const opened = await dashboard.open('audit');
    const { page } = opened;
    await waitForRows(page);
    await page.keyboard.press('/');
    await page.keyboard.type('model:gpt-5* tokens>20k');
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('model:gpt-5* tokens>20k');
    const wanted = dashboard.fixture.state.exchanges.filter(
      ({ entry }) => entry.model?.startsWith('gpt-5') && (entry.usage?.totalTokens ?? 0) > 20_000,
    );
    const count = `${wanted.length.toLocaleString('en-US')} exchanges`;
    await expect.poll(() => page.locator('.list-actions .count').textContent()).toBe(count);
    await page.reload();
    await expect.poll(() => page.locator('.list-actions .count').textContent()).toBe(count);
    expectNoProblems(opened);
  });

  it('says what it does not understand, and leaves the list as it is meanwhile', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    const box = page.getByRole('searchbox');
    await box.fill('colour:red');
    await page.getByRole('alert').getByText('there is no "colour:" to search by').waitFor();
    expect(await box.getAttribute('aria-invalid')).toBe('true');
    expect(new URL(page.url()).searchParams.has('q')).toBe(false);
    await box.fill('');
    await page.locator('.search-problem').waitFor({ state: 'detached' });
  });

  it('shows where a text was said', async () => {
    const { page } = await dashboard.open('audit?q=jitter&in=bodies');
    await page.locator('.c-hit mark').first().waitFor();
    expect((await page.locator('.c-hit mark').first().textContent())?.toLowerCase()).toBe('jitter');
  });

  it('sorts by a column, turns the order around, and takes it back', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    const head = page.getByRole('columnheader', { name: 'Cost' });
    const costs = async (): Promise<number[]> =>
      (await page.locator('.row[data-id] .c-cost').allTextContents())
        .slice(0, 10)
        .map((text) => Number(text.replace(/[^\d.]/g, '')));
    await page.getByRole('link', { name: 'Sort by Cost' }).click();
    await expect.poll(() => head.getAttribute('aria-sort')).toBe('descending');
    await expect.poll(async () => (await costs())[0]).toBeGreaterThan(0.05);
    const sorted = await costs();
    expect(sorted).toEqual([...sorted].sort((one, other) => other - one));
    await page.getByRole('link', { name: 'Sort by Cost' }).click();
    await expect.poll(() => head.getAttribute('aria-sort')).toBe('ascending');
    await page.getByRole('link', { name: 'Sort by Cost' }).click();
    await expect.poll(() => new URL(page.url()).searchParams.has('sort')).toBe(false);
  });

  it('offers the last hour', async () => {
    const { page } = await dashboard.open('audit?q=model:gpt-5.5');
    await page.getByLabel('Time').selectOption('Last hour');
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('model:gpt-5.5 after:1h');
    await page.getByLabel('Time').selectOption('7 days');
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('model:gpt-5.5');
    expect(new URL(page.url()).searchParams.get('days')).toBe('7');
  });
});
