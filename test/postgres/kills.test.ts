import { expect, it, onTestFinished } from 'vitest';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { answerOf, pricedFolder } from '../support/guard/budget-gateway.ts';
import { killAtRandom } from '../support/postgres/kill-at-random.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

const postgres = usePostgres();

/** `KILLS=500 npm run test:postgres` for more. */
const KILLS = Number(process.env.KILLS ?? 50);

/** By the name that its client gave each request, which the open line of a killed one has as well. */
const namesAsked = (upstream: Upstream): string[] =>
  upstream.requests.map(({ headers }) => String(headers['x-client-request-id']));

const asking =
  (statuses: Map<number, number>) =>
  async (v1: string, count: number): Promise<void> => {
    const response = await fetch(`${v1}/responses`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${MASTER_KEY}`,
        'x-client-request-id': `load-${count}`,
      },
      body: JSON.stringify({ model: 'gpt-test', stream: true, input: 'x'.repeat(2_000) }),
    });
    await response.text();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
  };

it(`has every exchange once that the upstream saw, after ${KILLS} kills of gateways and of the database`, async () => {
  const answer = answerOf(100, 90, 'an answer of some words');
  const upstream = await startUpstream({ ...answer, pauseMs: 20 } as typeof answer);
  onTestFinished(() => upstream.close());
  const url = await postgres.server.createDatabase();
  const statuses = new Map<number, number>();
  const survivors = await killAtRandom({
    gateways: 3,
    gatewayKills: KILLS,
    serverKills: Math.ceil(KILLS / 5),
    clients: 8,
    server: postgres.server,
    options: {
      upstreamUrl: upstream.url,
      masterKey: MASTER_KEY,
      env: { STORAGE_TYPE: 'postgresql', POSTGRES_URL: url, MODEL_LISTS: 'false' },
    },
    createFolder: () => createTemporaryFolder('killed'),
    ask: asking(statuses),
  });
  onTestFinished(() => survivors.stop());
  // No request failed because the database was away.
  expect([...statuses.keys()]).toEqual([200]);
  const seen = namesAsked(upstream).sort();
  expect(seen.length).toBeGreaterThan(KILLS);
  const stored = async (): Promise<string[]> => {
    const rows = await postgres.server.run<{ name: string }>(
      url,
      `SELECT substring(searched FROM 'load-[0-9]+') AS name FROM gomodel.exchanges WHERE duration_ms IS NOT NULL`,
    );
    const known = new Set(seen);
    return rows.map(({ name }) => name).filter((name) => known.has(name));
  };
  await expect
    .poll(async () => (await stored()).length, { timeout: 30_000 })
    .toBeGreaterThanOrEqual(seen.length);
  expect((await stored()).sort()).toEqual(seen);
}, 600_000);

it('is never over a budget by more than what ran, and has nothing reserved an hour later', async () => {
  const limit = 60;
  const clients = 8;
  const answer = answerOf(100, 90);
  const upstream = await startUpstream({ ...answer, pauseMs: 20 } as typeof answer);
  onTestFinished(() => upstream.close());
  const url = await postgres.server.createDatabase();
  const statuses = new Map<number, number>();
  const kills = 6;
  const survivors = await killAtRandom({
    gateways: 3,
    gatewayKills: kills,
    serverKills: 2,
    clients,
    server: postgres.server,
    options: {
      upstreamUrl: upstream.url,
      masterKey: MASTER_KEY,
      env: {
        STORAGE_TYPE: 'postgresql',
        POSTGRES_URL: url,
        POSTGRES_FALLBACK: 'closed',
        MODEL_LISTS: 'false',
        SET_BUDGET: `monthly=${limit}`,
      },
    },
    // Each answer costs a dollar.
    createFolder: pricedFolder,
    ask: asking(statuses),
  });
  onTestFinished(() => survivors.stop());
  const sum = async () => {
    const [row] = await postgres.server.run<{ spent: string; reserved: string }>(
      url,
      'SELECT spent, reserved FROM gomodel.budget_windows',
    );
    return { spent: Number(row?.spent) / 1e9, reserved: Number(row?.reserved) / 1e9 };
  };
  // What its estimate has no room for is refused before: asked one after another, it is spent to the end.
  for (let count = 1_000_000; (await sum()).spent < limit || !statuses.has(429); count++) {
    for (const { url: v1 } of survivors.running) await asking(statuses)(v1, count).catch(() => {});
  }
  expect((await sum()).spent).toBeLessThanOrEqual(limit + clients);
  // A killed gateway takes with it what it had not told the database: at most what ran there.
  expect(upstream.requests.length).toBeLessThanOrEqual(limit + clients * (1 + kills));
  expect(statuses.get(429)).toBeGreaterThan(0);
  await postgres.server.run(url, `SELECT gomodel.free_budgets(NULL, now() + interval '1 hour')`);
  expect((await sum()).reserved).toBe(0);
}, 600_000);
