import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startKeysGiver } from '../support/aws/start-keys-giver.ts';
import { composeGateway, MASTER_KEY, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { type StoreMood, startObjectStore, type TestStore } from '../support/objects/start-object-store.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

const postgres = usePostgres();
const EVENTS = responsesStream([{ text: 'said by the model' }]);

let upstream: Upstream;
let url: string;
let store: TestStore;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: EVENTS });
  url = await postgres.server.createDatabase();
  store = await startObjectStore();
  return async () => {
    await upstream.close();
    await store.stop();
  };
});

const variables = (bodiesUrl: string | undefined = store.url('gomodel')): Record<string, string> => ({
  GOMODEL_MASTER_KEY: MASTER_KEY,
  STORAGE_TYPE: 'postgresql',
  POSTGRES_URL: url,
  ...(bodiesUrl !== undefined && { BODIES_URL: bodiesUrl }),
});
const compose = (env = variables(), dataDir?: string): Promise<RunningGateway> =>
  composeGateway(upstream.url, { env, ...(dataDir !== undefined && { dataDir }) });

const bearer = { authorization: `Bearer ${MASTER_KEY}` };
const rootOf = (v1: string): string => v1.slice(0, -3);
/** @returns the id of the exchange */
const ask = async (v1: string, input: string): Promise<string> => {
  const response = await fetch(`${v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer },
    body: JSON.stringify({ model: 'gpt-test', stream: true, input }),
  });
  expect(response.status).toBe(200);
  await response.text();
  return response.headers.get('x-request-id') ?? '';
};
const get = (v1: string, path: string): Promise<Response> =>
  fetch(`${rootOf(v1)}/admin/api/v1/${path}`, { headers: bearer });
const read = async (v1: string, path: string): Promise<string> => (await get(v1, path)).text();
const readyz = async ({ v1 }: Pick<RunningGateway, 'v1'>) =>
  ((await (await fetch(`${rootOf(v1)}/readyz`)).json()) as { storage: { bodies: object; log: object } })
    .storage;
const untilSent = (gateway: Pick<RunningGateway, 'v1'>): Promise<void> =>
  expect
    .poll(() => readyz(gateway))
    .toMatchObject({ bodies: { store: 'ok', behind: 0 }, log: { behind: 0 } });

const rowsIn = async (table: string): Promise<number> =>
  Number(
    (await postgres.server.run<{ count: string }>(url, `SELECT count(*) FROM gomodel.${table}`))[0]?.count,
  );

describe('bodies in an S3-compatible store', () => {
  it('are on the page of every gateway, in searches, exports, stories and in `logs`, and in no table', async () => {
    const gateways = [await compose(), await compose(), await compose()];
    const ids: string[] = [];
    for (const [place, gateway] of gateways.entries()) {
      ids.push(await ask(gateway.v1, `asked by person ${place}`));
      await untilSent(gateway);
    }
    for (const { v1 } of gateways) {
      for (const [place, id] of ids.entries()) {
        const detail = await read(v1, `audit/log/${id}`);
        expect(detail).toContain(`asked by person ${place}`);
        expect(detail).toContain('said by the model');
      }
      const found = await read(v1, 'audit/log?search=%22by+person+1%22&in=bodies');
      expect(ids.filter((id) => found.includes(id))).toEqual([ids[1]]);
    }
    const elsewhere = gateways[2] as RunningGateway;
    expect(await read(elsewhere.v1, `audit/log/${ids[0]}/body/request`)).toContain('asked by person 0');
    expect([await rowsIn('body_blocks'), await rowsIn('body_objects')]).toEqual([0, 3]);
    expect([...store.objects.keys()].join('\n')).toMatch(
      /^(?:gomodel\/[\da-f]{16}\/[\d-]{10}\/\d+\/[\w-]+\.bodies\/\d{15}\n?){3}$/,
    );
    const cli = await startGateway({ upstreamUrl: upstream.url, masterKey: MASTER_KEY });
    onTestFinished(async () => void (await cli.stop('SIGKILL')));
    const env = { ...variables(), GOMODEL_HOME: createTemporaryFolder('home') };
    expect((await cli.run(['logs', ids[0] ?? ''], env)).stdout).toContain('said by the model');
    expect((await cli.run(['logs', 'person', '2'], env)).stdout).toContain('POST');
    const json = await cli.run(['logs', ids[1] ?? '', '--json'], env);
    expect(json.stdout).toContain('asked by person 1');
    expect(json.stdout + json.stderr).not.toContain(store.credentials.secretAccessKey);
  });

  it('survive a kill -9 of the gateway that they passed', async () => {
    const options = { upstreamUrl: upstream.url, masterKey: MASTER_KEY, env: variables() };
    const all = [await startGateway(options), await startGateway(options), await startGateway(options)];
    const [killed, one, other] = all;
    if (!killed || !one || !other) throw new Error('three were started');
    onTestFinished(async () => {
      await Promise.all([one, other].map((gateway) => gateway.stop('SIGKILL')));
    });
    const ids: string[] = [];
    for (let count = 0; count < 30; count++) {
      const { url: v1 } = all[count % 3] ?? killed;
      ids.push(await ask(v1, `question ${count}, and a few words more`));
    }
    for (const { url: v1 } of all) await untilSent({ v1 });
    await killed.stop('SIGKILL');
    for (const { url: v1 } of [one, other]) {
      for (const [count, id] of ids.entries())
        expect(await read(v1, `audit/log/${id}/body/request`)).toContain(`question ${count},`);
    }
  });

  it('are sent and read with the role of a container', async () => {
    const giver = await startKeysGiver({ authorization: 'of-the-pod' });
    onTestFinished(() => giver.close());
    const own = await startObjectStore({
      ...{ accessKeyId: 'ASIAROLE0', secretAccessKey: 'secret+of/role0', sessionToken: 'token/of+role0==' },
    });
    onTestFinished(() => own.stop());
    const gateway = await compose({
      ...variables(`s3://${own.bucket}/gomodel?${new URL(own.url()).searchParams}`),
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${giver.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'of-the-pod',
    });
    const id = await ask(gateway.v1, 'asked by a pod');
    await untilSent(gateway);
    expect(own.objects.size).toBe(1);
    expect(await read(gateway.v1, `audit/log/${id}/body/request`)).toContain('asked by a pod');
  });

  it.each<[string, StoreMood, RegExp]>([
    [
      'refuses everything',
      { kind: 'refusing', refusal: { status: 403, code: 'AccessDenied', message: 'no' } },
      /takes no bodies: HTTP 403 AccessDenied: no\. Allow/,
    ],
    [
      'is full',
      { kind: 'refusing', refusal: { status: 507, code: 'XMinioStorageFull', message: 'full' } },
      /HTTP 507 XMinioStorageFull: full\. Free some space/,
    ],
    [
      'is overloaded',
      { kind: 'refusing', refusal: { status: 503, code: 'SlowDown', message: 'slow down' } },
      /HTTP 503 SlowDown/,
    ],
    ['hangs', { kind: 'hanging' }, /no answer in time/],
    ['cuts every connection', { kind: 'cutting' }, /takes no bodies: /],
  ])(
    'wait in the journal while the store %s, and rows, pages and traffic do not',
    async (_what, mood, why) => {
      const [gateway, other] = [await compose(), await compose()];
      const told: string[] = [];
      gateway.onNotice((text) => told.push(text));
      const ids = [await ask(gateway.v1, 'before')];
      await untilSent(gateway);
      store.feel(mood);
      for (let count = 0; count < 10; count++) ids.push(await ask(gateway.v1, `meanwhile ${count}`));
      await expect
        .poll(() => readyz(gateway), { timeout: 30_000 })
        .toMatchObject({
          postgresql: 'ok',
          bodies: { store: expect.stringMatching(why), behind: 10 },
          log: { behind: 0 },
        });
      expect((await fetch(`${rootOf(gateway.v1)}/readyz`)).status).toBe(200);
      await expect.poll(() => told.join('\n'), { timeout: 30_000 }).toMatch(why);
      await expect
        .poll(() => told.join('\n'), { timeout: 30_000 })
        .toMatch(/Bodies in s3:\S+ at \S+ are behind: those of 10 exchanges wait/);
      const listed = await read(other.v1, 'audit/log?limit=500');
      expect(ids.filter((id) => listed.includes(id))).toEqual(ids);
      // Elsewhere it is said, and here they are read from the journal.
      const elsewhere = await get(other.v1, `audit/log/${ids[5]}`);
      expect(elsewhere.status).toBe(200);
      expect(await elsewhere.text()).toContain(
        'is not in the store: the gateway that it passed has not sent it',
      );
      expect(await read(gateway.v1, `audit/log/${ids[5]}`)).toContain('meanwhile 4');
      store.feel({ kind: 'well' });
      await expect
        .poll(() => readyz(gateway), { timeout: 60_000 })
        .toMatchObject({ bodies: { store: 'ok', behind: 0 } });
      await expect.poll(() => told.join('\n')).toMatch(/Bodies in \S+ at \S+ are all there again/);
      for (const [place, id] of ids.entries())
        if (place > 0) expect(await read(other.v1, `audit/log/${id}`)).toContain(`meanwhile ${place - 1}`);
    },
    180_000,
  );

  it('are said to be gone or damaged where they are, by everything that shows them', async () => {
    const [gateway, other] = [await compose(), await compose()];
    const gone = await ask(gateway.v1, 'the first question');
    await untilSent(gateway);
    const damaged = await ask(gateway.v1, 'the second question');
    await untilSent(gateway);
    const [first = '', second = ''] = [...store.objects.keys()];
    store.objects.delete(first);
    const bytes = Buffer.from(store.objects.get(second) ?? '');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    for (const part of [30, 60, 90]) bytes[part] = (bytes[part] ?? 0) ^ 1;
    store.objects.set(second, bytes);
    for (const [id, words] of [
      [gone, 'the body of the request is no longer in the store'],
      [damaged, 'the body of the request is damaged in the store'],
    ] as const) {
      const detail = await get(other.v1, `audit/log/${id}`);
      expect([detail.status, await detail.text()]).toEqual([200, expect.stringContaining(words)]);
      const body = await get(other.v1, `audit/log/${id}/body/request`);
      expect([body.status, await body.text()]).toEqual([404, expect.stringContaining(words)]);
    }
    const exported = await get(other.v1, 'audit/export?format=har');
    expect([exported.status, await exported.text()]).toEqual([
      200,
      expect.stringContaining('is no longer in the store'),
    ]);
    const found = await get(other.v1, 'audit/log?search=question&in=bodies');
    expect([found.status, ((await found.json()) as { entries: unknown[] }).entries]).toEqual([200, []]);
    // Its own journal has them.
    expect(await read(gateway.v1, `audit/log/${gone}`)).toContain('the first question');
    const cli = await startGateway({ upstreamUrl: upstream.url, masterKey: MASTER_KEY });
    onTestFinished(async () => void (await cli.stop('SIGKILL')));
    const env = { ...variables(), GOMODEL_HOME: createTemporaryFolder('home') };
    const shown = await cli.run(['logs', gone], env);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('is no longer in the store')]);
  });

  it('are read on where the settings change: table, store, table beside the store, table alone', async () => {
    const settings = [undefined, store.url('gomodel'), store.url('gomodel', { write: 'false' })];
    const dataDir = createTemporaryFolder('data');
    const ids: string[] = [];
    const asked = async (bodiesUrl: string | undefined, input: string): Promise<string> => {
      const gateway = await compose({ ...variables(bodiesUrl ?? ''), MODEL_LISTS: 'false' }, dataDir);
      const id = await ask(gateway.v1, input);
      await expect.poll(() => readyz(gateway)).toMatchObject({ log: { behind: 0 } });
      if (bodiesUrl !== undefined) await untilSent(gateway);
      await gateway.close(0);
      return id;
    };
    for (const [place, each] of settings.entries()) ids.push(await asked(each, `under setting ${place}`));
    expect([await rowsIn('body_blocks'), await rowsIn('body_objects')]).toEqual([expect.any(Number), 1]);
    for (const each of settings.slice(1)) {
      const { v1 } = await compose(variables(each));
      for (const [place, id] of ids.entries())
        expect(await read(v1, `audit/log/${id}`)).toContain(`under setting ${place}`);
    }
    const { v1 } = await compose(variables(''));
    expect(await read(v1, `audit/log/${ids[0]}`)).toContain('under setting 0');
    expect(await read(v1, `audit/log/${ids[1]}`)).toContain('is in a store that BODIES_URL names no longer');
    expect(await read(v1, `audit/log/${ids[2]}`)).toContain('under setting 2');
  });

  it('that were waiting when the setting was taken away come into the table', async () => {
    const dataDir = createTemporaryFolder('data');
    const gateway = await compose(variables(), dataDir);
    await ask(gateway.v1, 'in the store');
    await untilSent(gateway);
    await store.stop();
    onTestFinished(() => store.start());
    const waiting = await ask(gateway.v1, 'waits for the store');
    await expect.poll(() => readyz(gateway)).toMatchObject({ log: { behind: 0 }, bodies: { behind: 1 } });
    await gateway.close(0);
    const [next, other] = [await compose(variables(''), dataDir), await compose(variables(''))];
    await expect.poll(() => readyz(next)).toMatchObject({ bodies: { behind: 0 } });
    await expect.poll(() => read(other.v1, `audit/log/${waiting}`)).toContain('waits for the store');
  });
});
