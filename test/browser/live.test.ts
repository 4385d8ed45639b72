import { describe, expect, it } from 'vitest';
import {
  expectNoProblems,
  REAL_GATEWAY,
  useDashboard,
  visibleIds,
  waitForRows,
} from '../support/browser/open-dashboard.ts';
import { makeExchange, makeRunning } from '../support/dashboard/make-exchange.ts';

describe.skipIf(REAL_GATEWAY)('the live log', () => {
  const dashboard = useDashboard();

  it('shows an exchange as it happens, counts while it runs, and ends it in place', async () => {
    const opened = await dashboard.open('audit');
    const { page } = opened;
    await waitForRows(page);
    const running = makeRunning();
    dashboard.fixture.add(running);
    const row = page.locator(`[data-id="${running.entry.id}"]`);
    await row.waitFor();
    expect(await row.locator('.c-finish').textContent()).toBe('running');
    const first = await row.locator('.c-duration').textContent();
    await expect.poll(() => row.locator('.c-duration').textContent()).not.toBe(first);

    const ended = { ...makeExchange().entry, id: running.entry.id };
    dashboard.fixture.state.feed.send({ type: 'close', record: ended });
    await expect.poll(() => row.locator('.c-finish').textContent()).toBe('completed');
    expect(await row.locator('.c-duration').textContent()).toBe('2.4 s');
    expect(await row.locator('.c-cost').textContent()).toBe('$0.0079');
    expectNoProblems(opened);
  });

  it('keeps every row where it is while scrolled away, and says how many wait', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    await page.locator('.log-scroller').evaluate((list) => list.scrollTo({ top: 28 * 40 }));
    await expect.poll(async () => (await visibleIds(page)).length).toBeGreaterThan(15);
    const before = await visibleIds(page);
    for (let count = 0; count < 3; count++) dashboard.fixture.add(makeExchange());
    const button = page.getByRole('button', { name: '3 new' });
    await button.waitFor();
    expect(await visibleIds(page)).toEqual(before);
    await button.click();
    await expect
      .poll(async () => (await visibleIds(page))[0])
      .toBe(dashboard.fixture.state.exchanges.at(-1)?.entry.id);
  });

  it('moves nothing under a pointer that is over the rows', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    await page.mouse.move(400, 300);
    await page.mouse.move(402, 302);
    const before = await visibleIds(page);
    dashboard.fixture.add(makeExchange());
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await visibleIds(page)).toEqual(before);
    await page.mouse.move(400, 20);
    await expect
      .poll(async () => (await visibleIds(page))[0])
      .toBe(dashboard.fixture.state.exchanges.at(-1)?.entry.id);
  });

  it('holds arrivals while paused by its button', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    await page.getByRole('button', { name: /^Pause/ }).click();
    const before = await visibleIds(page);
    dashboard.fixture.add(makeExchange());
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await visibleIds(page)).toEqual(before);
    await page.getByRole('button', { name: /^Resume/ }).click();
    await expect
      .poll(async () => (await visibleIds(page)).length && (await visibleIds(page))[0])
      .not.toBe(before[0]);
  });

  it('says that the connection is lost, and on its return shows what happened meanwhile', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    await expect.poll(() => page.locator('.connection').textContent()).toBe('Live');
    dashboard.fixture.state.feed.cut();
    await expect.poll(() => page.locator('.connection').textContent()).toBe('Offline');
    const missed = makeExchange();
    dashboard.fixture.add(missed);
    await page.getByRole('button', { name: 'Try now' }).click();
    await expect.poll(() => page.locator('.connection').textContent()).toBe('Live');
    await page.locator(`[data-id="${missed.entry.id}"]`).waitFor();
  });

  it('says that the log is not written while it is not', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    const { feed } = dashboard.fixture.state;
    feed.send({ type: 'trouble', since: new Date().toISOString(), message: 'the disk is full' });
    await page.getByText('The log is not being written: the disk is full').waitFor();
    feed.send({ type: 'trouble' });
    await expect.poll(() => page.locator('.trouble-bar').count()).toBe(0);
  });

  it('adds only what the filter asks for, also when it turns out at the end', async () => {
    const { page } = await dashboard.open('audit?error_type=any');
    await waitForRows(page);
    const well = makeExchange();
    const failing = makeRunning();
    dashboard.fixture.add(well);
    dashboard.fixture.add(failing);
    const error = { origin: 'upstream' as const, code: 'server_error', message: 'it broke' };
    const record = { ...failing.entry, durationMs: 5, status: 500, error };
    dashboard.fixture.state.feed.send({ type: 'close', record });
    await page.locator(`[data-id="${failing.entry.id}"]`).waitFor();
    expect(await page.locator(`[data-id="${well.entry.id}"]`).count()).toBe(0);
  });

  it('shows what began before the newest row of a filter, and fails after it', async () => {
    const early = makeRunning();
    dashboard.fixture.add(early);
    const error = { origin: 'upstream' as const, code: 'server_error', message: 'it broke' };
    const { entry } = makeExchange();
    dashboard.fixture.add({ entry: { ...entry, status: 500, error } });
    const { page } = await dashboard.open('audit?error_type=any');
    await waitForRows(page);
    const row = page.locator(`[data-id="${early.entry.id}"]`);
    expect(await row.count()).toBe(0);
    Object.assign(early.entry, { durationMs: 5, status: 500, error });
    dashboard.fixture.state.feed.send({ type: 'close', record: early.entry });
    await row.waitFor();
  });

  it('reads a list that could not be read once the gateway is back, without a click', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    dashboard.fixture.state.broken = true;
    await page.keyboard.press('e');
    await page.getByRole('alert').getByRole('button').first().waitFor();
    dashboard.fixture.state.broken = false;
    dashboard.fixture.state.feed.cut();
    await waitForRows(page);
  });

  it('reads an open exchange again after events were missed', async () => {
    const running = makeRunning();
    dashboard.fixture.add(running);
    const { page } = await dashboard.open(`audit?open=${running.entry.id}`);
    const drawer = page.getByRole('complementary', { name: 'Exchange' });
    await drawer.getByRole('tab').first().waitFor();
    expect(await drawer.getByText('2.4 s').count()).toBe(0);
    Object.assign(running.entry, { ...makeExchange().entry, id: running.entry.id });
    const now = new Date().toISOString();
    const lost = { lines: 0, bodies: 0 };
    dashboard.fixture.state.feed.send({ type: 'hello', resumed: false, now, running: [], lost });
    await drawer.getByText('2.4 s').first().waitFor();
  });

  it('gives the focus back to the row of a drawer that is closed', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('complementary', { name: 'Exchange' });
    await drawer.getByRole('tab', { name: 'Usage' }).click();
    const open = new URL(page.url()).searchParams.get('open');
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.id);
    await page.keyboard.press('Escape');
    await expect.poll(focused).toBe(open);
    await page.keyboard.press('Enter');
    await drawer.getByRole('button', { name: 'Close' }).click();
    await expect.poll(focused).toBe(open);
  });
});
