import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { useBrowser } from '../support/browser/use-browser.ts';
import { composeGateway, MASTER_KEY, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

/** Runs where it can, and then tells which origin it ran in. */
const PAGE = '<script>localStorage.setItem("owned", location.href); document.title = "owned"</script>';

const browser = useBrowser();

const startProvider = async (): Promise<Upstream> => {
  const upstream = await startUpstream({
    kind: 'bytes',
    body: Buffer.from(PAGE),
    headers: { 'content-type': 'text/html', 'access-control-allow-origin': '*' },
  });
  onTestFinished(() => upstream.close());
  return upstream;
};

/** Another origin: another port of this machine, or another name for it. */
const startForeignPage = async (): Promise<string> => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>elsewhere</title><div class="shell">A page of somebody else.</div>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** All that a page can do with an address that is not its own. */
const attack = async (base: string): Promise<string[]> => {
  const seen: string[] = [];
  const urls = ['/v1/models', '/v1/responses', '/p/openai/page', '/admin/api/v1/audit/log', '/health'];
  const settle = (run: () => Promise<unknown>): Promise<void> =>
    Promise.race([
      run().then(
        (what) => void (what !== undefined && seen.push(String(what))),
        () => {},
      ),
      new Promise<void>((resolve) => setTimeout(resolve, 1_500)),
    ]);
  const loaded = (element: HTMLElement): Promise<undefined> =>
    new Promise((resolve) => {
      element.addEventListener('load', () => resolve(undefined));
      element.addEventListener('error', () => resolve(undefined));
      document.body.append(element);
    });
  const make = (name: string, attributes: Record<string, string>): HTMLElement =>
    Object.assign(document.createElement(name), attributes);
  const read = async (url: string, options: RequestInit): Promise<string | undefined> => {
    const response = await fetch(url, options);
    return response.type === 'opaque' ? undefined : `${url} was read: ${response.status}`;
  };
  const body = '{"model":"gpt-test","input":"hi"}';
  const json = { 'content-type': 'application/json' };
  const tries = urls.flatMap((path) => {
    const url = base + path;
    return [
      () => read(url, {}),
      () => read(url, { mode: 'no-cors', credentials: 'include' }),
      () => read(url, { method: 'POST', mode: 'no-cors', body }),
      () => read(url, { method: 'POST', headers: json, body }),
      () => loaded(make('img', { src: url })),
      () => loaded(make('script', { src: url })),
      () => loaded(make('link', { rel: 'stylesheet', href: url })),
      () => loaded(make('iframe', { src: url })),
      () => loaded(make('iframe', { src: url, sandbox: 'allow-scripts' })),
      () => loaded(make('embed', { src: url })),
      () => loaded(make('object', { data: url })),
      async () => void navigator.sendBeacon(url, body),
    ];
  });
  await Promise.all(tries.map(settle));
  for (const path of urls) {
    const frame = make('iframe', { name: `f${path}` });
    const form = make('form', { method: 'post', action: base + path, target: `f${path}` }) as HTMLFormElement;
    document.body.append(frame, form);
    form.submit();
  }
  await settle(
    () =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${base.replace('http', 'ws')}/v1/responses`);
        socket.onopen = () => resolve('the WebSocket opened');
        socket.onerror = () => resolve(undefined);
      }),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  return seen;
};

const OWN = [{}, { GOMODEL_MASTER_KEY: MASTER_KEY }];

const asked = (upstream: Upstream): string[] =>
  [...upstream.requests, ...upstream.others].map(({ method, url }) => `${method} ${url}`);

const wasOwned = (gateway: RunningGateway): Promise<string | null> =>
  browser
    .open(`${gateway.url}/admin/dashboard/audit`)
    .then(({ page }) => page.evaluate(() => localStorage.getItem('owned')));

it.each(OWN)('H3 no request of a page of another origin reaches the provider: %o', async (env) => {
  const upstream = await startProvider();
  const gateway = await composeGateway(upstream.url, { env });
  const elsewhere = await startForeignPage();
  for (const host of ['127.0.0.1', 'localhost']) {
    const { page } = await browser.open(elsewhere);
    expect(await page.evaluate(attack, `http://${host}:${gateway.port}`)).toEqual([]);
    expect(asked(upstream)).toEqual([]);
    await page.close();
  }
  const records = await gateway.records();
  expect(records.length).toBeGreaterThan(10);
  // Of a WebSocket the browser says no more than the origin: there the key is missing.
  for (const { status } of records) expect([401, 403]).toContain(status);
});

it('M1 a provider’s page never runs in the dashboard’s origin, however it is opened', async () => {
  const upstream = await startProvider();
  const gateway = await composeGateway(upstream.url);
  const elsewhere = await startForeignPage();
  const { page } = await browser.open(elsewhere);
  const context = page.context();
  for (const path of ['/v1/page', '/p/openai/page', '/v1/models']) {
    const url = gateway.url + path;
    // A window, a link, an address that is typed in, and each of them from the dashboard itself.
    for (const start of [elsewhere, `${gateway.url}/admin/dashboard/audit`]) {
      await page.goto(start);
      const [popup] = await Promise.all([
        context.waitForEvent('page'),
        page.evaluate((to) => void window.open(to), url),
      ]);
      await popup.waitForLoadState();
      expect(await popup.title()).not.toBe('owned');
      await popup.close();
      await Promise.all([
        page.waitForURL(url),
        page.evaluate((to) => {
          location.href = to;
        }, url),
      ]);
      expect(await page.title()).not.toBe('owned');
    }
    await page.goto(url);
    expect(await page.title()).not.toBe('owned');
  }
  expect(asked(upstream)).toEqual([]);
  expect(await wasOwned(gateway)).toBeNull();
});

it('H3 a link of another page opens the dashboard, which then works', async () => {
  const upstream = await startProvider();
  const gateway = await composeGateway(upstream.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
  const { page } = await browser.open(await startForeignPage());
  await page.evaluate((to) => {
    location.href = to;
  }, `${gateway.url}/admin`);
  await page.locator('.login input').first().fill(MASTER_KEY);
  await page.keyboard.press('Enter');
  await page.locator('.shell').waitFor();
  await page.reload();
  await page.locator('.shell').waitFor();
  const health = await page.goto(`${gateway.url}/health`);
  expect(health?.status()).toBe(200);
});
