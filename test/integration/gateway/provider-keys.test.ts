import { expect, it } from 'vitest';
import type { ProviderStatus } from '../../../src/admin/api-types/gateway.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway, UPSTREAM_KEY } from '../../support/gateway/compose-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const SECOND = 'sk-second-key-of-the-gateway';
const THIRD = 'sk-third-key-of-the-gateway';

const bearerOf = (request: { headers: Record<string, unknown> } | undefined): unknown =>
  request?.headers.authorization;

it('keeps a session with one of several keys, and passes over one that is refused or used up', async () => {
  const dead = new Set<unknown>();
  const upstream = await startUpstream((request) =>
    dead.has(bearerOf(request))
      ? { kind: 'json', status: 401, body: { error: { message: 'Incorrect API key provided' } } }
      : { kind: 'sse', events: responsesStream([{ text: 'ok' }]) },
  );
  const gateway = await composeGateway(upstream.url, {
    env: { OPENAI_API_KEY_2: SECOND, OPENAI_API_KEY_3: THIRD },
  });
  const ask = async (session: string, headers: Record<string, string> = {}): Promise<unknown> => {
    const response = await fetch(`${gateway.v1}/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'session-id': session, ...headers },
      body: JSON.stringify({ model: 'gpt-test', input: 'x', stream: true }),
    });
    await response.text();
    return bearerOf(upstream.requests.at(-1));
  };

  const own = await ask('one');
  expect([UPSTREAM_KEY, SECOND, THIRD].map((key) => `Bearer ${key}`)).toContain(own);
  for (let count = 0; count < 5; count++)
    expect(await ask('one', { authorization: 'Bearer mine' })).toBe(own);
  const used = new Set<unknown>();
  for (let session = 0; session < 20; session++) used.add(await ask(`s${session}`));
  expect(used.size).toBe(3);

  dead.add(own);
  expect(await ask('one')).toBe(own);
  const other = await ask('one');
  expect(other).not.toBe(own);
  expect(await ask('one')).toBe(other);

  const records = await gateway.records();
  const names = new Set(records.map(({ providerKey }) => providerKey));
  expect([...names].sort()).toEqual(['OPENAI_API_KEY', 'OPENAI_API_KEY_2', 'OPENAI_API_KEY_3']);
  expect(records.at(-1)?.providerKey).not.toBe(records[0]?.providerKey);

  const [status] = await readAdmin<ProviderStatus[]>(gateway.port, 'providers/status');
  const refused = status?.keys?.find(({ name }) => name === records[0]?.providerKey);
  expect(refused).toMatchObject({ state: 'refused', refused: 1, last_status: 401 });
  expect(status?.keys?.filter(({ state }) => state === 'ok')).toHaveLength(2);
  const said = JSON.stringify([status, records]);
  for (const key of [UPSTREAM_KEY, SECOND, THIRD]) expect(said).not.toContain(key);
  await upstream.close();
});

it('never mixes the credential of a client that pays itself with them', async () => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  const gateway = await composeGateway(upstream.url, {
    env: {
      OPENAI_API_KEY_2: SECOND,
      CHATGPT_LOGIN: 'passthrough',
      CHATGPT_BASE_URL: upstream.url,
    },
  });
  const token = 'Bearer a.b.c';
  for (let session = 0; session < 4; session++) {
    const response = await fetch(`${gateway.v1}/responses`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'session-id': String(session),
        'chatgpt-account-id': 'acc',
        authorization: token,
      },
      body: JSON.stringify({ model: 'gpt-test', input: 'x', stream: true }),
    });
    await response.text();
    expect(bearerOf(upstream.requests.at(-1))).toBe(token);
  }
  for (const { providerKey } of await gateway.records()) expect(providerKey).toBeUndefined();
  await upstream.close();
});
