import { afterEach, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../src/config/load-config.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { addVirtualModels } from '../../../src/config/providers/add-virtual-models.ts';
import { composeGateway, type RunningGateway, UPSTREAM_KEY } from '../../support/gateway/compose-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

const EVENTS = responsesStream([{ text: 'The answer is long enough to last.' }]);

const doubles: Upstream[] = [];
const startDouble = async (pauseMs?: number): Promise<Upstream> => {
  const double = await startUpstream({
    kind: 'sse',
    events: EVENTS,
    ...(pauseMs !== undefined && { chunkBytes: 200, pauseMs }),
  });
  doubles.push(double);
  return double;
};
afterEach(async () => {
  await Promise.all(doubles.splice(0).map(({ close }) => close()));
});

const configFor = async (
  { dataDir }: RunningGateway,
  url: string,
  env: Record<string, string> = {},
): Promise<GatewayConfig> =>
  loadConfig(
    await addVirtualModels({
      flags: {},
      env: {
        PORT: '0',
        OPENAI_API_KEY: UPSTREAM_KEY,
        OPENAI_BASE_URL: url,
        MODEL_LISTS: 'false',
        ...env,
      },
      dotenv: {},
      dataDir,
    }),
  );

const sourcesOf = (config: GatewayConfig) => ({ flags: {}, env: {}, dotenv: {}, dataDir: config.dataDir });

const ask = async (
  gateway: RunningGateway,
  model = 'gpt-test',
): Promise<{ status: number; text: string }> => {
  const response = await fetch(`${gateway.v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, input: 'x', stream: true }),
  });
  return { status: response.status, text: await response.text() };
};

it('loses none of 1,000 requests and 50 streams through 20 reloads', async () => {
  const [one, other] = [await startDouble(), await startDouble()];
  const slow = await startDouble(150);
  const gateway = await composeGateway(one.url, {
    env: { OPENAI_SLOW_API_KEY: 'sk-slow-0123456789', OPENAI_SLOW_BASE_URL: slow.url },
  });
  const slowEnv = { OPENAI_SLOW_API_KEY: 'sk-slow-0123456789', OPENAI_SLOW_BASE_URL: slow.url };
  const isWhole = ({ status, text }: { status: number; text: string }): boolean =>
    status === 200 && text.includes('event: response.completed');

  const streams = Array.from({ length: 50 }, () => ask(gateway, 'openai-slow/gpt-test'));
  let asked = 0;
  let whole = 0;
  const askOn = async (): Promise<void> => {
    while (asked < 1000) {
      asked++;
      if (isWhole(await ask(gateway))) whole++;
    }
  };
  const askers = Promise.all(Array.from({ length: 10 }, askOn));
  for (let count = 1; count <= 20; count++) {
    const before = asked;
    const config = await configFor(gateway, (count % 2 === 0 ? one : other).url, slowEnv);
    const { needsRestart } = await gateway.reload(config, sourcesOf(config));
    expect(needsRestart).toEqual([]);
    await expect.poll(() => asked >= Math.min(1000, before + 30), { timeout: 20_000 }).toBe(true);
  }
  await askers;
  expect(whole).toBe(1000);
  expect((await Promise.all(streams)).filter(isWhole)).toHaveLength(50);
  expect(one.requests.length + other.requests.length).toBe(1000);
  expect(Math.min(one.requests.length, other.requests.length)).toBeGreaterThan(100);
  expect(slow.requests).toHaveLength(50);
  const records = await gateway.records();
  expect(records.filter(({ response }) => response.finish === 'completed')).toHaveLength(1050);
}, 120_000);

it('takes over providers, names and keys, hides new keys, and names what waits for the next start', async () => {
  const upstream = await startDouble();
  const gateway = await composeGateway(upstream.url);
  expect((await ask(gateway, 'fast')).status).toBe(200);
  expect(upstream.requests[0]?.json()).toMatchObject({ model: 'fast' });

  const secret = 'sk-another-secret-0123456789';
  const config = await configFor(gateway, upstream.url, {
    OPENAI_API_KEY: secret,
    VIRTUAL_MODELS: '[{"source":"fast","target":"openai/gpt-test"}]',
    LOGGING_RETENTION_DAYS: '7',
  });
  const reloaded = await gateway.reload(config, sourcesOf(config));
  expect(reloaded.changed).toEqual(expect.arrayContaining(['providers', 'aliases']));
  expect(reloaded.needsRestart).toEqual(['retentionDays']);
  await ask(gateway, 'fast');
  expect(upstream.requests[1]?.json()).toMatchObject({ model: 'gpt-test' });
  expect(upstream.requests[1]?.headers.authorization).toBe(`Bearer ${secret}`);

  const response = await fetch(`${gateway.v1}/models/${secret}`);
  await response.text();
  expect(JSON.stringify(await gateway.records())).not.toContain(secret);
});

it('takes over budgets and limits, keeps what was counted, and refuses wrong ones with their place', async () => {
  const upstream = await startDouble();
  const limit = (rpm: number) => ({ SET_RATE_LIMIT: `rpm=${rpm}` });
  const gateway = await composeGateway(upstream.url, { env: limit(2) });
  const reload = async (env: Record<string, string>) => {
    const config = await configFor(gateway, upstream.url, env);
    return gateway.reload(config, sourcesOf(config));
  };
  const statuses = async (count: number): Promise<number[]> => {
    const all: number[] = [];
    for (let asked = 0; asked < count; asked++) all.push((await ask(gateway)).status);
    return all;
  };
  expect(await statuses(3)).toEqual([200, 200, 429]);
  // Two of them are used up already.
  expect(await reload(limit(4))).toMatchObject({ changed: ['rateLimits'], needsRestart: [] });
  expect(await statuses(3)).toEqual([200, 200, 429]);

  await expect(
    reload({ SET_RATE_LIMIT: 'rpm=many', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }),
  ).rejects.toThrow(/^SET_RATE_LIMIT: rpm is a whole number/);
  await expect(reload({ SET_BUDGET: 'daily=10,daily=20' })).rejects.toThrow(/SET_BUDGET.* defined twice/);
  expect(await statuses(1)).toEqual([429]);

  expect(await reload({ SET_BUDGET: 'daily_tokens=1' })).toMatchObject({ needsRestart: [] });
  expect(await statuses(2)).toEqual([429, 429]);
  expect(await reload({})).toMatchObject({ changed: ['budgets'] });
  expect(await statuses(2)).toEqual([200, 200]);
});
