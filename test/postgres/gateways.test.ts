import { readdirSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/time/clock.ts';
import { createKeyDesk, type KeyDesk } from '../../src/guard/keys/key-desk.ts';
import { openPostgresStorage } from '../../src/postgres/open-storage.ts';
import { composeGateway, MASTER_KEY, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { answerOf, pricedFolder } from '../support/guard/budget-gateway.ts';
import { PASSWORD } from '../support/postgres/start-postgres.ts';
import { configOf, usePostgres } from '../support/postgres/use-postgres.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../support/websocket/connect-client.ts';

const postgres = usePostgres();
const EVENTS = responsesStream([{ text: 'ok' }]);

let upstream: Upstream;
let url: string;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: EVENTS });
  url = await postgres.server.createDatabase();
  return () => upstream.close();
});

const variables = (more: Readonly<Record<string, string>> = {}) => ({
  GOMODEL_MASTER_KEY: MASTER_KEY,
  STORAGE_TYPE: 'postgresql',
  POSTGRES_URL: url,
  ...more,
});

/** Gateways with folders of their own. */
const compose = (count: number, env: Readonly<Record<string, string>> = {}): Promise<RunningGateway[]> =>
  Promise.all(
    Array.from({ length: count }, () =>
      composeGateway(upstream.url, { env: variables(env), dataDir: pricedFolder() }),
    ),
  );

const openDesk = (): KeyDesk => {
  const storage = openPostgresStorage(configOf(url), systemClock);
  onTestFinished(() => storage.close());
  const { keyStore, adminLog } = storage;
  return createKeyDesk({ store: keyStore, log: adminLog, now: () => Date.now(), by: 'cli:test' });
};

const spent = async (): Promise<number> => {
  const rows = await postgres.server.run<{ spent: string }>(url, 'SELECT spent FROM gomodel.budget_windows');
  return Number(rows[0]?.spent ?? 0) / 1e9;
};

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
const post = ({ v1 }: Pick<RunningGateway, 'v1'>, text: string, more: object = {}): Promise<Response> =>
  fetch(`${v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(text) },
    body: JSON.stringify({ model: 'gpt-test', stream: true, input: 'hi', max_output_tokens: 1, ...more }),
  });

const statusOf = async (gateway: RunningGateway, text: string): Promise<number> => {
  const response = await post(gateway, text);
  await response.text();
  return response.status;
};

describe('a key of several gateways', () => {
  it('is let in by all, and its end ends the streams and WebSocket connections on each of them', async () => {
    const desk = openDesk();
    const { text } = await desk.create({ name: 'anna' });
    const gateways = await compose(3);
    expect(await Promise.all(gateways.map((gateway) => statusOf(gateway, text)))).toEqual([200, 200, 200]);
    upstream.play({ kind: 'sse', events: EVENTS, eventLimit: 2, finally: 'hang' });
    const streams = await Promise.all(gateways.map((gateway) => post(gateway, text)));
    const sockets = await Promise.all(
      gateways.map(({ v1 }) => connectClient(v1, { headers: { ...CODEX_HEADERS, ...bearer(text) } })),
    );
    await desk.revoke('anna');
    for (const stream of streams) expect(await stream.text()).toContain('was revoked during this answer');
    for (const socket of sockets) expect((await socket.closed).reason).toBe('invalid_api_key');
    for (const gateway of gateways) expect(await statusOf(gateway, text)).toBe(401);
  });

  it('may use what a policy allows that was set on another gateway', async () => {
    const desk = openDesk();
    const { text } = await desk.create({ name: 'anna' });
    const [first, second] = (await compose(2)) as [RunningGateway, RunningGateway];
    const set = await fetch(`${first.v1.slice(0, -3)}/admin/api/v1/policies/small`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...bearer(MASTER_KEY) },
      body: JSON.stringify({ models: ['other*'] }),
    });
    expect([set.status, await set.text()]).toEqual([200, expect.anything()]);
    await expect.poll(() => statusOf(second, text)).toBe(403);
  });
});

describe('a budget of several gateways', () => {
  it('is spent by all of them together', async () => {
    upstream.play(answerOf(100, 90));
    const gateways = await compose(3, { SET_BUDGET: 'daily=2.5' });
    const statuses: number[] = [];
    for (let count = 0; count < 6; count++) {
      statuses.push(await statusOf(gateways[count % 3] as RunningGateway, MASTER_KEY));
      // What an answer has cost is known a moment after it has ended.
      await expect.poll(spent).toBe(Math.min(count + 1, 3));
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429]);
  });

  it('that is set on one of them holds on the others', async () => {
    const [first, second] = (await compose(2)) as [RunningGateway, RunningGateway];
    const admin = `${first.v1.slice(0, -3)}/admin/api/v1/budgets`;
    const headers = { 'content-type': 'application/json', ...bearer(MASTER_KEY) };
    const body = JSON.stringify({ scope: '/', period: 'daily', limit: 0 });
    expect((await fetch(admin, { method: 'PUT', headers, body })).status).toBe(200);
    await expect.poll(() => statusOf(second, MASTER_KEY)).toBe(429);
  });
});

describe('a rate limit of several gateways', () => {
  it('is counted by all of them together', async () => {
    const gateways = await compose(3, { SET_RATE_LIMIT: 'rpm=4' });
    const statuses: number[] = [];
    for (let count = 0; count < 6; count++) {
      statuses.push(await statusOf(gateways[count % 3] as RunningGateway, MASTER_KEY));
    }
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  });
});

describe('a gateway whose database hangs', () => {
  it('answers as soon as ever, ends when it is told to, and tells the database afterwards', async () => {
    upstream.play(answerOf(100, 90));
    const env = { SET_BUDGET: 'daily=50', SET_RATE_LIMIT: 'rpm=1000' };
    const gateway = await startGateway({
      upstreamUrl: upstream.url,
      masterKey: MASTER_KEY,
      dataDir: pricedFolder(),
      env: variables(env),
    });
    onTestFinished(async () => void (await gateway.stop('SIGKILL')));
    const v1 = gateway.url;
    const ask = async (): Promise<number> => {
      const response = await post({ v1 }, MASTER_KEY);
      await response.text();
      return response.status;
    };
    for (let count = 0; count < 3; count++) expect(await ask()).toBe(200);
    await expect.poll(spent).toBe(3);
    postgres.server.freeze();
    onTestFinished(() => postgres.server.thaw());
    const began = performance.now();
    for (let count = 0; count < 30; count++) expect(await ask()).toBe(200);
    // A connection is given up after 2 s at the soonest: nobody has waited for that.
    expect(performance.now() - began).toBeLessThan(30_000);
    await gateway.said('has not answered within 50 ms: requests are let in within what was last known');
    postgres.server.thaw();
    await expect.poll(spent).toBe(33);
    postgres.server.freeze();
    expect(await ask()).toBe(200);
    expect(await gateway.stop('SIGTERM')).toBe(0);
    postgres.server.thaw();
  });
});

describe('the command line', () => {
  it('makes the tables, and says what it would do before', async () => {
    const gateway = await startGateway({ upstreamUrl: upstream.url, masterKey: MASTER_KEY });
    onTestFinished(async () => void (await gateway.stop('SIGKILL')));
    const env = variables();
    const planned = await gateway.run(['migrate', '--dry-run'], env);
    expect(planned.stdout).toContain('CREATE TABLE gomodel.keys');
    expect(planned.stderr).toMatch(/would get: 1 shared-state, /);
    expect(await postgres.server.run(url, `SELECT FROM pg_namespace WHERE nspname = 'gomodel'`)).toHaveLength(
      0,
    );
    expect((await gateway.run(['doctor', '--no-round-trip'], env)).stdout).toContain(
      'and lacks 1 shared-state',
    );
    expect((await gateway.run(['migrate'], env)).stderr).toMatch(/has got: 1 shared-state, /);
    expect((await gateway.run(['migrate'], env)).stderr).toMatch(/is up to date\.\n$/);
    expect((await gateway.run(['doctor', '--no-round-trip'], env)).stdout).toContain('is up to date');
    expect((await gateway.run(['migrate'])).code).toBe(2);
    const made = await gateway.run(['keys', 'create', '--name', 'anna'], env);
    expect(made.stdout).toMatch(/^sk_gom_/);
    expect(await postgres.server.run(url, 'SELECT FROM gomodel.admin_log')).toHaveLength(1);
  });
});

describe('a gateway whose database is away', () => {
  it('starts, says what and where, serves the master key, and is ready', async () => {
    const away = url.replace(/:\d+\//, ':1/');
    const gateway = await startGateway({
      upstreamUrl: upstream.url,
      masterKey: MASTER_KEY,
      env: { ...variables({ SET_BUDGET: 'daily=5' }), POSTGRES_URL: away },
    });
    onTestFinished(async () => void (await gateway.stop('SIGKILL')));
    await gateway.said('PostgreSQL at 127.0.0.1:1/');
    const v1 = gateway.url;
    expect((await post({ v1 }, MASTER_KEY)).status).toBe(200);
    const ready = await fetch(`${v1.slice(0, -3)}/readyz`);
    const told = await ready.text();
    expect([ready.status, told]).toEqual([200, expect.stringContaining('ECONNREFUSED')]);
    const { stdout, stderr } = gateway.output();
    expect(stdout + stderr + told).not.toContain(PASSWORD);
    const keys = await gateway.run(['keys', 'list'], variables({ POSTGRES_URL: away }));
    expect([keys.code, keys.stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED')]);
    const config = await gateway.run(['config'], variables());
    expect(config.stdout + config.stderr + keys.stderr).not.toContain(PASSWORD);
  });

  it.each([
    ['open', 200],
    ['closed', 503],
  ])(
    'starts again meanwhile with the keys that it read last, where POSTGRES_FALLBACK=%s lets it',
    async (fallback, status) => {
      const { text } = await openDesk().create({ name: 'anna' });
      const dataDir = createTemporaryFolder('again');
      const env = variables({ POSTGRES_FALLBACK: fallback });
      const first = await startGateway({ upstreamUrl: upstream.url, dataDir, env });
      expect((await post({ v1: first.url }, text)).status).toBe(200);
      await first.stop('SIGKILL');
      const away = { ...env, POSTGRES_URL: url.replace(/:\d+\//, ':1/') };
      const again = await startGateway({ upstreamUrl: upstream.url, dataDir, env: away });
      onTestFinished(async () => void (await again.stop('SIGKILL')));
      expect((await post({ v1: again.url }, text)).status).toBe(status);
      expect(readdirSync(dataDir).includes('remembered-keys.json')).toBe(fallback === 'open');
    },
  );

  it.each([
    ['open', 200],
    ['closed', 503],
  ])(
    'does with budgets what POSTGRES_FALLBACK=%s says, in time, and counts afterwards',
    async (fallback, status) => {
      upstream.play(answerOf(100, 90));
      const [gateway] = (await compose(1, {
        SET_BUDGET: 'daily=2.5',
        POSTGRES_FALLBACK: fallback,
      })) as [RunningGateway];
      const told: string[] = [];
      gateway.onNotice((text) => told.push(text));
      expect(await statusOf(gateway, MASTER_KEY)).toBe(200);
      await gateway.records();
      await postgres.server.kill();
      onTestFinished(() => postgres.server.start());
      expect(await statusOf(gateway, MASTER_KEY)).toBe(status);
      await gateway.records();
      expect(told.join('\n')).toContain(`POSTGRES_FALLBACK=${fallback}`);
      if (fallback === 'open') {
        expect([
          await statusOf(gateway, MASTER_KEY),
          await gateway.records(),
          await statusOf(gateway, MASTER_KEY),
        ]).toEqual([200, expect.anything(), 429]);
      }
      await postgres.server.start();
      await expect.poll(spent).toBe(fallback === 'open' ? 3 : 1);
      await expect
        .poll(async () => {
          await statusOf(gateway, MASTER_KEY);
          return told.join('\n');
        })
        .toMatch(/decides again about budgets/);
    },
  );
});
