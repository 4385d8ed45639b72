import { beforeEach, describe, expect, it } from 'vitest';
import { composeGateway, MASTER_KEY, UPSTREAM_KEY } from '../../support/gateway/compose-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

const TOKEN = 'eyJhbGciOiJub25lIn0.eyJleHAiOjk5OTk5OTk5OTl9.c2lnbmF0dXJl';
const SIGNED_IN = { 'chatgpt-account-id': 'acc_1', authorization: `Bearer ${TOKEN}` };
const OK = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) } as const;

let api: Upstream;
let backend: Upstream;
beforeEach(async () => {
  api = await startUpstream(OK);
  backend = await startUpstream({
    ...OK,
    headers: {
      'x-codex-primary-used-percent': '12.5',
      'x-codex-primary-window-minutes': '300',
      'x-codex-primary-reset-at': '1795400000',
      'x-codex-secondary-used-percent': '40',
      'x-codex-secondary-reset-after-seconds': '3600',
    },
  });
  return async () => {
    await api.close();
    await backend.close();
  };
});

const start = (env: Record<string, string | undefined>) =>
  composeGateway(api.url, { env: { CHATGPT_BASE_URL: backend.url, ...env } });

const turn = (v1: string, headers: Record<string, string>) =>
  fetch(`${v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"model":"gpt-test","stream":true}',
  });

describe('a ChatGPT sign-in', () => {
  it('goes on to its own backend where the gateway has no key, and its quota is in the record', async () => {
    const gateway = await start({ OPENAI_API_KEY: undefined });
    expect((await turn(gateway.v1, SIGNED_IN)).status).toBe(200);
    const seen = await backend.request(0);
    expect(seen.url).toBe('/v1/responses');
    expect(seen.headers).toMatchObject(SIGNED_IN);
    expect(api.requests).toHaveLength(0);
    const [record] = await gateway.records();
    expect(record).toMatchObject({
      auth: 'chatgpt',
      provider: 'chatgpt',
      quota: {
        primary: {
          usedPercent: 12.5,
          windowMinutes: 300,
          resetsAt: new Date(1_795_400_000_000).toISOString(),
        },
        secondary: { usedPercent: 40 },
      },
    });
  });

  it('is replaced by the key of the gateway where it has one', async () => {
    const gateway = await start({});
    expect((await turn(gateway.v1, SIGNED_IN)).status).toBe(200);
    expect((await api.request(0)).headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`);
    expect(backend.requests).toHaveLength(0);
  });

  it('goes on beside the master key, which stays here', async () => {
    const gateway = await start({ GOMODEL_MASTER_KEY: MASTER_KEY, CHATGPT_LOGIN: 'passthrough' });
    expect((await turn(gateway.v1, SIGNED_IN)).status).toBe(403);
    expect((await turn(gateway.v1, { ...SIGNED_IN, 'x-gomodel-key': MASTER_KEY })).status).toBe(200);
    const seen = await backend.request(0);
    expect(seen.headers.authorization).toBe(SIGNED_IN.authorization);
    expect(JSON.stringify(seen.rawHeaders)).not.toContain(MASTER_KEY);
    expect((await gateway.records()).at(-1)).toMatchObject({ auth: 'master_key', provider: 'chatgpt' });
  });

  it('is refused where it is switched off, at once and with the reason', async () => {
    const gateway = await start({ CHATGPT_LOGIN: 'off' });
    const response = await turn(gateway.v1, SIGNED_IN);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringMatching(/CHATGPT_LOGIN=off/) },
    });
  });

  it('does not take an API key along: that goes to the API alone', async () => {
    const gateway = await start({ CHATGPT_LOGIN: 'passthrough' });
    await turn(gateway.v1, { 'chatgpt-account-id': 'acc_1', authorization: 'Bearer sk-a-key' });
    expect((await api.request(0)).headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`);
    expect(backend.requests).toHaveLength(0);
  });
});
