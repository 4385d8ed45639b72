import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { composeGateway, MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { openDesk } from '../../support/guard/open-desk.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../../support/websocket/connect-client.ts';

const EVENTS = responsesStream([{ text: 'ok' }]);
const MODELS = {
  object: 'list',
  data: ['gpt-5', 'gpt-5-mini', 'opus-4'].map((id) => ({ id, object: 'model', created: 1, owned_by: 'x' })),
};
const CREATE = { type: 'response.create', input: [], store: false };

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: EVENTS }, { models: MODELS });
  return () => upstream.close();
});

const startWith = async (terms: object, options: { url?: string; env?: object } = {}) => {
  const dataDir = join(createTemporaryFolder('policies'), 'data');
  const desk = openDesk(dataDir);
  const { text } = await desk.create({ name: 'anna', ...terms });
  const gateway = await composeGateway(options.url ?? upstream.url, {
    env: { GOMODEL_MASTER_KEY: MASTER_KEY, ...options.env },
    dataDir,
  });
  const ask = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${gateway.v1.slice(0, -3)}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${text}`, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  return { gateway, desk, text, ask };
};

const codeOf = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  return response.status < 400 ? response.status : JSON.parse(text).error.code;
};

describe('a key for some models', () => {
  it.each([
    ['one of them', '/v1/responses', { model: 'gpt-5-mini' }, 200],
    ['one of them in capitals', '/v1/responses', { model: 'GPT-5' }, 200],
    ['one of them by its provider', '/v1/responses', { model: 'openai/gpt-5' }, 200],
    ['one of them over chat', '/v1/chat/completions', { model: 'gpt-5', messages: [] }, 200],
    ['another one', '/v1/responses', { model: 'opus-4' }, 'model_not_allowed'],
    ['another one over chat', '/v1/chat/completions', { model: 'opus-4', messages: [] }, 'model_not_allowed'],
    ['another one that ends like it', '/v1/responses', { model: 'my-gpt-5' }, 'model_not_allowed'],
    ['none', '/v1/responses', { input: 'x' }, 'model_not_allowed'],
    ['one that is no text', '/v1/responses', { model: ['gpt-5'] }, 'model_not_allowed'],
    ['more models beside', '/v1/responses', { model: 'gpt-5', models: ['opus-4'] }, 'model_not_allowed'],
    [
      'two, of which the last one counts',
      '/v1/responses',
      '{"model":"gpt-5","model":"opus-4"}',
      'model_not_allowed',
    ],
    [
      'two, of which another reader takes the first',
      '/v1/responses',
      '{"model":"opus-4","model":"gpt-5"}',
      'model_not_allowed',
    ],
    ['two, one in capitals', '/v1/responses', { model: 'gpt-5', Model: 'opus-4' }, 'model_not_allowed'],
    [
      'another one by its deployment',
      '/v1/responses',
      { model: 'gpt-5', Deployment: 'opus-4' },
      'model_not_allowed',
    ],
    [
      'two in the provider’s own API',
      '/p/openai/v1/responses',
      '{"model":"opus-4","model":"gpt-5"}',
      'model_not_allowed',
    ],
    [
      'one in another spelling',
      '/v1/responses',
      '{"model":"gpt-5","mod\\u0065l":"opus-4"}',
      'model_not_allowed',
    ],
    ['one in a provider’s own API', '/p/openai/v1/responses', { model: 'gpt-5' }, 200],
    ['another one there', '/p/openai/v1/responses', { model: 'opus-4' }, 'model_not_allowed'],
    ['another one in the path', '/p/openai/v1/models/opus-4:generate', {}, 'model_not_allowed'],
    ['two, one of them in the path', '/p/openai/v1/models/opus-4:x', { model: 'gpt-5' }, 'model_not_allowed'],
    ['none in the provider’s own API', '/p/openai/v1/responses', {}, 'model_not_allowed'],
    ['nothing, to end an answer', '/v1/responses/resp_1/cancel', {}, 200],
  ])('is answered or refused: %s', async (_name, path, body, expected) => {
    const { ask } = await startWith({ models: ['gpt-5*'] });
    expect(await codeOf(await ask(path, body))).toBe(expected);
    expect(upstream.requests).toHaveLength(expected === 200 ? 1 : 0);
  });

  it('is refused a body that is not said to be JSON, since its model was not read', async () => {
    const { ask } = await startWith({ models: ['gpt-5*'] });
    const headers = { 'content-type': 'text/plain' };
    expect(await codeOf(await ask('/v1/responses', { model: 'opus-4' }, headers))).toBe('model_not_allowed');
  });

  it('is told what is allowed: to Codex in a way that it does not ask again after', async () => {
    const { ask, gateway } = await startWith({ models: ['gpt-5*', 'o4'] });
    const response = await ask('/v1/responses', { model: 'opus-4' }, CODEX_HEADERS);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: {
        code: 'model_not_allowed',
        message:
          'gomodel-ts: the model "opus-4" of openai is not allowed to this key here: allowed are gpt-5*, o4. Choose one of those, or ask whoever runs this gateway.',
      },
    });
    expect(await gateway.records()).toMatchObject([
      { keyId: expect.any(String), error: { code: 'model_not_allowed' } },
    ]);
  });

  it('sees those alone in the list, and Codex in its catalog', async () => {
    const { ask, gateway } = await startWith({ models: ['gpt-5*'] });
    const list = (await (await ask('/v1/models', undefined)).json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual(['gpt-5', 'gpt-5-mini']);
    expect(await codeOf(await ask('/v1/models/gpt-5', undefined))).toBe(200);
    expect(await codeOf(await ask('/v1/models/opus-4', undefined))).toBe('model_not_allowed');
    expect(
      await codeOf(await ask('/v1/models/opus-4', undefined, { authorization: `Bearer ${MASTER_KEY}` })),
    ).not.toBe('model_not_allowed');
    expect(await (await ask('/v1/models?client_version=0.171.0', undefined)).json()).toEqual({ models: [] });
    await gateway.records();
  });

  it.each(['relay', 'bridge'] as const)(
    'is refused another one over WebSocket, turn by turn: %s',
    async (mode) => {
      const relayed = await startWebSocketUpstream(() => ({ kind: 'events', events: EVENTS }));
      const url = mode === 'relay' ? relayed.url : upstream.url;
      const { gateway, text } = await startWith({ models: ['gpt-5*'] }, { url, env: { WEBSOCKETS: mode } });
      const client = await connectClient(gateway.v1, {
        headers: { ...CODEX_HEADERS, authorization: `Bearer ${text}` },
      });
      client.send({ ...CREATE, model: 'gpt-5' });
      expect(await client.answer()).toMatchObject({ type: 'response.completed' });
      for (const refused of [{ model: 'opus-4' }, {}, { model: 'opus-4', generate: false }]) {
        client.send({ ...CREATE, ...refused });
        expect(await client.answer()).toMatchObject({
          type: 'error',
          status: 400,
          error: { code: 'model_not_allowed' },
        });
      }
      for (const twice of ['"model":"opus-4","model":"gpt-5"', '"model":"gpt-5","MODEL":"opus-4"']) {
        client.send(`{"type":"response.create","input":[],${twice}}`);
        expect(await client.answer()).toMatchObject({ type: 'error', error: { code: 'model_not_allowed' } });
      }
      client.send('{"type":"response.create","model":"opus-4"');
      expect(await client.answer()).toMatchObject({ type: 'error', error: { code: 'invalid_json' } });
      client.send({ ...CREATE, model: 'gpt-5' });
      expect(await client.answer()).toMatchObject({ type: 'response.completed' });
      client.ws.close();
      await client.closed;
      await relayed.close();
    },
  );
});

it.each([
  ['another one', '?model=opus-4'],
  ['none', ''],
  ['two', '?model=gpt-5&model=opus-4'],
  ['two, one in capitals', '?model=gpt-5&MODEL=opus-4'],
  ['another one by its deployment', '?model=gpt-5&deployment=opus-4'],
])('a key for some models is refused %s over Realtime', async (_what, query) => {
  const { gateway, text } = await startWith({ models: ['gpt-5*'] });
  const address = `${gateway.v1.replace('http', 'ws')}/realtime${query}`;
  const client = new WebSocket(address, { headers: { authorization: `Bearer ${text}` } });
  const [, response] = (await once(client, 'unexpected-response')) as [unknown, IncomingMessage];
  const body = await response.toArray();
  expect(JSON.parse(String(body[0])).error.code).toBe('model_not_allowed');
  expect(upstream.requests).toHaveLength(0);
});

describe('an alias', () => {
  it('goes where its key may, past what it may not', async () => {
    const other = await startUpstream({ kind: 'sse', events: EVENTS });
    const env = { GROQ_API_KEY: 'gsk-test', GROQ_BASE_URL: other.url };
    const { ask } = await startWith({ providers: ['groq'] }, { env });
    expect(await codeOf(await ask('/v1/responses', { model: 'openai/gpt-5' }))).toBe('model_not_allowed');
    expect(await codeOf(await ask('/v1/files', undefined))).toBe('model_not_allowed');
    expect(upstream.requests).toHaveLength(0);
    await other.close();
  });
});

describe('a policy', () => {
  it('applies to its user path and below, beside the key’s own terms, as soon as it is made', async () => {
    const { ask, desk } = await startWith({ userPath: '/team/alpha', models: ['gpt-5*'] });
    expect(await codeOf(await ask('/v1/responses', { model: 'gpt-5' }))).toBe(200);
    await desk.setPolicy({ name: 'mini', userPath: '/team', models: ['*-mini'] });
    await desk.setPolicy({ name: 'others', userPath: '/team/alphabet', models: ['none'] });
    for (;;) if ((await codeOf(await ask('/v1/responses', { model: 'gpt-5' }))) !== 200) break;
    expect(await codeOf(await ask('/v1/responses', { model: 'gpt-5-mini' }))).toBe(200);
    expect(await codeOf(await ask('/v1/responses', { model: 'o4-mini' }))).toBe('model_not_allowed');
    await desk.removePolicy('mini');
    for (;;) if ((await codeOf(await ask('/v1/responses', { model: 'gpt-5' }))) === 200) break;
  });
});
