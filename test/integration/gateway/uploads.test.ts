import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import OpenAI, { toFile } from 'openai';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ModelAlias } from '../../../src/providers/route-model.ts';
import { groqSpec } from '../../../src/providers/specs/groq.ts';
import { providerAt, withProviders } from '../../support/gateway/add-providers.ts';
import { composeGateway, MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { openDesk } from '../../support/guard/open-desk.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

const SOUND = randomBytes(3_000_000);
const ANSWER = {
  text: 'Hello.',
  usage: {
    type: 'tokens',
    input_tokens: 14,
    input_token_details: { audio_tokens: 14 },
    output_tokens: 4,
    total_tokens: 18,
  },
};

let openai: Upstream;
let groq: Upstream;
beforeEach(async () => {
  openai = await startUpstream({ kind: 'json', body: ANSWER });
  groq = await startUpstream({ kind: 'json', body: ANSWER });
  return () => Promise.all([openai.close(), groq.close()]);
});

const aliases = new Map<string, ModelAlias>([['ears', { model: 'groq/whisper-large-v3', fallbacks: [] }]]);

const start = (options: Partial<Parameters<typeof composeGateway>[1]> = {}) =>
  composeGateway(openai.url, {
    configure: withProviders([providerAt(groqSpec, groq.url)], { aliases }),
    ...options,
  });

const BOUNDARY = 'b0undary';
const part = (name: string, value: string | Buffer, more = ''): Buffer[] => [
  Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`),
  Buffer.from(value as string),
  Buffer.from('\r\n'),
];
const FILE = part('file', SOUND, '; filename="a.wav"\r\ncontent-type: audio/wav');
const END = Buffer.from(`--${BOUNDARY}--\r\n`);

/** Sends a form, whole or in pieces without a length. */
const send = (
  url: string,
  chunks: readonly Buffer[],
  headers: Record<string, string> = {},
  isChunked = false,
) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = httpRequest(url, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
        ...(!isChunked && { 'content-length': Buffer.concat(chunks).length }),
        ...headers,
      },
    });
    request.once('error', reject).once('response', async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      resolve({ status: response.statusCode ?? 0, text });
    });
    for (const chunk of chunks) request.write(chunk);
    request.end();
  });

describe('an upload', () => {
  it('goes to the provider of its model, which the form names behind the file, byte for byte', async () => {
    const gateway = await start();
    const client = new OpenAI({ apiKey: 'any', baseURL: gateway.v1, maxRetries: 0 });
    const file = await toFile(SOUND, 'a.wav');
    expect(await client.audio.transcriptions.create({ file, model: 'ears' })).toMatchObject({
      text: 'Hello.',
    });
    expect(openai.requests).toHaveLength(0);
    const { body, headers } = await groq.request(0);
    expect(headers.authorization).toBe('Bearer key-of-groq');
    expect(headers['content-length']).toBe(String(body.length));
    expect(body.includes(SOUND)).toBe(true);
    expect(body.toString('latin1')).toMatch(/name="model"\r\n\r\nwhisper-large-v3\r\n/);
    expect(await gateway.records()).toMatchObject([
      {
        provider: 'groq',
        requestedModel: 'ears',
        sentModel: 'whisper-large-v3',
        route: 'alias',
        usage: { inputTokens: 14, outputTokens: 4 },
        request: { wireBytes: body.length - 'whisper-large-v3'.length + 'ears'.length },
      },
    ]);
  });

  it.each([
    ['with a length', false],
    ['without one', true],
  ])('whose model keeps its name is not changed at all, %s', async (_how, isChunked) => {
    const gateway = await start();
    for (const chunks of [
      [...FILE, ...part('model', 'gpt-4o-transcribe'), END],
      [...part('model', 'gpt-4o-transcribe'), ...FILE, END],
      // No model: the default provider says what it makes of it.
      [...FILE, ...part('purpose', 'batch'), END],
    ]) {
      const index = openai.requests.length;
      expect(await send(`${gateway.v1}/audio/transcriptions`, chunks, {}, isChunked)).toMatchObject({
        status: 200,
      });
      expect((await openai.request(index)).body.equals(Buffer.concat(chunks))).toBe(true);
    }
    expect(groq.requests).toHaveLength(0);
  });

  it('longer than what waits for a model goes to the default provider', async () => {
    const gateway = await start();
    const chunks = [...FILE, ...part('model', 'ears'), END];
    expect(await send(`${gateway.v1}/files`, chunks)).toMatchObject({ status: 200 });
    expect((await openai.request(0)).body.equals(Buffer.concat(chunks))).toBe(true);
  });

  it('of a key for some models needs one of them, once, and in the whole form', async () => {
    const dataDir = join(createTemporaryFolder('uploads'), 'data');
    const { text } = await openDesk(dataDir).create({ name: 'anna', models: ['ears'] });
    const gateway = await start({ dataDir, env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
    const ask = async (...fields: readonly Buffer[]): Promise<unknown> => {
      const headers = { authorization: `Bearer ${text}` };
      const answer = await send(`${gateway.v1}/audio/transcriptions`, [...fields, END], headers);
      return answer.status === 200 ? 200 : JSON.parse(answer.text).error.code;
    };
    expect(await ask(...part('model', 'ears'), ...FILE)).toBe(200);
    expect(await ask(...part('model', 'gpt-4o-transcribe'), ...FILE)).toBe('model_not_allowed');
    expect(await ask(...part('model', 'ears'), ...FILE, ...part('model', 'other'))).toBe('model_not_allowed');
    expect(await ask(...part('model', 'ears'), ...part('Model', 'other'))).toBe('model_not_allowed');
    expect(await ask(...FILE)).toBe('model_not_allowed');
    expect([groq.requests.length, openai.requests.length]).toEqual([1, 0]);
  });
});
