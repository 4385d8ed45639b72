import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  expectNoProblems,
  REAL_GATEWAY,
  useDashboard,
  visibleIds,
  waitForRows,
} from '../support/browser/open-dashboard.ts';

const SECTIONS = ['Turn', 'Timeline', 'Usage', 'Request', 'Response', 'Headers'];

describe('the drawer', () => {
  const dashboard = useDashboard();

  it('opens beside the list, and its sections hold without an error', async () => {
    const opened = await dashboard.open('audit');
    const { page } = opened;
    await waitForRows(page);
    await page.locator('[data-id]').nth(2).click();
    const drawer = page.getByRole('complementary', { name: 'Exchange' });
    await drawer.waitFor();
    const list = await page.locator('.log').boundingBox();
    const box = await drawer.boundingBox();
    expect((list?.x ?? 0) + (list?.width ?? 0)).toBeLessThanOrEqual((box?.x ?? 0) + 1);
    for (const section of SECTIONS) {
      await page.getByRole('tab', { name: section }).click();
      await expect.poll(() => page.locator('#drawer-section').textContent()).not.toBe('');
      await expect.poll(() => new URL(page.url()).searchParams.get('section')).toBe(section.toLowerCase());
    }
    expectNoProblems(opened);
  });

  it('is worked by the keyboard alone', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    const ids = await visibleIds(page);
    const open = () => new URL(page.url()).searchParams.get('open');
    for (const key of ['j', 'j', 'k', 'j', 'Enter']) await page.keyboard.press(key);
    await expect.poll(open).toBe(ids[1]);
    await page.keyboard.press('j');
    await expect.poll(open).toBe(ids[2]);
    await page.keyboard.press('Escape');
    await expect.poll(open).toBeNull();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  });

  it('copies the request as curl, by its button and by the key', async () => {
    const { page } = await dashboard.open('audit', { permissions: ['clipboard-read', 'clipboard-write'] });
    await waitForRows(page);
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await page.locator('[data-id]').first().click();
    await page.getByRole('button', { name: 'Copy as curl (c)' }).click();
    await expect.poll(copied).toMatch(/^curl /);
    expect(await copied()).toContain('$OPENAI_API_KEY');
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await page.keyboard.press('c');
    await expect.poll(copied).toMatch(/^curl /);
  });

  it('exports the exchange as a file', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    await page.locator('[data-id]').first().click();
    await page.getByRole('complementary').getByLabel('Export this exchange').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'JSON lines' }).click(),
    ]);
    const id = new URL(page.url()).searchParams.get('open');
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual([id]);
  });
});

describe.skipIf(REAL_GATEWAY)('what the drawer tells', () => {
  const dashboard = useDashboard();
  const find = (wanted: string, step = 0): string => {
    const found = dashboard.fixture.state.exchanges.filter(
      ({ entry, turn }) =>
        entry.response.toolCalls?.includes(wanted) &&
        entry.response.finish === 'completed' &&
        (turn?.step ?? 0) > 0,
    );
    return found.at(-1 - step)?.entry.id ?? '';
  };

  it('shows a patch as a diff, with what goes and what comes', async () => {
    const { page } = await dashboard.open(`audit?open=${find('apply_patch')}`);
    const diff = page.locator('.item.toolCall .diff').first();
    await diff.waitFor();
    expect(await diff.locator('.diff-line.added').count()).toBeGreaterThan(0);
    expect(await diff.textContent()).not.toContain('*** Begin Patch');
    expect(await diff.textContent()).not.toContain('\\n');
  });

  it('folds the history that was sent again, and unfolds it when asked', async () => {
    const { page } = await dashboard.open(`audit?open=${find('apply_patch')}`);
    const fold = page.getByRole('button', { name: /earlier items?, sent again/ });
    await fold.waitFor();
    const before = await page.locator('.turn .item').count();
    await fold.click();
    await expect.poll(() => page.locator('.turn .item').count()).toBeGreaterThan(before);
  });

  it('joins the deltas of a stream into one line', async () => {
    const saying = dashboard.fixture.state.exchanges.findLast(
      ({ entry, turn }) =>
        entry.response.finish === 'completed' && turn?.scenario.steps[turn.step]?.say !== undefined,
    );
    const { page } = await dashboard.open(`audit?open=${saying?.entry.id}&section=response`);
    await page.locator('.event').first().waitFor();
    expect(await page.getByText('response.output_text.delta').count()).toBe(1);
    await page.getByText('response.output_text.delta').click();
    const [firstWords = ''] = (saying?.turn?.scenario.steps[saying.turn.step]?.say ?? '').split('\n');
    expect(await page.locator('.event .fold-lines').first().textContent()).toContain(firstWords);
  });

  it('tells a failure first: the hop, the remedy, and that the client tried again', async () => {
    const failed = dashboard.fixture.state.exchanges.findLast(({ entry }) =>
      entry.error?.message.includes('refused the connection'),
    );
    const { page } = await dashboard.open(`audit?open=${failed?.entry.id}`);
    const story = page.getByRole('region', { name: 'What went wrong' });
    await story.waitFor();
    expect(await story.locator('.hop-link.broken').count()).toBe(1);
    const tabs = await page.getByRole('tablist').boundingBox();
    expect((await story.boundingBox())?.y).toBeLessThan(tabs?.y ?? 0);
    expect(await story.textContent()).toContain('refused the connection');
    expect(await story.textContent()).toContain('What to do: Check that the upstream runs');
    await story.getByRole('link', { name: /succeeded|failed again/ }).click();
    await page.getByText('This repeats an exchange that failed').or(story).first().waitFor();
    expect(new URL(page.url()).searchParams.get('open')).not.toBe(failed?.entry.id);
  });

  it('says why a target was chosen among several, and by which key; the page shows how each key fares', async () => {
    const one = dashboard.fixture.state.exchanges.findLast(({ entry }) => entry.status === 200);
    Object.assign(one?.entry ?? {}, {
      balance: { alias: 'smart', strategy: 'round_robin', reason: 'session', passedOver: ['west/gpt-5.5'] },
      providerKey: 'OPENAI_API_KEY_2',
    });
    const { page } = await dashboard.open(`audit?open=${one?.entry.id}&section=timeline`);
    await page.getByText('smart: its session stays with this target; passed over: west/gpt-5.5').waitFor();
    await page.getByText('OPENAI_API_KEY_2').waitFor();
    const { page: connect } = await dashboard.open('connect');
    const keys = connect.getByRole('list', { name: 'Keys, since the start' }).getByRole('listitem');
    expect(await keys.allTextContents()).toEqual([
      'ok OPENAI_API_KEY 180 requests, 0 refused',
      'used up for now OPENAI_API_KEY_2 32 requests, 4 refused',
    ]);
  });

  it('says that a plan covered it instead of billing it', async () => {
    const covered = dashboard.fixture.state.exchanges.findLast(
      ({ entry }) => entry.billing === 'subscription' && entry.listPriceUsd !== undefined,
    );
    const { page } = await dashboard.open(`audit?open=${covered?.entry.id}&section=usage`);
    await page.getByText('Covered by a ChatGPT plan').waitFor();
  });
});
