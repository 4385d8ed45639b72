import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { dashboardLink } from '../../src/cli/dashboard/dashboard-link.ts';
import { useBrowser } from '../support/browser/use-browser.ts';
import { composeGateway, MASTER_KEY } from '../support/gateway/compose-gateway.ts';

const browser = useBrowser();

const setUp = async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1', {
    demo: true,
    env: { GOMODEL_MASTER_KEY: MASTER_KEY },
  });
  const { url, dataDir } = gateway;
  return {
    gateway,
    link: (view?: string) => dashboardLink({ url, isGuarded: true, dataDir, ...(view && { view }) }),
  };
};

it('shows the page without a key, under an address that has no token, and stays signed in', async () => {
  const { gateway, link } = await setUp();
  const { page, problems } = await browser.open(link('sessions'));
  await page.locator('.shell').waitFor();
  expect(await page.locator('.login').count()).toBe(0);
  expect(page.url()).toBe(`${gateway.url}/admin/dashboard/sessions`);
  await page.reload();
  await page.locator('.shell').waitFor();
  // Whatever a page can find out of where it came from.
  const traces = await page.evaluate(() =>
    JSON.stringify([document.referrer, location.href, performance.getEntries(), document.cookie]),
  );
  expect(traces).not.toContain('token=');
  expect(problems).toEqual([]);
});

it('signs in also where another page leads to it', async () => {
  const { link } = await setUp();
  const other = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<a href="${link()}">open</a>`);
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  // The page that it begins with is not the dashboard: any gateway's login will do.
  const { page } = await browser.open(link());
  await page.context().clearCookies();
  await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
  await page.getByText('open').click();
  await page.locator('.shell, .login').first().waitFor();
  expect(await page.locator('.shell').count()).toBe(1);
});
