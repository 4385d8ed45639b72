import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { keyProvider, NO_RETRIES } from '../e2e/codex-config.ts';
import { useBrowser } from '../support/browser/use-browser.ts';
import { createCodexFolders, runCodex } from '../support/codex/run-codex.ts';
import { DOCUMENTING, FILES, FIXING } from '../support/pictures/code-mode-sessions.ts';
import { manageGateway } from '../support/pictures/manage-gateway.ts';
import { createPlayer, READING } from '../support/pictures/play-sessions.ts';
import { renderTerminal } from '../support/pictures/render-terminal.ts';
import { serveInTerminal } from '../support/pictures/serve-in-terminal.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

/** Not committed: they are looked at, and taken again whenever the page has changed. */
const FOLDER = process.env.PICTURES_FOLDER ?? join(import.meta.dirname, '../../.cache/pictures');
const MASTER_KEY = 'change-me';
const MODEL = 'gpt-6.2-sol';
const PRICE = { input: 5, cached_input: 0.5, output: 30 };
/** Of the terminals in which the tail is looked at; the page is that of the first. */
const COLUMNS = [140, 80, 100, 200];
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1366, height: 768 },
  { width: 390, height: 844 },
];

const browser = useBrowser();

interface State {
  readonly name: string;
  /** Below the dashboard; absent: the one that `show` leads to. */
  readonly path: string;
  /** Shows that what it loads is there. */
  readonly ready: string;
  readonly show?: (page: Page) => Promise<void>;
}

/** Real sessions of Codex in code mode, over HTTP and WebSocket, one that fails, and one that still runs. */
const fillGateway = async (origin: string): Promise<void> => {
  const env = { OPENAI_API_KEY: MASTER_KEY };
  const version = '0.171.0';
  const { workFolder } = createCodexFolders();
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(workFolder, name), text);
  const args = ['-m', MODEL, '-s', 'danger-full-access'];
  const configToml = keyProvider(`${origin}/v1`);
  const first = await runCodex({ version, prompt: FIXING.prompt, configToml, args, env, workFolder });
  expect(first).toMatchObject({ code: 0 });
  const again = { version, env, workFolder, codexHome: first.codexHome };
  const resumed = await runCodex({
    ...again,
    args: [...args, 'resume', '--last'],
    prompt: DOCUMENTING.prompt,
  });
  expect(resumed).toMatchObject({ code: 0 });
  const overWebSocket = `${configToml}supports_websockets = true\n`;
  const read = { version, env, prompt: READING.prompt, configToml: overWebSocket };
  expect(await runCodex({ ...read, args: ['-m', 'gpt-5.5', ...args.slice(2)] })).toMatchObject({ code: 0 });
  await runCodex({ version, env, configToml, args: [...args, ...NO_RETRIES], prompt: 'Too soon' });
};

it('takes the states of the page and of the tail, of real sessions, for a person to look at', async () => {
  mkdirSync(FOLDER, { recursive: true });
  const play = createPlayer([READING, FIXING, DOCUMENTING]);
  const upstream = await startUpstream((request, index) => {
    const text = request.body.toString();
    if (text.includes('Too soon')) {
      const error = { type: 'invalid_request_error', code: 'invalid_api_key', message: 'Incorrect API key.' };
      return { kind: 'json', status: 401, body: { error } };
    }
    if (!text.includes('For ever')) return play(request, index);
    return { kind: 'sse', events: responsesStream([{ text: '…' }]), eventLimit: 3, finally: 'hang' };
  });
  onTestFinished(() => upstream.close());
  const terminals = await Promise.all(
    COLUMNS.map((columns) => {
      const dataDir = createTemporaryFolder('pictures');
      writeFileSync(join(dataDir, 'prices.json'), JSON.stringify({ [MODEL]: PRICE }));
      const env = { GOMODEL_HOME: dataDir, OPENAI_API_KEY: 'sk-test', GOMODEL_MASTER_KEY: MASTER_KEY };
      return serveInTerminal({ ...env, OPENAI_BASE_URL: upstream.url }, { columns, rows: 30 });
    }),
  );
  onTestFinished(() => {
    for (const terminal of terminals) terminal.stop();
  });
  const origins = terminals.map(({ port }) => `http://127.0.0.1:${port}`);
  await Promise.all(origins.map(fillGateway));
  const [origin = ''] = origins;
  await manageGateway(origin, MASTER_KEY);
  const left = new AbortController();
  onTestFinished(() => left.abort());
  const headers = { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' };
  const running = { model: MODEL, stream: true, input: 'For ever' };
  await fetch(`${origin}/v1/responses`, {
    ...{ method: 'POST', headers, body: JSON.stringify(running), signal: left.signal },
  });

  const { page, problems } = await browser.open(`${origin}/admin/dashboard/audit`);
  await page.getByLabel('Master key').fill(MASTER_KEY);
  await page.keyboard.press('Enter');
  const rows = page.locator('.row[data-id]:not(.head)');
  await rows.first().waitFor();
  const open = (text: string) => rows.filter({ hasText: text }).first().click();
  const states: readonly State[] = [
    { name: '01-list', path: 'audit', ready: '[data-id]' },
    {
      name: '02-session',
      path: 'sessions',
      ready: '.session-link',
      show: async () => {
        await page.locator('.session-link', { hasText: 'retry.mjs' }).first().click();
        await page.locator('.turn-fold').first().waitFor();
        await page.getByText('2 files changed').waitFor();
      },
    },
    {
      name: '03-code-mode',
      path: 'audit?q=tool:exec',
      ready: '[data-id]',
      show: async () => {
        // Its answer applies the patch; what the tests made of it before is in its request.
        await rows.nth(1).click();
        await page.locator('.drawer').getByText('retry.mjs').first().waitFor();
      },
    },
    {
      name: '04-compare',
      path: 'audit?q=tool:exec',
      ready: '[data-id]',
      show: async () => {
        await rows.nth(1).click();
        await page.getByRole('link', { name: 'Compare with the one before' }).click();
        await page.locator('.compared').first().waitFor();
      },
    },
    { name: '05-usage', path: 'usage', ready: '.heat' },
    { name: '06-fleet', path: 'fleet', ready: '.fleet-facts' },
    { name: '07-keys', path: 'keys', ready: '.facts-table' },
    { name: '07-budgets', path: 'budgets', ready: '.budget' },
    { name: '07-limits', path: 'limits', ready: '.limits' },
    { name: '08-search', path: 'audit?q=jitter&in=bodies', ready: '.c-hit mark' },
    {
      name: '09-failure',
      path: 'audit?error_type=any',
      ready: '[data-id]',
      show: async () => {
        await open('401');
        await page.locator('.failure-story').first().waitFor();
      },
    },
  ];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const { name, path, ready, show } of states) {
        await page.goto(`${origin}/admin/dashboard/${path}`);
        await page.locator(ready).first().waitFor();
        await show?.(page);
        await page.locator('.loading').first().waitFor({ state: 'detached' });
        await page.screenshot({ path: join(FOLDER, `${name}-${size.width}-${colorScheme}.png`) });
      }
    }
  }
  await page.goto(`${origin}/admin/dashboard/sessions`);
  await page.locator('.session-link', { hasText: 'retry.mjs' }).first().click();
  const session = new URL(page.url()).searchParams.get('session') ?? '';
  const query = new URLSearchParams({ session, format: 'html' });
  const story = await page.request.get(`${origin}/admin/api/v1/audit/export?${query}`);
  await page.goto('about:blank');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await page.setContent(await story.text());
      await page.screenshot({
        path: join(FOLDER, `11-story-file-${size.width}-${colorScheme}.png`),
        fullPage: true,
      });
    }
  }

  await page.setViewportSize({ width: 1920, height: 900 });
  for (const [place, terminal] of terminals.entries()) {
    await page.setContent(renderTerminal(terminal.screen().trimEnd()));
    await page.locator('pre').screenshot({ path: join(FOLDER, `10-tail-${COLUMNS[place]}.png`) });
  }
  expect(problems).toEqual([]);
});
