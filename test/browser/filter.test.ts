import { describe, expect, it } from 'vitest';
import {
  expectNoProblems,
  REAL_GATEWAY,
  useDashboard,
  visibleIds,
  waitForRows,
} from '../support/browser/open-dashboard.ts';

describe('the filters', () => {
  const dashboard = useDashboard();

  it('live in the address: a reload and the way back show the same rows', async () => {
    const opened = await dashboard.open('audit');
    const { page } = opened;
    await waitForRows(page);
    const all = await visibleIds(page);
    await page.getByLabel('Outcome').selectOption({ label: '2xx' });
    await expect.poll(() => new URL(page.url()).searchParams.get('status_code')).toBe('2xx');
    await page.getByLabel('Outcome').selectOption({ label: 'Failed' });
    await expect.poll(() => new URL(page.url()).searchParams.get('error_type')).toBe('any');
    expect(new URL(page.url()).searchParams.get('status_code')).toBeNull();
    await page.reload();
    expect(await page.getByLabel('Outcome').inputValue()).toBe('error:any');
    await page.goBack();
    await page.goBack();
    await expect.poll(() => visibleIds(page)).toEqual(all);
    expectNoProblems(opened);
  });

  it('clear with one button where nothing matches', async () => {
    const { page } = await dashboard.open('audit?search=there-is-no-such-text');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).last().click();
    await waitForRows(page);
    expect(new URL(page.url()).search).toBe('');
  });

  it.skipIf(REAL_GATEWAY)('find an error by the text that a slash lets one type', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    await page.keyboard.press('/');
    await page.keyboard.type('refused the connection');
    await expect.poll(() => page.locator('.row.fail').count()).toBeGreaterThan(0);
    await expect.poll(() => page.locator('.row:not(.fail, .head)').count()).toBe(0);
    expect(new URL(page.url()).searchParams.get('q')).toBe('refused the connection');
  });

  it.skipIf(REAL_GATEWAY)('search bodies only where that is asked for', async () => {
    const { page } = await dashboard.open('audit?search=exponential_backoff');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'in bodies' }).click();
    await waitForRows(page);
    expect(new URL(page.url()).searchParams.get('in')).toBe('bodies');
  });

  it.skipIf(REAL_GATEWAY)('show a failure of the API with a way to ask again', async () => {
    dashboard.fixture.state.broken = true;
    const { page } = await dashboard.open('audit');
    await page.getByText('the journal cannot be read').waitFor();
    dashboard.fixture.state.broken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await waitForRows(page);
  });
});

describe.skipIf(REAL_GATEWAY)('an empty log', () => {
  const dashboard = useDashboard({ exchanges: [] });

  it('says what to do for a first row', async () => {
    const { page } = await dashboard.open('audit');
    await page.getByText('npx gomodel-ts init-codex').waitFor();
    for (const [name, text] of [
      ['sessions', 'No sessions yet'],
      ['usage', 'Nothing was used in this period'],
      ['connect', 'No requests yet.'],
    ] as const) {
      await page.goto(`${dashboard.url}/admin/dashboard/${name}`);
      await page.getByText(text).waitFor();
    }
  });
});
