import { describe, expect, it } from 'vitest';
import { expectNoProblems, REAL_GATEWAY, useDashboard } from '../support/browser/open-dashboard.ts';
import type { OpenPage } from '../support/browser/use-browser.ts';
import { HOSTILE } from '../support/dashboard/hostile.ts';
import { makeExchange } from '../support/dashboard/make-exchange.ts';

/** Characters of ten million. */
const MAX_SHOWN_AT_ONCE = 1_000_000;

/** What hostile content could have done: run, fetched from elsewhere, or become elements of the page. */
const expectHarmless = async (opened: OpenPage, requests: readonly string[], url: string): Promise<void> => {
  const { page } = opened;
  expect(await page.evaluate(() => Reflect.get(window, '__owned'))).toBeUndefined();
  const intruders =
    'iframe, object, embed, form:not(.login form), .content script, .content style, svg[onload], img[onerror]';
  expect(await page.locator(intruders).count()).toBe(0);
  expect(requests.filter((address) => !address.startsWith(url) && !address.startsWith('data:'))).toEqual([]);
  expectNoProblems(opened);
};

describe.skipIf(REAL_GATEWAY)('hostile content', () => {
  const dashboard = useDashboard();
  const hostile = () =>
    dashboard.fixture.state.exchanges.find(({ turn }) => turn?.scenario === HOSTILE)?.entry.id ?? '';

  it('is text in every section of the drawer', async () => {
    const opened = await dashboard.open(`audit?open=${hostile()}`);
    const { page } = opened;
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    for (const section of ['turn', 'timeline', 'usage', 'request', 'response', 'headers']) {
      await page.locator(`[data-section="${section}"]`).click();
      await page.locator('#drawer-section .loading').waitFor({ state: 'detached' });
      const folds = page.locator('#drawer-section [aria-expanded=false]');
      for (let unfolded = 0; unfolded < 6 && (await folds.count()) > 0; unfolded++)
        await folds.last().click();
    }
    await page.locator('[data-section="turn"]').click();
    await page.getByText('<script>window.__owned = 5</script>').waitFor();
    expect(await page.locator('a[href^="javascript:"], a[href^="data:"]').count()).toBe(0);
    await expectHarmless(opened, requests, dashboard.url);
  });

  it('is text in rows, sessions and sums', async () => {
    const attack = '<img src=x onerror="window.__owned=11">';
    dashboard.fixture.add(
      makeExchange({
        model: attack,
        client: { name: attack, version: attack, sessionId: attack },
        error: { origin: 'upstream', code: attack, message: attack },
      }),
    );
    const opened = await dashboard.open('audit');
    const requests: string[] = [];
    opened.page.on('request', (request) => requests.push(request.url()));
    await opened.page.locator('.c-model', { hasText: attack }).first().waitFor();
    for (const path of [`sessions?session=${encodeURIComponent(attack)}`, 'usage', 'connect']) {
      await opened.page.goto(`${dashboard.url}/admin/dashboard/${path}`);
      await opened.page.locator(':not(option)', { hasText: attack }).last().waitFor();
    }
    await expectHarmless(opened, requests, dashboard.url);
  });

  it('does not reorder the text around it, and shows what cannot be seen', async () => {
    const { page } = await dashboard.open(`audit?open=${hostile()}`);
    await page.getByText('[U+202E]gnp.exe').waitFor();
  });

  it('of ten megabytes is shown at once, a part at a time', async () => {
    const scenario = {
      title: 'large',
      steps: [{ user: 'Print a lot.', say: `# Large\n\n${'All work and no play. '.repeat(460_000)}` }],
    };
    const large = { ...makeExchange(), turn: { scenario, step: 0 } };
    dashboard.fixture.add(large);
    const opened = await dashboard.open('audit');
    const { page } = opened;
    await page.locator(`[data-id="${large.entry.id}"]`).click();
    await page.getByText('All work and no play.').first().waitFor();
    await page.getByRole('button', { name: /more/ }).first().click();
    // What blocks a page is how much of it there is: how long it takes depends on the machine.
    const shown = (await page.locator('#drawer-section').textContent())?.length ?? 0;
    expect(shown).toBeLessThan(MAX_SHOWN_AT_ONCE);
    await page.locator('[data-section="headers"]').click();
    await page.locator('.headers').first().waitFor();
    expectNoProblems(opened);
  });
});
