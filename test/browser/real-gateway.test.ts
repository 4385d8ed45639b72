import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { chatGptProvider } from '../e2e/codex-config.ts';
import { useBrowser } from '../support/browser/use-browser.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { composeGateway, MASTER_KEY } from '../support/gateway/compose-gateway.ts';
import { recordExchange } from '../support/log/record-exchange.ts';
import { encodeEvent, responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const ANSWER = 'There is one file: <script>alert(1)</script> hello.txt.';

const browser = useBrowser();

/** Looked at by a person where a folder for it is named. */
const shoot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
};

it('shows a real Codex run as it happens, opens it, finds it, copies and exports it, and logs out', async () => {
  const upstream = await startUpstream((_request, index) => ({
    kind: 'sse',
    events:
      index === 0
        ? responsesStream([{ call: 'exec_command', arguments: { cmd: 'ls' } }], {
            id: 'resp_1',
            model: 'gpt-5.5',
          })
        : responsesStream([{ text: ANSWER }], { id: `resp_${index + 1}`, model: 'gpt-5.5' }),
    pauseMs: 20,
  }));
  const gateway = await composeGateway(upstream.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
  const { page, problems } = await browser.open(`${gateway.url}/admin`, {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await page.getByLabel('Master key').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByText('This is not the key').waitFor();
  await page.getByLabel('Master key').fill(MASTER_KEY);
  await page.keyboard.press('Enter');
  await page.locator('.shell').waitFor();
  expect(await page.locator('[data-id]').count()).toBe(0);

  const run = await runCodex({
    version: '0.169.0',
    prompt: 'Which files are here?',
    signIn: 'chatgpt',
    configToml: chatGptProvider(`${gateway.url}/v1`),
    args: ['-m', 'gpt-5.5'],
    env: { GOMODEL_MASTER_KEY: MASTER_KEY },
  });
  expect(run.stderr).not.toMatch(/^ERROR: /m);
  const rows = page.locator('.row[data-id]:not(.head)').filter({ hasText: 'gpt-5.5' });
  await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(2);
  await expect.poll(() => rows.first().textContent()).toContain('zstd');
  await shoot(page, 'audit');

  await rows.first().click();
  const drawer = page.getByRole('complementary', { name: 'Exchange' });
  await drawer.getByText(ANSWER).first().waitFor();
  await shoot(page, 'turn');
  await page.getByRole('button', { name: 'Copy as curl (c)' }).click();
  const curl = await page.evaluate(() => navigator.clipboard.readText());
  expect(curl).toContain('$OPENAI_API_KEY');
  expect(curl).not.toContain(MASTER_KEY);
  await drawer.getByLabel('Export this exchange').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'HAR' }).click(),
  ]);
  const har = JSON.parse(await readFile(await download.path(), 'utf8'));
  expect(har.log.entries[0].request.postData.text).toContain('Which files are here?');
  expect(JSON.stringify(har)).not.toContain(MASTER_KEY);

  const audit = `${gateway.url}/admin/dashboard/audit`;
  await page.goto(`${audit}?search=exec_command`);
  await expect.poll(() => rows.count()).toBe(1);
  await page.goto(`${audit}?search=nothing-like-this`);
  await expect.poll(() => rows.count()).toBe(0);
  for (const name of ['sessions', 'usage', 'connect']) {
    await page.goto(`${gateway.url}/admin/dashboard/${name}`);
    await page.locator('main').waitFor();
    await page.locator('.loading').first().waitFor({ state: 'detached' });
    await shoot(page, name);
  }
  await page.goto(`${gateway.url}/admin/dashboard/sessions`);
  await page.locator('.session-link').first().click();
  await page.locator('.turn-summary, .turn-row, [class*=turn-]').first().waitFor();
  await page.getByText(ANSWER).first().waitFor();
  await shoot(page, 'session');

  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByLabel('Master key').waitFor();
  expect(problems).toEqual([]);
  await upstream.close();
}, 180_000);

it('makes the doctor’s round trip at a button, and shows its requests', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1', { demo: true });
  const { page, problems } = await browser.open(`${gateway.url}/admin/dashboard/connect`);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByText('Everything works.').waitFor();
  await shoot(page, 'doctor');
  expect(await page.locator('.doctor li.ok').count()).toBe(2);
  await page.locator('.connect').getByText('gomodel-ts-doctor').first().waitFor();
  await page.goto(`${gateway.url}/admin/dashboard/audit`);
  await expect.poll(() => page.locator('[data-id]').count()).toBe(2);
  expect(problems).toEqual([]);
});

it('shows an answer as it grows, before it has ended', async () => {
  const events = responsesStream([{ text: 'The first half of it, and the second half.' }]).map(encodeEvent);
  const middle = events.findIndex((event) => event.includes('second'));
  let answer: ServerResponse | undefined;
  const upstream = createServer((_request, response) => {
    answer = response;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(events.slice(0, middle).join(''));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void upstream.close());
  const gateway = await composeGateway(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`);
  const { page, problems } = await browser.open(`${gateway.url}/admin/dashboard/audit`);
  const reply = fetch(`${gateway.v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5.5', stream: true, input: 'Say it.' }),
  }).then((response) => response.text());
  await page.locator('[data-id]').first().click();
  const drawer = page.getByRole('complementary', { name: 'Exchange' });
  await drawer.getByText('The first half').waitFor();
  await shoot(page, 'running');
  expect(await drawer.getByText('second half').count()).toBe(0);
  answer?.end(events.slice(middle).join(''));
  await reply;
  await drawer.getByText('and the second half.').waitFor();
  await drawer.getByText('The answer is still arriving.').waitFor({ state: 'detached' });
  expect(problems).toEqual([]);
});

it('tells which providers were tried, by which name of the model, and what was left out', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  recordExchange(gateway.recorder, {
    record: {
      model: 'best',
      provider: 'claude',
      upstream: 'api.anthropic.com',
      upstreamModel: 'claude-sonnet-4-5',
      route: 'alias',
      translation: { dialect: 'anthropic', losses: ['reasoning.summary', 'text.verbosity'] },
      attempts: [
        {
          provider: 'openai',
          model: 'gpt-5.5',
          status: 503,
          error: { origin: 'upstream', code: 'overloaded', message: 'The model is overloaded.' },
          durationMs: 812,
        },
        { provider: 'claude', model: 'claude-sonnet-4-5', status: 200, durationMs: 2_400 },
      ],
    },
  });
  recordExchange(gateway.recorder, { record: { model: 'gpt-5.5', provider: 'groq' } });
  const { page, problems } = await browser.open(
    `${gateway.url}/admin/dashboard/audit?provider=openai&section=timeline`,
  );
  await page.locator('[data-id]').click();
  const attempts = page.locator('.attempts li');
  await attempts.nth(1).waitFor();
  expect(await attempts.allTextContents()).toEqual([
    expect.stringContaining('503 · upstream · The model is overloaded.'),
    expect.stringContaining('claude-sonnet-4-5'),
  ]);
  await page.getByText('claude (by an alias)').waitFor();
  await page.getByText('reasoning.summary, text.verbosity').waitFor();
  await shoot(page, 'attempts');
  await page.goto(`${gateway.url}/admin/dashboard/audit?model=claude-*`);
  await expect.poll(() => page.locator('[data-id]').count()).toBe(1);
  expect(problems).toEqual([]);
});
