import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { useBrowser } from '../support/browser/use-browser.ts';
import { composeGateway, MASTER_KEY } from '../support/gateway/compose-gateway.ts';

const browser = useBrowser();

/** A proxy that takes `/tools/gw` off, as nginx, Caddy and Traefik do, and knows nothing else. */
const startFront = async (gatewayUrl: string): Promise<string> => {
  const front = http.createServer((request, response) => {
    const { url = '', method, headers } = request;
    if (!url.startsWith('/tools/gw/')) {
      response.writeHead(404).end();
      return;
    }
    const forwarded = {
      ...{ 'x-forwarded-for': '10.1.2.3', 'x-forwarded-proto': 'http' },
      ...{ 'x-forwarded-host': headers.host, 'x-forwarded-prefix': '/tools/gw' },
    };
    const target = `${gatewayUrl}${url.slice('/tools/gw'.length)}`;
    const passed = http.request(target, { method, headers: { ...headers, ...forwarded } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  onTestFinished(() => {
    front.closeAllConnections();
    front.close();
  });
  return `http://127.0.0.1:${(front.address() as AddressInfo).port}/tools/gw`;
};

it('is the same page behind a proxy that has the gateway below a path of its own', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1', {
    demo: true,
    env: { GOMODEL_MASTER_KEY: MASTER_KEY, TRUSTED_PROXIES: 'loopback' },
  });
  const front = await startFront(gateway.url);
  await fetch(`${front}/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER_KEY}` },
    body: JSON.stringify({ model: 'gpt-5.5', input: 'hello' }),
  });
  const { page, problems } = await browser.open(`${front}/`);
  await page.locator('#master-key').fill(MASTER_KEY);
  await page.keyboard.press('Enter');
  await page.locator('[data-id]').first().waitFor();
  expect(page.url()).toBe(`${front}/admin/dashboard/audit`);
  await page.reload();
  await page.locator('[data-id]').first().waitFor();
  await page.locator('nav a', { hasText: 'Usage' }).click();
  await page.locator('.heat').waitFor();
  expect(page.url()).toBe(`${front}/admin/dashboard/usage`);
  const [cookie] = await page.context().cookies(`${front}/admin/api/v1/`);
  expect(cookie?.path).toBe('/tools/gw/admin');
  expect(problems).toEqual([]);
});
