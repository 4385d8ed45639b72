import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/base/time/clock.ts';
import { createChanges } from '../../src/postgres/changes.ts';
import { createPostgresEndStore } from '../../src/postgres/end-store.ts';
import { openPostgresStorage } from '../../src/postgres/open-storage.ts';
import { runCli } from '../support/cli/start-cli.ts';
import { composeGateway, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import { createBrowser } from '../support/identity/browser.ts';
import { describeEndStore } from '../support/identity/describe-end-store.ts';
import {
  askModel,
  refresh,
  type SignInGateway,
  signIn,
  startSignInGateway,
} from '../support/identity/start-sign-in-gateway.ts';
import { configOf, usePostgres } from '../support/postgres/use-postgres.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { CODEX_HEADERS, connectClient } from '../support/websocket/connect-client.ts';

// Only the wall clock is moved: everything else runs on real time.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const postgres = usePostgres();

describeEndStore('PostgreSQL', async () => {
  const url = await postgres.server.createDatabase();
  return (now) => {
    const storage = openPostgresStorage(configOf(url), systemClock);
    const changes = createChanges(storage.database);
    onTestFinished(async () => {
      changes.close();
      await storage.close();
    });
    return createPostgresEndStore({
      ...{ database: storage.database, changes, now },
      monotonic: () => systemClock.monotonic(),
    });
  };
});

const GROUPS = [{ group: '*', role: 'auditor', user_path: '/people/{user}' }];

interface Pair {
  readonly one: SignInGateway;
  /** Another gateway of the same database, on another folder. */
  readonly other: RunningGateway;
  readonly env: Readonly<Record<string, string>>;
}

const startPair = async (): Promise<Pair> => {
  const url = await postgres.server.createDatabase();
  const env = { STORAGE_TYPE: 'postgresql', POSTGRES_URL: url, WEBSOCKETS: 'bridge' };
  const one = await startSignInGateway({ groups: GROUPS, env });
  const other = await composeGateway(one.upstream.url, {
    env: { ...one.provider.env, ...env, PUBLIC_URL: one.base },
    dataDir: join(mkdtempSync(join(tmpdir(), 'gomodel-other-')), 'data'),
    configure: (config) => ({
      ...config,
      signIn: config.signIn && {
        ...config.signIn,
        groups: GROUPS.map((fields) => ({ origin: 'test', source: 'file', fields })),
      },
    }),
  });
  return { one, other, env };
};

/** Everything that somebody has open at the other gateway. */
const openAll = async ({ one, other }: Pair, token: string) => {
  const events = responsesStream([{ text: 'a long answer' }]);
  one.upstream.play({ kind: 'sse', events, eventLimit: 2, finally: 'hang' });
  const answer = await askModel(other.v1, token);
  const socket = await connectClient(other.v1, {
    headers: { ...CODEX_HEADERS, authorization: `Bearer ${token}` },
  });
  return { status: answer.status, events: answer.text(), socket };
};

/** From now on the provider refuses anna; what it has said just before does not count any more. */
const lockOut = ({ provider }: SignInGateway): void => {
  const person = provider.accounts.get('u-1');
  if (person) person.isActive = false;
  vi.setSystemTime(Date.now() + 10_000);
};

const statusAt = async ({ v1 }: RunningGateway, token: string): Promise<number> => {
  const response = await fetch(`${v1}/models`, { headers: { authorization: `Bearer ${token}` } });
  await response.text();
  return response.status;
};

it('whoever the identity provider refuses at one gateway is out at all gateways of its database', async () => {
  const pair = await startPair();
  const { one, other } = pair;
  const [anna, hers] = [await signIn(one.base), await signIn(one.base)];
  one.provider.signsIn = 'u-2';
  const bert = await signIn(one.base);
  const open = await openAll(pair, hers.access_token);
  const his = await openAll(pair, bert.access_token);
  expect([open.status, await statusAt(other, anna.access_token)]).toEqual([200, 200]);
  lockOut(one);
  expect((await refresh(one.base, anna.refresh_token)).status).toBe(401);
  await expect.poll(() => statusAt(other, anna.access_token)).toBe(401);
  // Also by the other sign-in, and all that it had open.
  await expect.poll(() => statusAt(other, hers.access_token)).toBe(401);
  expect(await open.events).toMatch(/event: response\.failed\n[\s\S]*(?:has|was) ended/);
  await open.socket.closed;
  expect((await refresh(other.url, hers.refresh_token)).status).toBe(401);
  // Nobody else is touched.
  expect(await statusAt(other, bert.access_token)).toBe(200);
  expect(his.socket.ws.readyState).toBe(his.socket.ws.OPEN);
  his.socket.ws.close();
  // Whoever may come back counts with what they sign in to from then on.
  const person = one.provider.accounts.get('u-1');
  if (person) person.isActive = true;
  one.provider.signsIn = 'u-1';
  const back = await signIn(one.base);
  expect(await statusAt(other, back.access_token)).toBe(200);
  expect(await statusAt(other, hers.access_token)).toBe(401);
});

it('one sign-in that a command ends takes its connections along, and the others of its person stay', async () => {
  const pair = await startPair();
  const { one, other, env } = pair;
  const home = mkdtempSync(join(tmpdir(), 'gomodel-cli-'));
  const run = (...args: string[]) => runCli(['sign-ins', ...args], { ...env, GOMODEL_HOME: home });
  const listIds = async (): Promise<string[]> =>
    (await run('--json')).stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
  const kept = await signIn(one.base);
  const known = await listIds();
  const ended = await signIn(one.base);
  const [id = '', ...more] = (await listIds()).filter((listed) => !known.includes(listed));
  expect([known.length, more.length]).toEqual([1, 0]);
  const open = await openAll(pair, ended.access_token);
  const stays = await openAll(pair, kept.access_token);
  const done = await run('end', id);
  expect([done.code, done.stderr]).toEqual([0, `Ended the sign-in ${id} of anna (codex).\n`]);
  await expect.poll(() => statusAt(other, ended.access_token)).toBe(401);
  await expect.poll(() => statusAt(one.gateway, ended.access_token)).toBe(401);
  expect(await open.events).toMatch(
    /event: response\.failed\n[\s\S]*sign-in that this answer ran on was ended/,
  );
  await open.socket.closed;
  expect(await statusAt(other, kept.access_token)).toBe(200);
  expect(stays.socket.ws.readyState).toBe(stays.socket.ws.OPEN);
  stays.socket.ws.close();
  expect((await refresh(one.base, ended.refresh_token)).status).toBe(401);
  expect((await refresh(one.base, kept.refresh_token)).status).toBe(200);
});

it('a session of the page at one gateway ends with its person at another one', async () => {
  const { one, other } = await startPair();
  const browser = createBrowser();
  await browser.open(`${one.base}/oauth/sign-in`);
  const tokens = await signIn(one.base);
  const look = async (): Promise<number> => (await browser.open(`${one.base}/admin/api/v1/audit/log`)).status;
  expect(await look()).toBe(200);
  lockOut(one);
  expect((await refresh(other.url, tokens.refresh_token)).status).toBe(401);
  await expect.poll(look).toBe(401);
});

it('a gateway that starts later lets nobody in who was locked out before', async () => {
  const { one, env } = await startPair();
  const tokens = await signIn(one.base);
  lockOut(one);
  expect((await refresh(one.base, tokens.refresh_token)).status).toBe(401);
  const late = await composeGateway(one.upstream.url, {
    env: { ...one.provider.env, ...env, PUBLIC_URL: one.base },
    dataDir: join(mkdtempSync(join(tmpdir(), 'gomodel-late-')), 'data'),
  });
  expect(await statusAt(late, tokens.access_token)).toBe(401);
});
