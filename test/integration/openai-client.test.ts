import { createHash, randomBytes } from 'node:crypto';
import OpenAI, { APIUserAbortError, AuthenticationError, RateLimitError, toFile } from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import type { ExchangeRecord } from '../../src/log/record.ts';
import { compose } from '../../src/server/compose.ts';
import type { Gateway } from '../../src/server/gateway.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

const MASTER_KEY = 'gm-master-0123456789abcdef';
const STREAM = responsesStream([{ text: 'Hello, wörld 🌍' }], { id: 'resp_1' });

let upstream: Upstream;
let gateway: Gateway;
let client: OpenAI;
beforeAll(async () => {
  upstream = await startUpstream({ kind: 'sse', events: STREAM });
  const env = {
    OPENAI_BASE_URL: upstream.url,
    OPENAI_API_KEY: 'sk-provider-0123456789abcdef',
    GOMODEL_MASTER_KEY: MASTER_KEY,
  };
  const dataDir = createTemporaryFolder('openai-client');
  const config = loadConfig({ flags: { port: '0' }, env, dotenv: {}, dataDir });
  gateway = await compose(config, { version: '0.0.0-test', demo: false });
  client = new OpenAI({ apiKey: MASTER_KEY, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
});
afterAll(async () => {
  await gateway.close(0);
  await upstream.close();
});

/** The record of the next exchange that ends. */
const nextRecord = (): Promise<ExchangeRecord> =>
  new Promise((resolve) => {
    const unsubscribe = gateway.recorder.subscribe(({ type, record }) => {
      if (type !== 'close') return;
      unsubscribe();
      resolve(record);
    });
  });

it('streams a response to the openai client event by event', async () => {
  upstream.play({ kind: 'sse', events: STREAM, chunkBytes: 7 });
  const recorded = nextRecord();
  const stream = client.responses.stream({ model: 'gpt-test', input: 'Hi' });
  const types: string[] = [];
  for await (const { type } of stream) types.push(type);
  expect(types).toEqual(STREAM.map(({ type }) => type));
  expect((await stream.finalResponse()).output_text).toBe('Hello, wörld 🌍');
  expect(await recorded).toMatchObject({
    auth: 'master_key',
    stream: true,
    responseId: 'resp_1',
    response: { finish: 'completed', events: STREAM.length },
  });
});

it('hands a whole answer to the openai client, its request id included', async () => {
  const completed = STREAM.at(-1)?.response;
  upstream.play({ kind: 'json', body: completed });
  const recorded = nextRecord();
  const response = await client.responses.create({ model: 'gpt-test', input: 'Hi' });
  expect(response).toMatchObject(Object(completed));
  expect(response._request_id).toBe((await recorded).id);
  expect(await recorded).toMatchObject({
    stream: false,
    usage: { inputTokens: 1200, cachedInputTokens: 1024, outputTokens: 80, reasoningTokens: 64 },
  });
});

it('ends the upstream request when the openai client aborts', async () => {
  upstream.play({ kind: 'sse', events: STREAM, eventLimit: 5, finally: 'hang' });
  const index = upstream.requests.length;
  const recorded = nextRecord();
  const stream = client.responses.stream({ model: 'gpt-test', input: 'Hi' });
  const read = async (): Promise<void> => {
    for await (const { type } of stream) if (type === 'response.output_text.delta') stream.abort();
  };
  await expect(read()).rejects.toBeInstanceOf(APIUserAbortError);
  const seen = await upstream.request(index);
  expect(await seen.closed).toMatchObject({ aborted: true });
  expect(await recorded).toMatchObject({ response: { finish: 'aborted' } });
  expect((await recorded).error).toBeUndefined();
});

it("hands the upstream's error to the openai client as it is", async () => {
  const error = { message: 'Slow down.', type: 'tokens', param: null, code: 'rate_limit_exceeded' };
  upstream.play({ kind: 'json', status: 429, body: { error }, headers: { 'retry-after': '7' } });
  const failure = await client.responses.create({ model: 'gpt-test', input: 'Hi' }).catch((reason) => reason);
  expect(failure).toBeInstanceOf(RateLimitError);
  expect(failure).toMatchObject({ error, code: 'rate_limit_exceeded' });
  expect(failure.headers.get('retry-after')).toBe('7');
});

it('refuses the openai client with an error that it can read, and says whose error it is', async () => {
  const stranger = new OpenAI({ apiKey: 'sk-another', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  const index = upstream.requests.length;
  const failure = await stranger.responses
    .create({ model: 'gpt-test', input: 'Hi' })
    .catch((reason) => reason);
  expect(failure).toBeInstanceOf(AuthenticationError);
  expect(failure).toMatchObject({ code: 'invalid_api_key', type: 'authentication_error' });
  expect(failure.message).toContain('gomodel-ts: ');
  expect(failure.headers.get('x-gomodel-error-origin')).toBe('client');
  expect(upstream.requests).toHaveLength(index);
});

it('carries a file of the openai client byte for byte', async () => {
  const bytes = randomBytes(3_000_000);
  upstream.play({ kind: 'json', body: { id: 'file_1', object: 'file', bytes: bytes.length } });
  const index = upstream.requests.length;
  const recorded = nextRecord();
  const file = await client.files.create({ purpose: 'user_data', file: await toFile(bytes, 'data.bin') });
  expect(file.id).toBe('file_1');
  const seen = await upstream.request(index);
  expect(seen.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
  const start = seen.body.indexOf('\r\n\r\n', seen.body.indexOf('filename="data.bin"')) + 4;
  const arrived = seen.body.subarray(start, start + bytes.length);
  const hash = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
  expect(hash(arrived)).toBe(hash(bytes));
  expect(await recorded).toMatchObject({
    path: '/v1/files',
    status: 200,
    request: { wireBytes: seen.body.length },
  });
});

it('lists models for the openai client', async () => {
  expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['gpt-test']);
});
