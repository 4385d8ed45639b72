import { request } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { readConversation } from '../../../src/conversation/read-conversation.ts';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import { anthropicSpec } from '../../../src/providers/specs/anthropic.ts';
import { deepseekSpec } from '../../../src/providers/specs/deepseek.ts';
import { geminiSpec } from '../../../src/providers/specs/gemini.ts';
import { providerAt, withProviders } from '../../support/gateway/add-providers.ts';
import { composeGateway, MASTER_KEY, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { MESSAGES_EVENTS } from '../../support/streams/sample-streams.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

const STREAM = MESSAGES_EVENTS.join('');
const ANSWER = {
  kind: 'bytes',
  body: Buffer.from(STREAM),
  headers: { 'content-type': 'text/event-stream', 'request-id': 'req_anthropic' },
} as const;
const BODY =
  '{ "model": "claude-test","max_tokens":10,"messages":[{"role":"user","content":"hi"}],"stream":true }';

let openai: Upstream;
let anthropic: Upstream;
beforeEach(async () => {
  openai = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  anthropic = await startUpstream(ANSWER);
  return async () => {
    await openai.close();
    await anthropic.close();
  };
});

const compose = (env: Record<string, string> = {}): Promise<RunningGateway> =>
  composeGateway(openai.url, {
    env,
    configure: withProviders([
      providerAt(anthropicSpec, anthropic.url, { models: [{ id: 'claude-listed' }] }),
      providerAt(deepseekSpec, anthropic.url.replace('/v1', ''), {}),
      providerAt(geminiSpec, anthropic.url.replace('/v1', '/v1beta')),
    ]),
  });

const origin = (gateway: RunningGateway): string => gateway.v1.replace(/\/v1$/, '');

const ask = (gateway: RunningGateway, path: string, headers: Record<string, string> = {}, body = BODY) =>
  fetch(origin(gateway) + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', ...headers },
    body,
  });

describe('a provider asked natively, by /p/{provider}/…', () => {
  it('gets the bytes as they came, with its own key alone, and answers byte for byte', async () => {
    const gateway = await compose({ GOMODEL_MASTER_KEY: MASTER_KEY });
    const response = await ask(gateway, '/p/anthropic/v1/messages?beta=true', {
      'x-api-key': MASTER_KEY,
      authorization: 'Bearer of-the-client',
      'anthropic-beta': 'a,b',
    });
    expect(await response.text()).toBe(STREAM);
    const seen = await anthropic.request(0);
    expect(seen.url).toBe('/v1/messages?beta=true');
    expect(seen.body.toString()).toBe(BODY);
    expect(seen.headers).toMatchObject({ 'x-api-key': 'key-of-anthropic', 'anthropic-beta': 'a,b' });
    expect(seen.headers).not.toHaveProperty('authorization');
  });

  it('is metered and kept as any other', async () => {
    const gateway = await compose();
    await (await ask(gateway, '/p/anthropic/v1/messages')).text();
    const [record] = await gateway.records();
    expect(record).toMatchObject({
      provider: 'anthropic',
      model: 'claude-test',
      stream: true,
      responseId: 'msg_1',
      upstreamRequestId: 'req_anthropic',
      response: { finish: 'completed', events: 17, toolCalls: ['exec_command'] },
      usage: {
        inputTokens: 100,
        cachedInputTokens: 90,
        cacheWriteTokens: 3,
        outputTokens: 30,
        totalTokens: 130,
      },
    });
    const detail = await readExchange(gateway.dataDir, record?.id ?? '');
    if (!detail) throw new Error('the exchange is not in the log');
    expect(await readConversation(detail)).toMatchObject({
      items: [{ kind: 'message', role: 'user', parts: [{ text: 'hi' }] }],
      output: [
        { kind: 'reasoning', summary: ['Grüße – 你好'] },
        { kind: 'message', role: 'assistant' },
        { kind: 'toolCall', name: 'exec_command' },
      ],
    });
  });

  it('is metered where it is Google’s', async () => {
    const text = `data: ${JSON.stringify({
      candidates: [{ content: { parts: [{ text: 'ok' }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 2, totalTokenCount: 9 },
      modelVersion: 'gemini-test',
    })}\r\n\r\n`;
    anthropic.play({ ...ANSWER, body: Buffer.from(text) });
    const gateway = await compose();
    const path = '/p/gemini/v1beta/models/gemini-test:streamGenerateContent?alt=sse';
    const response = await ask(gateway, path, { 'x-goog-api-key': 'of-the-client' }, '{"contents":[]}');
    expect(await response.text()).toBe(text);
    expect((await anthropic.request(0)).headers['x-goog-api-key']).toBe('key-of-gemini');
    expect(await gateway.records()).toMatchObject([
      {
        provider: 'gemini',
        model: 'gemini-test',
        usage: { totalTokens: 9 },
        response: { finish: 'completed' },
      },
    ]);
  });

  it('is told of an answer that was cut off in the words of its API', async () => {
    anthropic.play({ ...ANSWER, body: ANSWER.body.subarray(0, 900) });
    const gateway = await compose();
    const client = new Anthropic({ baseURL: `${origin(gateway)}/p/anthropic`, apiKey: 'any', maxRetries: 0 });
    const stream = client.messages.stream({ model: 'claude-test', max_tokens: 10, messages: [] });
    await expect(stream.finalMessage()).rejects.toThrow(/ended the answer before its last event/);
    expect(await gateway.records()).toMatchObject([{ response: { finish: 'truncated' } }]);
  });

  it.each([
    ['/p/deepseek/anthropic/v1/messages', '/anthropic/v1/messages'],
    ['/p/deepseek/chat/completions', '/chat/completions'],
    ['/p/openai/v1/responses', '/v1/responses'],
    ['/p/openai/responses?a=b', '/v1/responses?a=b'],
    [
      '/p/gemini/v1beta/models/x:generateContent?key=AIza&alt=sse',
      '/v1beta/models/x:generateContent?alt=sse',
    ],
    ['/p/gemini/models/x:generateContent?key=AIza', '/v1beta/models/x:generateContent'],
  ])('%s is %s there', async (path, sent) => {
    const gateway = await compose();
    await (await ask(gateway, path)).text();
    const upstream = path.startsWith('/p/openai') ? openai : anthropic;
    expect((await upstream.request(0)).url).toBe(sent);
  });

  it.each([
    '/p/anthropic/../openai/v1/responses',
    '/p/anthropic/v1/%2e%2e/x',
    '/p/..%2fanthropic/v1/messages',
    '/p/http:%2f%2fevil.example/v1/messages',
    '/p//evil.example/v1/messages',
    '/p/anthropic@evil.example/v1/messages',
    '/p/chatgpt/v1/responses',
    '/p/nobody/v1/messages',
    '/p/anthropic',
  ])('%s leads nowhere', async (path) => {
    const gateway = await compose();
    const { statusCode, body } = await raw(gateway, path);
    expect([statusCode, body.includes('unknown_route')]).toEqual([404, true]);
    expect(anthropic.requests.length + openai.requests.length).toBe(0);
  });
});

/** `fetch` would resolve dot segments itself. */
const raw = (gateway: RunningGateway, path: string): Promise<{ statusCode: number; body: string }> => {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: gateway.port,
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += String(chunk);
        });
        response.on('end', () => resolve({ statusCode: response.statusCode ?? 0, body }));
      },
    );
    sent.on('error', reject);
    sent.end(BODY);
  });
};

describe('/v1/messages', () => {
  it('goes to Anthropic, unless the model says otherwise', async () => {
    const gateway = await compose();
    await (await ask(gateway, '/v1/messages')).text();
    await (await ask(gateway, '/v1/messages/count_tokens')).text();
    await (await ask(gateway, '/v1/messages', {}, BODY.replace('claude-test', 'deepseek/chat'))).text();
    await (await ask(gateway, '/v1/messages', {}, BODY.replace('claude-test', 'claude-listed'))).text();
    expect(anthropic.requests.map(({ url }) => url)).toEqual([
      '/v1/messages',
      '/v1/messages/count_tokens',
      '/anthropic/v1/messages',
      '/v1/messages',
    ]);
    expect(anthropic.requests[0]?.body.toString()).toBe(BODY);
    expect(anthropic.requests[2]?.json()).toMatchObject({ model: 'chat' });
    expect((await gateway.records()).map(({ provider, route }) => [provider, route])).toEqual([
      ['anthropic', 'default'],
      ['anthropic', 'default'],
      ['deepseek', 'prefix'],
      ['anthropic', 'listed'],
    ]);
  });

  it('is put into the API of the provider that the model names', async () => {
    const gateway = await compose();
    const response = await ask(gateway, '/v1/messages', {}, BODY.replace('claude-test', 'openai/gpt-5'));
    expect(response.status).toBe(200);
    expect(response.headers.get('x-gomodel-translation')).toMatch(/^responses/);
    const events = (await response.text()).match(/^event: .*$/gm) ?? [];
    expect([events[0], events.at(-1)]).toEqual(['event: message_start', 'event: message_stop']);
    expect(openai.requests[0]?.url).toBe('/v1/responses');
  });

  it("gives a refusal the id that Anthropic's clients show, in its header and in its body", async () => {
    const gateway = await compose();
    const client = new Anthropic({ baseURL: origin(gateway), apiKey: 'any', maxRetries: 0 });
    const error = await client.messages.create({ model: 'openai/gpt-5', max_tokens: 10, messages: [] }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const [record] = await gateway.records();
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(error).toMatchObject({ requestID: record?.id, error: { request_id: record?.id } });
  });

  it('knows the sessions of the clients that speak it', async () => {
    const gateway = await compose();
    await (await ask(gateway, '/v1/messages', { 'x-claude-code-session-id': 'cc-1' })).text();
    await (await ask(gateway, '/v1/messages', { 'x-session-id': 'oc-1' })).text();
    const records = await gateway.records();
    expect(records.map(({ client }) => client?.sessionId).sort()).toEqual(['cc-1', 'oc-1']);
    const sent = anthropic.requests.map(({ headers }) => headers['x-claude-code-session-id']);
    expect(sent).toEqual(['cc-1', undefined]);
  });

  it('says once what is missing where nobody has the model', async () => {
    const gateway = await composeGateway(openai.url);
    const response = await ask(gateway, '/v1/messages');
    // Of this status Claude Code shows the words at once.
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringContaining('ANTHROPIC_API_KEY') },
      request_id: response.headers.get('request-id'),
    });
    expect(openai.requests).toEqual([]);
  });

  it.each([{ 'x-api-key': 'wrong' }, { authorization: 'Bearer wrong' }, {}])(
    'is not for who has no key of the gateway: %j',
    async (headers) => {
      const gateway = await compose({ GOMODEL_MASTER_KEY: MASTER_KEY });
      const response = await ask(gateway, '/v1/messages', headers as Record<string, string>);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({
        type: 'error',
        error: { type: 'authentication_error', message: expect.stringContaining('ANTHROPIC_AUTH_TOKEN') },
      });
      expect(anthropic.requests).toHaveLength(0);
    },
  );

  it.each(['x-api-key', 'authorization'])('is for who sends it in %s', async (name) => {
    const gateway = await compose({ GOMODEL_MASTER_KEY: MASTER_KEY });
    const value = name === 'authorization' ? `Bearer ${MASTER_KEY}` : MASTER_KEY;
    const response = await ask(gateway, '/v1/messages', { [name]: value });
    expect(await response.text()).toBe(STREAM);
    expect(JSON.stringify(anthropic.requests[0]?.headers)).not.toContain(MASTER_KEY);
  });
});
