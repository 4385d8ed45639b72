import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, inject, it } from 'vitest';
import { REAL_GATEWAY, useDashboard } from '../support/browser/open-dashboard.ts';

const MAX_BYTES = 180_000;

/** `22,916,864` and `$8.53` as numbers. */
const numberIn = (text: string | null): number => Number((text ?? '').replace(/[^\d.]/g, ''));

describe.skipIf(REAL_GATEWAY)('the numbers', () => {
  const dashboard = useDashboard();

  it('of the usage page agree to the token with a sum over the log', async () => {
    const from = new Date(Date.now() - 29 * 86_400_000).toISOString().slice(0, 10);
    let cached = 0;
    let uncached = 0;
    let output = 0;
    let reasoning = 0;
    for (const { entry } of dashboard.fixture.state.exchanges) {
      if (entry.startedAt.slice(0, 10) < from || !entry.usage) continue;
      cached += entry.usage.cachedInputTokens ?? 0;
      uncached += (entry.usage.inputTokens ?? 0) - (entry.usage.cachedInputTokens ?? 0);
      output += (entry.usage.outputTokens ?? 0) - (entry.usage.reasoningTokens ?? 0);
      reasoning += entry.usage.reasoningTokens ?? 0;
    }
    const { page } = await dashboard.open('usage?days=30');
    const figures = page.locator('.legend span b');
    await figures.first().waitFor();
    const shown = (await figures.allTextContents()).map(numberIn);
    expect(shown).toEqual([cached, uncached, output, reasoning]);
    await page.getByText('As a table').click();
    const days = await page
      .locator('.as-table tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) =>
          [...row.querySelectorAll('td')].map((cell) => Number(cell.textContent?.replaceAll(',', ''))),
        ),
      );
    const sums = [0, 1, 2, 3].map((column) => days.reduce((sum, day) => sum + (day[column] ?? 0), 0));
    expect(sums).toEqual(shown);
  });

  it('narrow to a model, and the address says so', async () => {
    const { page } = await dashboard.open('usage');
    const link = page.locator('.tables tbody a').first();
    const model = await link.textContent();
    await link.click();
    await expect.poll(() => new URL(page.url()).searchParams.get('model')).toBe(model);
    await page.getByRole('button', { name: model ?? '' }).waitFor();
  });

  it('of a session mark where the cache was lost, and say why', async () => {
    const lost = dashboard.fixture.state.exchanges.findLast(
      ({ cacheLoss }) => cacheLoss?.before !== undefined && cacheLoss.where !== undefined,
    );
    const { page } = await dashboard.open(
      `sessions?session=${lost?.entry.client.sessionId}&at=${lost?.entry.id}`,
    );
    const turn = page.locator(`[data-turn="${lost?.entry.id}"]`);
    await turn.locator('.cache-loss').waitFor();
    expect(await turn.textContent()).toContain(lost?.cacheLoss?.where);
    expect(await turn.textContent()).toContain(lost?.cacheLoss?.before);
    expect(await page.locator('.turn-lines .cached circle.lost').count()).toBeGreaterThan(0);
    const session = dashboard.fixture.state.exchanges.filter(
      ({ entry }) => entry.client.sessionId === lost?.entry.client.sessionId,
    );
    const figures = page.locator('.story-facts');
    expect(await figures.textContent()).toContain(`Requests${session.length}`);
    const prompts = new Set(session.map(({ entry }) => entry.client.turnId));
    expect(await page.locator('.prompt-turn').count()).toBe(prompts.size);
  });

  it('of the doctor name the hop that does not work, and the remedy', async () => {
    const { page } = await dashboard.open('connect');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('start the gateway with WEBSOCKETS=off').waitFor();
  });
});

describe('the page', () => {
  it('weighs less than 180 KB compressed, all of it', () => {
    const folder = inject('pageFolder');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    const bytes = files.reduce(
      (sum, file) => sum + gzipSync(readFileSync(join(file.parentPath, file.name)), { level: 9 }).length,
      0,
    );
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  it('names nothing that is elsewhere', () => {
    const folder = inject('pageFolder');
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    expect(html).not.toMatch(/https?:|<style|<script(?![^>]*src=)/);
  });
});
