import { expect, it, onTestFinished } from 'vitest';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { answerOf } from '../support/guard/budget-gateway.ts';
import { type StoreMood, startObjectStore, type TestStore } from '../support/objects/start-object-store.ts';
import { killAtRandom } from '../support/postgres/kill-at-random.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const postgres = usePostgres();

/** `KILLS=500 npm run test:postgres` for more. */
const KILLS = Number(process.env.KILLS ?? 50);
const CLIENTS = 8;
const AT_ONCE = 8;
const bearer = { authorization: `Bearer ${MASTER_KEY}` };

/** One after another; between two, the store is well. */
const MOODS: readonly (StoreMood | 'killed')[] = [
  'killed',
  { kind: 'slow', ms: 300 },
  { kind: 'cutting', times: 3 },
  { kind: 'refusing', refusal: { status: 503, code: 'SlowDown', message: 'slow down' } },
  { kind: 'hanging' },
];

const createDisturbance = (store: TestStore) => async (kill: number) => {
  const mood = MOODS[Math.floor(kill / 2) % MOODS.length] ?? 'killed';
  if (kill % 2 === 0) {
    if (mood === 'killed') await store.stop();
    else store.feel(mood);
    return;
  }
  if (mood === 'killed') await store.start();
  store.feel({ kind: 'well' });
};

const inputOf = (name: string): string => `${name}: ${name.repeat(200)}`;

interface Row {
  readonly id: string;
  readonly name: string;
  readonly finish: string;
}

it(`has every exchange once and tells of every body, after ${KILLS} kills of gateways, of the database and of the store`, async () => {
  const answer = answerOf(100, 90, 'an answer of some words');
  const upstream = await startUpstream({ ...answer, pauseMs: 20 } as typeof answer);
  onTestFinished(() => upstream.close());
  const store = await startObjectStore();
  onTestFinished(() => store.stop());
  const url = await postgres.server.createDatabase();
  const statuses = new Set<number>();
  const survivors = await killAtRandom({
    ...{ gateways: 3, gatewayKills: KILLS, serverKills: Math.ceil(KILLS / 5), clients: CLIENTS },
    server: postgres.server,
    options: {
      upstreamUrl: upstream.url,
      masterKey: MASTER_KEY,
      env: {
        ...{ STORAGE_TYPE: 'postgresql', POSTGRES_URL: url, MODEL_LISTS: 'false' },
        BODIES_URL: store.url('gomodel'),
      },
    },
    createFolder: () => createTemporaryFolder('killed'),
    disturb: createDisturbance(store),
    ask: async (v1, count) => {
      const name = `load-${count}`;
      const response = await fetch(`${v1}/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer, 'x-client-request-id': name },
        body: JSON.stringify({ model: 'gpt-test', stream: true, input: inputOf(name) }),
      });
      await response.text();
      statuses.add(response.status);
    },
  });
  onTestFinished(() => survivors.stop());
  if (KILLS % 2 === 1) await createDisturbance(store)(KILLS);
  // No request failed because the database or the store was away.
  expect([...statuses]).toEqual([200]);
  const seen = upstream.requests.map(({ headers }) => String(headers['x-client-request-id'])).sort();
  expect(seen.length).toBeGreaterThan(KILLS);

  const known = new Set(seen);
  const stored = async (): Promise<readonly Row[]> => {
    const rows = await postgres.server.run<Row>(
      url,
      `SELECT e.id, substring(searched FROM 'load-[0-9]+') AS name, finish
        FROM gomodel.exchanges e JOIN gomodel.kinds k ON k.id = kind_id WHERE duration_ms IS NOT NULL`,
    );
    return rows.filter(({ name }) => known.has(name));
  };
  await expect
    .poll(async () => (await stored()).length, { timeout: 60_000 })
    .toBeGreaterThanOrEqual(seen.length);
  const rows = await stored();
  expect(rows.map(({ name }) => name).sort()).toEqual(seen);

  const roots = survivors.running.map((gateway) => gateway.url.slice(0, -3));
  for (const root of roots) {
    await expect
      .poll(async () => ((await (await fetch(`${root}/readyz`)).json()) as { storage: object }).storage, {
        timeout: 90_000,
      })
      .toMatchObject({ bodies: { store: 'ok', behind: 0 }, log: { behind: 0 } });
  }
  let read = 0;
  const lost: string[] = [];
  const wrong: string[] = [];
  const left = [...rows];
  const check = async ({ id, name, finish }: Row): Promise<void> => {
    // By any of them, whichever the exchange passed.
    const root = roots[left.length % roots.length];
    for (const [side, said] of [
      ['request', inputOf(name)],
      ['response', 'an answer of some words'],
    ] as const) {
      const response = await fetch(`${root}/admin/api/v1/audit/log/${id}/body/${side}`, { headers: bearer });
      const text = await response.text();
      if (response.status === 200 && text.includes(said)) read++;
      // Who was killed in the middle takes with it what it had not written.
      else if (finish === 'interrupted' && response.status === 404 && text.includes('holds no'))
        lost.push(id);
      else wrong.push(`${id} ${finish} ${side}: ${response.status} ${text.slice(0, 200)}`);
    }
  };
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let row = left.pop(); row; row = left.pop()) await check(row);
    }),
  );
  expect(wrong).toEqual([]);
  expect(read + lost.length).toBe(2 * rows.length);
  expect(lost.length).toBeLessThanOrEqual(2 * CLIENTS * KILLS);
}, 900_000);
