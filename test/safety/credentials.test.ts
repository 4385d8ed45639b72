import { beforeEach, describe, expect, it } from 'vitest';
import { compatibleSpec } from '../../src/providers/specs/compatible.ts';
import { providerAt, withProviders } from '../support/gateway/add-providers.ts';
import { askAnew } from '../support/gateway/ask-anew.ts';
import { composeGateway } from '../support/gateway/compose-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';
import { connectClient } from '../support/websocket/connect-client.ts';

/** Shaped like the token of a ChatGPT sign-in. */
const JWT_KEY = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0aGUta2V5In0.c2lnbmF0dXJl';
const ACCOUNT = { 'chatgpt-account-id': 'acc_1' };

let own: Upstream;
let chatgpt: Upstream;
beforeEach(async () => {
  const answer = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) } as const;
  own = await startUpstream(answer);
  chatgpt = await startUpstream(answer);
  return () => Promise.all([own.close(), chatgpt.close()]);
});

const start = () =>
  composeGateway(own.url, {
    env: {
      GOMODEL_MASTER_KEY: JWT_KEY,
      CHATGPT_BASE_URL: chatgpt.url,
      CHATGPT_LOGIN: 'passthrough',
    },
  });

const seen = (): string =>
  JSON.stringify(
    [own, chatgpt].flatMap(({ requests, others }) => [...requests, ...others].map((one) => one.headers)),
  );

describe('the key that lets a client in', () => {
  it.each([
    ['Authorization', { authorization: `Bearer ${JWT_KEY}` }],
    ['Authorization beside an account', { authorization: `Bearer ${JWT_KEY}`, ...ACCOUNT }],
    ['two fields', { authorization: `Bearer ${JWT_KEY}`, 'x-gomodel-key': JWT_KEY, ...ACCOUNT }],
    [
      'three fields',
      { authorization: `bearer  ${JWT_KEY}`, 'x-api-key': JWT_KEY, 'api-key': JWT_KEY, ...ACCOUNT },
    ],
    ['X-Goog-Api-Key', { 'x-goog-api-key': JWT_KEY, ...ACCOUNT }],
  ])('never leaves, in %s', async (_title, headers) => {
    const gateway = await start();
    for (const path of ['/responses', '/chat/completions', '/files']) {
      const answer = await askAnew(gateway.v1 + path, {
        method: 'POST',
        headers,
        body: { model: 'gpt-test' },
      });
      expect([path, answer.status]).toEqual([path, 200]);
    }
    await askAnew(`${gateway.v1}/models`, { headers });
    await askAnew(`${gateway.v1}/models?client_version=0.169.0`, { headers });
    const client = await connectClient(gateway.v1, { headers });
    client.ws.close();
    expect(seen()).not.toContain(JWT_KEY);
    expect([...chatgpt.requests, ...chatgpt.others]).toEqual([]);
    expect(own.requests.length).toBe(3);
  });

  it('takes nothing of a sign-in beside it', async () => {
    const gateway = await start();
    const token = 'Bearer eyJ.sign.in';
    const headers = { 'x-gomodel-key': JWT_KEY, authorization: token, ...ACCOUNT };
    await askAnew(`${gateway.v1}/responses`, { method: 'POST', headers, body: { model: 'gpt-test' } });
    expect((await chatgpt.request(0)).headers).toMatchObject({ authorization: token, ...ACCOUNT });
  });
});

describe('the account of a ChatGPT sign-in', () => {
  it('goes to ChatGPT alone', async () => {
    const east = providerAt(compatibleSpec, own.url, { id: 'east', keyVariable: 'EAST_API_KEY' });
    const native = { ...east, id: 'west', native: ['responses'] } as const;
    const gateway = await composeGateway(own.url, { configure: withProviders([east, native]) });
    const headers = { ...ACCOUNT, authorization: 'Bearer sk-plain', 'session-id': 's1' };
    for (const [path, model] of [
      ['/responses', 'gpt-test'],
      ['/responses', 'west/gpt-test'],
      ['/responses', 'east/gpt-test'],
      ['/../p/west/responses', 'gpt-test'],
    ] as const) {
      await askAnew(gateway.v1 + path, { method: 'POST', headers, body: { model, input: 'hi' } });
    }
    await askAnew(`${gateway.v1}/models`, { headers });
    (await connectClient(gateway.v1, { headers })).ws.close();
    expect(own.requests.length).toBe(4);
    expect(seen()).not.toContain('acc_1');
    expect(own.requests[0]?.headers['session-id']).toBe('s1');
  });
});
