import { beforeEach, describe, expect, it } from 'vitest';
import { startHeldGateway } from '../support/faults/start-held-gateway.ts';
import { answerOf, ask, pricedFolder } from '../support/guard/budget-gateway.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

/** 20 tokens of input and one of output. */
const COST_USD = 0.03;
const LIMIT_USD = 3;
const REQUESTS = 1_000;
const ENV = { SET_BUDGET: `monthly=${LIMIT_USD}`, MAX_OPEN_EXCHANGES: '2000', MODEL_LISTS: 'false' };

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream(answerOf(20, 1));
  return () => upstream.close();
});

const askOnce = async (v1: string): Promise<number> => {
  const response = await ask({ v1 });
  await response.text();
  return response.status;
};

/** As the page shows them. */
const figures = async (v1: string): Promise<object> => {
  const response = await fetch(new URL('/admin/api/v1/budgets', v1));
  const { budgets } = (await response.json()) as { budgets: readonly [object] };
  return budgets[0];
};

describe.each([1, 4])('1,000 requests at once on %i processes', (workers) => {
  it('spend no more than the budget, all of it, and it stays spent after kill -9', async () => {
    const dataDir = pricedFolder();
    const options = {
      upstreamUrl: upstream.url,
      dataDir,
      env: ENV,
      args: workers > 1 ? ['--workers', String(workers)] : [],
    };
    const gateway = await startHeldGateway(options);
    const statuses = await Promise.all(Array.from({ length: REQUESTS }, () => askOnce(gateway.url)));
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    // What was set aside for those that ran is free again, and can be spent.
    while ((await askOnce(gateway.url)) === 200);
    const spentUsd = upstream.requests.length * COST_USD;
    // The output of a request may pass the limit; a request's input is estimated by its size.
    expect(spentUsd).toBeLessThanOrEqual(LIMIT_USD + COST_USD);
    expect(spentUsd).toBeGreaterThan(LIMIT_USD * 0.9);

    const spent = Math.round(spentUsd * 100) / 100;
    await expect.poll(() => figures(gateway.url)).toMatchObject({ spent, reserved: 0, limit: LIMIT_USD });
    expect(await (await ask({ v1: gateway.url })).text()).toContain(
      `$${spent.toFixed(2)} of $${LIMIT_USD.toFixed(2)} spent`,
    );

    await gateway.stop('SIGKILL');
    const asked = upstream.requests.length;
    const again = await startHeldGateway(options);
    expect(await askOnce(again.url)).toBe(429);
    expect(await figures(again.url)).toMatchObject({ spent, reserved: 0 });
    expect(upstream.requests).toHaveLength(asked);
  }, 120_000);
});
