import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { composeGateway, MASTER_KEY, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { openDesk } from '../../support/guard/open-desk.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../../support/websocket/connect-client.ts';

const EVENTS = responsesStream([{ text: 'ok' }]);
const GUARDED = { env: { GOMODEL_MASTER_KEY: MASTER_KEY } };
const CREATE = { type: 'response.create', model: 'gpt-test', input: [], store: false };

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: EVENTS });
  return () => upstream.close();
});

/** A data folder with one key in it. */
const folderWithKey = async (terms: object = {}) => {
  const dataDir = join(createTemporaryFolder('keys'), 'data');
  const desk = openDesk(dataDir);
  return { dataDir, desk, ...(await desk.create({ name: 'anna', ...terms })) };
};

const post = (v1: string, headers: Record<string, string>, model = 'gpt-test'): Promise<Response> =>
  fetch(`${v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, stream: true }),
  });

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

/**
 * Asks until the answer is another one than before the change; how long that takes is not the test's matter. The first
 * that is may have been let in before it, and is ended in other words: the one after it is refused.
 */
const untilRefused = async (gateway: RunningGateway, text: string): Promise<Response> => {
  for (;;) {
    const response = await post(gateway.v1, bearer(text));
    await response.text();
    if (response.status !== 200) return post(gateway.v1, bearer(text));
  }
};

describe('a managed key', () => {
  it.each(['authorization', 'x-gomodel-key', 'x-api-key', 'api-key', 'x-goog-api-key'])(
    'lets in by %s, is in the record by its id, and stays here',
    async (name) => {
      const { dataDir, key, text } = await folderWithKey({ userPath: '/team/alpha', labels: ['ci'] });
      const gateway = await composeGateway(upstream.url, { ...GUARDED, dataDir });
      const response = await post(gateway.v1, { [name]: name === 'authorization' ? `Bearer ${text}` : text });
      expect(response.status).toBe(200);
      await response.text();
      expect(JSON.stringify(upstream.requests[0]?.headers)).not.toContain('sk_gom_');
      expect(await gateway.records()).toMatchObject([
        { auth: `key:${key.id}`, keyId: key.id, userPath: '/team/alpha', labels: ['ci'] },
      ]);
    },
  );

  it('stays here where the ChatGPT sign-in beside it goes on', async () => {
    const { dataDir, text } = await folderWithKey();
    const gateway = await composeGateway(upstream.url, {
      dataDir,
      env: { ...GUARDED.env, OPENAI_API_KEY: undefined, CHATGPT_BASE_URL: upstream.url },
    });
    const signedIn = { 'chatgpt-account-id': 'acc', authorization: 'Bearer eyJ.chatgpt.token' };
    const answered = await post(gateway.v1, { ...signedIn, 'x-gomodel-key': text });
    await answered.text();
    expect(upstream.requests[0]?.headers).toMatchObject({ authorization: 'Bearer eyJ.chatgpt.token' });
    // In the place of the sign-in it lets in as well, and must not be taken for one.
    await (await post(gateway.v1, { ...signedIn, ...bearer(text) })).text();
    expect(JSON.stringify(upstream.requests.map(({ headers }) => headers))).not.toContain('sk_gom_');
  });

  it.each([
    ['mistyped', (text: string) => `${text.slice(0, -1)}_`, /not complete, or was mistyped/],
    ['cut off', (text: string) => text.slice(0, -3), /not complete, or was mistyped/],
    ['of another gateway', async () => (await folderWithKey()).text, /not one of this gateway/],
  ])('that is %s is refused with what is wrong', async (_name, change, message) => {
    const { dataDir, text } = await folderWithKey();
    const gateway = await composeGateway(upstream.url, { ...GUARDED, dataDir });
    const response = await post(gateway.v1, bearer(await change(text)));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      error: { code: 'invalid_api_key', message: expect.stringMatching(message) },
    });
    expect(upstream.requests).toHaveLength(0);
  });

  it('is refused once it is rotated, and its new text let in', async () => {
    const { dataDir, desk, text } = await folderWithKey();
    const gateway = await composeGateway(upstream.url, { ...GUARDED, dataDir });
    const { text: next } = await desk.rotate('anna');
    expect((await untilRefused(gateway, text)).status).toBe(401);
    expect((await post(gateway.v1, bearer(next))).status).toBe(200);
  });

  it('is refused to Codex in a way that it does not ask again after', async () => {
    const { dataDir, desk, text, key } = await folderWithKey();
    await desk.revoke('anna');
    const gateway = await composeGateway(upstream.url, { ...GUARDED, dataDir });
    const response = await post(gateway.v1, { ...CODEX_HEADERS, ...bearer(text) });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: {
        code: 'invalid_api_key',
        message: `gomodel-ts: the key ${key.id} (anna) in Authorization was revoked. Ask whoever runs this gateway for another one.`,
      },
    });
  });

  it('is refused once it has expired', async () => {
    const { dataDir, text } = await folderWithKey({ expires: new Date(Date.now() + 2_000).toISOString() });
    const gateway = await composeGateway(upstream.url, { ...GUARDED, dataDir });
    expect(await (await untilRefused(gateway, text)).json()).toMatchObject({
      error: { message: expect.stringMatching(/anna.* expired on 20/) },
    });
  });
});

describe('revoking a key', () => {
  it('ends the streams that run on it with an event that Codex shows, and no others', async () => {
    const { dataDir, desk, text } = await folderWithKey();
    const gateway = await composeGateway(upstream.url, { ...GUARDED, dataDir });
    upstream.play({ kind: 'sse', events: EVENTS, eventLimit: 2, finally: 'hang' });
    const [mine, others] = await Promise.all([
      post(gateway.v1, bearer(text)),
      post(gateway.v1, bearer(MASTER_KEY)),
    ]);
    await desk.revoke('anna');
    const events = await mine.text();
    expect(events).toMatch(/event: response\.failed\n/);
    expect(events).toContain('"code":"invalid_prompt"');
    expect(events).toContain('was revoked during this answer');
    expect(gateway.recorder.active.values().map(({ record }) => record.auth)).toEqual(['master_key']);
    await others.body?.cancel();
  });

  it('ends requests that still wait for their provider', async () => {
    const { dataDir, desk, text } = await folderWithKey();
    const gateway = await composeGateway(upstream.url, { ...GUARDED, dataDir });
    upstream.play({ kind: 'hang' });
    const asked = post(gateway.v1, bearer(text));
    await upstream.request(0);
    await desk.revoke('anna');
    expect((await asked).status).toBe(401);
  });

  it.each(['relay', 'bridge'] as const)('ends the WebSocket connections of it: %s', async (mode) => {
    const { dataDir, desk, text } = await folderWithKey();
    const relayed = await startWebSocketUpstream(() => ({ kind: 'events', events: EVENTS.slice(0, 2) }));
    upstream.play({ kind: 'sse', events: EVENTS, eventLimit: 2, finally: 'hang' });
    const env = { ...GUARDED.env, WEBSOCKETS: mode };
    const gateway = await composeGateway(mode === 'relay' ? relayed.url : upstream.url, { env, dataDir });
    const headers = { ...CODEX_HEADERS, ...bearer(text) };
    const [busy, idle] = await Promise.all([
      connectClient(gateway.v1, { headers }),
      connectClient(gateway.v1, { headers }),
    ]);
    busy.send(CREATE);
    await busy.until(({ type }) => type === 'response.created');
    await desk.revoke('anna');
    expect(await busy.answer()).toMatchObject({
      type: 'response.failed',
      response: { error: { code: 'invalid_prompt', message: expect.stringContaining('was revoked') } },
    });
    expect((await idle.closed).reason).toBe('invalid_api_key');
    await busy.closed;
    await relayed.close();
    expect(await gateway.records()).toMatchObject([{ keyId: expect.any(String) }]);
  });
});

describe('without a master key', () => {
  it('the first key begins to guard the gateway, and revoking it does not open it', async () => {
    const { dataDir, desk, text } = await folderWithKey();
    const gateway = await composeGateway(upstream.url, { dataDir });
    expect((await post(gateway.v1, {})).status).toBe(401);
    expect((await post(gateway.v1, bearer(text))).status).toBe(200);
    await desk.revoke('anna');
    await untilRefused(gateway, text);
    expect((await post(gateway.v1, {})).status).toBe(401);
    expect(await (await fetch(`${gateway.v1.slice(0, -3)}/health`)).json()).toMatchObject({
      auth: 'master_key',
    });
  });
});

describe('a broken file of keys', () => {
  it('lets the master key in, and nobody else', async () => {
    const { dataDir, text } = await folderWithKey();
    writeFileSync(join(dataDir, 'keys.json'), '{"schemaVersion":1,"keys":[');
    const gateway = await composeGateway(upstream.url, { ...GUARDED, dataDir });
    expect((await post(gateway.v1, bearer(MASTER_KEY))).status).toBe(200);
    const refused = await post(gateway.v1, bearer(text));
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: 'keys_unreadable' } });
    expect((await post(gateway.v1, { ...CODEX_HEADERS, ...bearer(text) })).status).toBe(400);
  });

  it('does not open a gateway without a master key, also not while it runs', async () => {
    const dataDir = join(createTemporaryFolder('keys'), 'data');
    const gateway = await composeGateway(upstream.url, { dataDir });
    expect((await post(gateway.v1, {})).status).toBe(200);
    writeFileSync(join(dataDir, 'keys.json'), 'broken');
    for (;;) {
      const response = await post(gateway.v1, {});
      if (response.status === 401) break;
      await response.text();
    }
    rmSync(join(dataDir, 'keys.json'));
    for (;;) if ((await post(gateway.v1, {})).status === 200) break;
  });
});

describe('a user path', () => {
  it.each([
    ['the master key', MASTER_KEY, {}, '/team/beta'],
    ['a key that takes it', undefined, { acceptsUserPath: true }, '/team/beta'],
    ['a key that does not', undefined, {}, undefined],
    ['a key of that subtree', undefined, { acceptsUserPath: true, userPath: '/team' }, '/team/beta'],
    ['a key of another one', undefined, { acceptsUserPath: true, userPath: '/sales' }, '/sales'],
    ['a bound key', undefined, { userPath: '/sales' }, '/sales'],
  ])('may be said by a request of %s', async (_name, master, terms, userPath) => {
    const { dataDir, text } = await folderWithKey(terms);
    const gateway = await composeGateway(upstream.url, { ...GUARDED, dataDir });
    await (
      await post(gateway.v1, { ...bearer(master ?? text), 'x-gomodel-user-path': '/team/beta/' })
    ).text();
    expect((await gateway.records())[0]?.userPath).toBe(userPath);
  });

  it('comes in the header field that USER_PATH_HEADER names, which stays here', async () => {
    const env = { ...GUARDED.env, USER_PATH_HEADER: 'X-Team' };
    const gateway = await composeGateway(upstream.url, { env });
    await (await post(gateway.v1, { ...bearer(MASTER_KEY), 'x-team': '/team/beta' })).text();
    expect((await gateway.records())[0]?.userPath).toBe('/team/beta');
    expect(upstream.requests[0]?.headers).not.toHaveProperty('x-team');
  });

  it('that is none is refused', async () => {
    const gateway = await composeGateway(upstream.url, GUARDED);
    const headers = { ...bearer(MASTER_KEY), 'x-gomodel-user-path': '/team/../ceo' };
    const response = await post(gateway.v1, headers);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'invalid_request', param: 'x-gomodel-user-path' },
    });
  });
});

it('header fields become labels, and stay here where they are to', async () => {
  const env = {
    ...GUARDED.env,
    TAGGING_HEADER_1: 'X-Team',
    TAGGING_HEADER_1_PREFIX: 'team:',
    TAGGING_HEADER_1_DELIMITER: ',',
    TAGGING_HEADER_1_DONOTPASS: 'true',
    TAGGING_HEADER_2: 'X-Stage',
  };
  const gateway = await composeGateway(upstream.url, { env });
  const headers = { ...bearer(MASTER_KEY), 'x-team': 'blue, green ,', 'x-stage': 'pro d' };
  await (await post(gateway.v1, headers)).text();
  expect((await gateway.records())[0]?.labels).toEqual(['team:blue', 'team:green', 'pro_d']);
  expect(upstream.requests[0]?.headers).not.toHaveProperty('x-team');
  expect(upstream.requests[0]?.headers).toMatchObject({ 'x-stage': 'pro d' });
});
