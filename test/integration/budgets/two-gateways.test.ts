import { beforeEach, expect, it } from 'vitest';
import { startHeldGateway } from '../../support/faults/start-held-gateway.ts';
import { answerOf, ask, pricedFolder } from '../../support/guard/budget-gateway.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  // Each costs $1.
  upstream = await startUpstream(answerOf(100, 90));
  return () => upstream.close();
});

const statusOf = async (v1: string): Promise<number> => {
  const response = await ask({ v1 });
  await response.text();
  return response.status;
};

it('is refused at the start beside one that counts, and follows it when that is killed', async () => {
  const options = { upstreamUrl: upstream.url, dataDir: pricedFolder(), env: { SET_BUDGET: 'monthly=1' } };
  const first = await startHeldGateway(options);
  expect(await statusOf(first.url)).toBe(200);
  await expect(startHeldGateway(options)).rejects.toThrow(
    /another gateway \(process \d+\) counts the budgets.*stop that one, send these requests to it, or give this one a folder of its own/s,
  );
  expect(await statusOf(first.url)).toBe(429);
  await first.stop('SIGKILL');
  const next = await startHeldGateway(options);
  expect(await statusOf(next.url)).toBe(429);
  expect(upstream.requests).toHaveLength(1);
}, 60_000);

it('counts nothing apart where a budget is set while two run, and takes over what the other had spent', async () => {
  const options = { upstreamUrl: upstream.url, dataDir: pricedFolder(), env: { MODEL_LISTS: 'false' } };
  const gateways = [await startHeldGateway(options), await startHeldGateway(options)] as const;
  for (const { url } of gateways) expect(await statusOf(url)).toBe(200);
  const before = upstream.requests.length;
  await gateways[0].run(['budgets', 'set', '/', '--monthly', '2']);

  const isRefused = async (url: string): Promise<boolean> => {
    const response = await ask({ v1: url });
    return response.status === 503 && (await response.text()).includes('"code":"counted_elsewhere"');
  };
  const refusing = async (): Promise<number> =>
    (await Promise.all(gateways.map(({ url }) => isRefused(url)))).indexOf(true);
  await expect.poll(refusing, { timeout: 5_000 }).not.toBe(-1);
  const idle = await refusing();
  const [counting, waiting] = idle === 0 ? [gateways[1], gateways[0]] : gateways;
  while ((await statusOf(counting.url)) === 200);
  // What left while the change was on its way is not counted by anybody.
  const [figures] = (await (
    await fetch(`http://127.0.0.1:${counting.port}/admin/api/v1/budgets`)
  )
    .json()
    .then((answer) => (answer as { budgets: { spent: number }[] }).budgets)) as [{ spent: number }];
  expect(figures.spent).toBe(2);
  expect(upstream.requests.length - before).toBeGreaterThanOrEqual(2);

  await counting.stop('SIGKILL');
  await expect.poll(() => statusOf(waiting.url), { timeout: 10_000 }).toBe(429);
}, 60_000);
