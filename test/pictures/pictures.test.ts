import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { chatGptProvider, keyProvider, NO_RETRIES } from '../e2e/codex-config.ts';
import { useBrowser } from '../support/browser/use-browser.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { createPlayer, PATCHING, READING } from '../support/pictures/play-sessions.ts';
import { renderTerminal } from '../support/pictures/render-terminal.ts';
import { serveInTerminal } from '../support/pictures/serve-in-terminal.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const IMAGES = join(import.meta.dirname, '../../.github/images');
const MASTER_KEY = 'change-me';
const SIZE = { columns: 157, rows: 26 };
/** Sharp enough on most screens, and still a small file. */
const SCALE = 1.2;

const browser = useBrowser();

it('takes the pictures of the README: the real Codex through the built gateway, its tail and its page', async () => {
  const play = createPlayer();
  const upstream = await startUpstream((request, index) => {
    if (request.body.toString().includes('Too soon')) {
      const error = {
        type: 'usage_limit_reached',
        code: 'rate_limit_exceeded',
        message: 'Try again in 20 s.',
      };
      return { kind: 'json', status: 429, body: { error } };
    }
    return play(request, index);
  });
  onTestFinished(() => upstream.close());
  const gateway = await serveInTerminal(
    { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: upstream.url, GOMODEL_MASTER_KEY: MASTER_KEY },
    SIZE,
  );
  onTestFinished(() => gateway.stop());
  const origin = `http://127.0.0.1:${gateway.port}`;
  const env = { OPENAI_API_KEY: MASTER_KEY, GOMODEL_MASTER_KEY: MASTER_KEY };
  const args = ['-m', 'gpt-5.5', '-s', 'danger-full-access'];
  const overWebSocket = `${keyProvider(`${origin}/v1`)}supports_websockets = true\n`;
  const zstd = chatGptProvider(`${origin}/v1`);

  const runs = [
    { version: '0.113.0', signIn: 'chatgpt', configToml: zstd, prompt: READING.prompt },
    { version: '0.169.0', configToml: overWebSocket, prompt: READING.prompt },
    { version: '0.169.0', signIn: 'chatgpt', configToml: zstd, prompt: PATCHING.prompt },
  ] as const;
  for (const run of runs) {
    const outcome = await runCodex({ ...run, args, env });
    expect(outcome).toMatchObject({ code: 0 });
  }
  const busy = { version: '0.169.0', configToml: keyProvider(`${origin}/v1`), prompt: 'Too soon' };
  await runCodex({ ...busy, args: [...args, ...NO_RETRIES], env });
  const ask = (headers: Record<string, string>, body: Buffer) =>
    fetch(`${origin}/v1/responses`, {
      method: 'POST',
      headers: { 'user-agent': 'curl/8.14.1', 'content-type': 'application/json', ...headers },
      body,
    });
  const broken = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x58]), Buffer.alloc(40)]);
  await ask({ authorization: `Bearer ${MASTER_KEY}`, 'content-encoding': 'zstd' }, broken);
  await ask({ authorization: 'Bearer sk-of-somebody-else' }, Buffer.from('{}'));
  await expect.poll(() => gateway.screen()).toContain('401');

  // The double plays OpenAI, and the port is the one that a user would see.
  const screen = gateway
    .screen()
    .trimEnd()
    .replaceAll(`localhost:${gateway.port}`, 'localhost:8080')
    .replace(new URL(upstream.url).host, 'api.openai.com');
  const context = { deviceScaleFactor: SCALE, viewport: { width: 1320, height: 640 } };
  const { page, problems } = await browser.open(`${origin}/admin/dashboard/audit`, context);
  await page.getByLabel('Master key').fill(MASTER_KEY);
  await page.keyboard.press('Enter');
  const rows = page.locator('.row[data-id]:not(.head)');
  await rows.filter({ hasText: 'apply_patch' }).first().click();
  const drawer = page.getByRole('complementary', { name: 'Exchange' });
  await drawer.getByText('retry.mjs').first().waitFor();
  await page.screenshot({ path: join(IMAGES, 'dashboard.png') });
  await page.emulateMedia({ colorScheme: 'dark' });
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, 'dark.png') });

  await page.goto('about:blank');
  await page.setContent(renderTerminal(screen));
  await page.locator('pre').screenshot({ path: join(IMAGES, 'tail.png') });
  expect(problems).toEqual([]);
});
