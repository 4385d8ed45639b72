import { describe, expect, it } from 'vitest';
import { expectNoProblems, REAL_GATEWAY, useDashboard } from '../support/browser/open-dashboard.ts';
import { makeExchange } from '../support/dashboard/make-exchange.ts';

const SESSION = '0199f3c2-77aa-7000-a000-0000000000ab';
const START_MS = Date.parse('2026-11-20T10:00:00Z');

const client = (turn: number) => ({
  name: 'codex_exec',
  version: '0.169.0',
  sessionId: SESSION,
  threadId: SESSION,
  turnId: `turn-${turn}`,
});

/** Five prompts; the second had two attempts fail before one counted, and the fourth failed. */
const exchanges = Array.from({ length: 5 }, (_, place) => place + 1).flatMap((turn) => {
  const at = (second: number) => ({
    startedAt: new Date(START_MS + turn * 60_000 + second * 1_000).toISOString(),
  });
  const busy = {
    status: 529,
    error: { origin: 'upstream', code: 'overloaded', message: 'Overloaded, try later.' } as const,
    response: { finish: 'failed' } as const,
    durationMs: 100,
  };
  const made = [];
  if (turn === 2) made.push(makeExchange({ client: client(turn), ...at(0), ...busy }));
  if (turn === 2) made.push(makeExchange({ client: client(turn), ...at(2), ...busy }));
  made.push(
    makeExchange({
      client: client(turn),
      ...at(4),
      ...(turn === 4 ? busy : { response: { finish: 'completed' as const, toolCalls: ['exec_command'] } }),
      durationMs: 1_000,
    }),
  );
  const [counted] = made.slice(-1);
  if (turn === 5 && counted) {
    const { startedAt } = at(5);
    counted.toolUses = [
      { at: startedAt, tool: 'exec_command', decision: 'approved', decided_by: 'User', success: true },
      { at: startedAt, tool: 'apply_patch', decision: 'denied', decided_by: 'User' },
      { at: startedAt, tool: '<img src=x>', success: false, duration_ms: 300 },
    ];
  }
  if (turn === 3) made.push(makeExchange({ client: client(turn), ...at(15) }));
  return made;
});

describe.skipIf(REAL_GATEWAY)('the story of a session', () => {
  const dashboard = useDashboard({ exchanges });

  it('opens the last prompt, and any other that the address names an exchange of', async () => {
    const opened = await dashboard.open(`sessions?session=${SESSION}`);
    const { page } = opened;
    const open = page.locator('.prompt-turn.open');
    await page.locator('.turn-row').first().waitFor();
    expect(await open.evaluateAll((list) => list.map((turn) => turn.getAttribute('data-prompt')))).toEqual([
      '5',
    ]);
    const third = exchanges.find(({ entry }) => entry.client.turnId === 'turn-3')?.entry.id;
    await page.goto(`${dashboard.url}/admin/dashboard/sessions?session=${SESSION}&at=${third}`);
    await page.locator(`.turn-row.marked[data-turn="${third}"]`).waitFor();
    expect(await open.evaluateAll((list) => list.map((turn) => turn.getAttribute('data-prompt')))).toEqual([
      '3',
    ]);
    // From the end of the answer to the next request: 15 s after the minute, less 4 s and 1 s of the answer.
    await page.getByText('tools 10.0 s').first().waitFor();
    expectNoProblems(opened);
  });

  it('tells what the client told of its tools: who allowed them, and how they ended', async () => {
    const opened = await dashboard.open(`sessions?session=${SESSION}`);
    const last = opened.page.locator('[data-prompt="5"]');
    await last.getByText('asked 2×').waitFor();
    for (const remark of ['1 denied', '1 tool failed']) await last.getByText(remark).waitFor();
    const uses = last.getByRole('list', { name: 'What the client told of its tools' });
    expect(await uses.getByRole('listitem').allInnerTexts()).toEqual([
      'exec_command\napproved by User\nran',
      'apply_patch\ndenied by User',
      '<img src=x>\nfailed in 300 ms',
    ]);
    await last.getByRole('button', { name: /^5/ }).click();
    await uses.waitFor({ state: 'detached' });
    expectNoProblems(opened);
  });

  it('folds attempts under the exchange that counted', async () => {
    const { page } = await dashboard.open(`sessions?session=${SESSION}`);
    const second = page.locator('[data-prompt="2"]');
    await second.getByText('2 failed attempts').waitFor();
    await second.getByRole('button', { name: /^2/ }).click();
    await second.locator('.turn-row').waitFor();
    expect(await second.locator('.turn-row').count()).toBe(1);
    expect(await second.getByText('Overloaded, try later.').count()).toBe(0);
    await second.getByRole('button', { name: '2 failed attempts over' }).click();
    expect(await second.getByText('Overloaded, try later.').count()).toBe(2);
  });

  it('is worked by the keyboard alone: down, open, to the next failure, and back to the list', async () => {
    const { page } = await dashboard.open(`sessions?session=${SESSION}`);
    await page.locator('.turn-row').first().waitFor();
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest('[data-prompt]')?.getAttribute('data-prompt'));
    await page.keyboard.press('j');
    while ((await focused()) !== '1') await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('[data-prompt="1"] .turn-row').waitFor();
    await page.keyboard.press('e');
    await expect.poll(focused).toBe('4');
    await page.keyboard.press('Escape');
    await expect.poll(() => new URL(page.url()).searchParams.has('session')).toBe(false);
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toContain('session-link');
  });

  it('says what fills the context, and sums the patches of a file up to one diff', async () => {
    const { page } = await dashboard.open(`sessions?session=${SESSION}`);
    await page.getByRole('region', { name: 'What fills the context' }).getByText('tools offered').waitFor();
  });
});

describe.skipIf(REAL_GATEWAY)('the failures of the log', () => {
  const dashboard = useDashboard({ exchanges });

  it('stand alone at the key e, and with the others at the next', async () => {
    const { page } = await dashboard.open('audit');
    const rows = page.locator('.row[data-id]');
    await expect.poll(() => rows.count()).toBe(exchanges.length);
    await page.keyboard.press('e');
    await expect.poll(() => rows.count()).toBe(3);
    await page.keyboard.press('e');
    await expect.poll(() => rows.count()).toBe(exchanges.length);
  });
});
