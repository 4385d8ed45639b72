import { describe, expect, it } from 'vitest';
import { REAL_GATEWAY, useDashboard, visibleIds, waitForRows } from '../support/browser/open-dashboard.ts';
import { generateJournal } from '../support/dashboard/generate-journal.ts';
import { makeExchange } from '../support/dashboard/make-exchange.ts';

const MANY = 100_000;
const BURSTS = 50;
/** At two hundred a second: half of the page's time. */
const MAX_MS_PER_EXCHANGE = 2.5;

/** The same exchanges again and again, with ids of their own, until there are so many. */
const multiply = (count: number) => {
  const journal = generateJournal({ nowMs: Date.now(), days: 30 });
  return Array.from({ length: count }, (_, place) => {
    const source = journal[place % journal.length] as (typeof journal)[number];
    return { ...source, entry: { ...source.entry, id: `req_${String(place).padStart(26, '0')}` } };
  });
};

describe.skipIf(REAL_GATEWAY)('a hundred thousand exchanges', () => {
  const dashboard = useDashboard({ exchanges: multiply(MANY) });

  it('are scrolled through with every frame filled and a bounded page', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    const empty = await page.evaluate(async () => {
      const list = document.querySelector('.log-scroller');
      if (!list) return -1;
      let blank = 0;
      for (let step = 0; step < 120; step++) {
        list.scrollTop += step % 20 === 19 ? 400_000 : 260;
        await new Promise(requestAnimationFrame);
        const { top, height, left, width } = list.getBoundingClientRect();
        const rows = [0.1, 0.5, 0.9].map((share) =>
          document.elementFromPoint(left + width / 2, top + height * share)?.closest('.row'),
        );
        if (rows.some((row) => !row)) blank++;
      }
      return blank;
    });
    expect(empty).toBe(0);
    await page.locator('.log-scroller').evaluate((list) => list.scrollTo({ top: list.scrollHeight }));
    await expect.poll(async () => (await visibleIds(page)).at(-1)).toBe(`req_${'0'.repeat(26)}`);
    expect(await page.locator('.row').count()).toBeLessThan(120);
  });

  it('leave the page its time while two hundred more a second arrive', async () => {
    const { page } = await dashboard.open('audit');
    await waitForRows(page);
    const devtools = await page.context().newCDPSession(page);
    // Time on the processor: how busy this machine is with other things must not decide.
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    const spentSeconds = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
    };
    const before = await spentSeconds();
    for (let burst = 0; burst < BURSTS; burst++) {
      for (let count = 0; count < 20; count++) dashboard.fixture.add(makeExchange());
      await page.waitForTimeout(100);
    }
    const last = dashboard.fixture.state.exchanges.at(-1)?.entry.id;
    await expect.poll(async () => (await visibleIds(page))[0]).toBe(last);
    const perExchangeMs = (((await spentSeconds()) - before) * 1000) / (BURSTS * 20);
    expect(perExchangeMs).toBeLessThan(MAX_MS_PER_EXCHANGE);
  });
});
