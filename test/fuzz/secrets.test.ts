import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readStoredBody } from '../../src/log/bodies/read-stored-body.ts';
import { readExchange } from '../../src/log/files/read-exchange.ts';
import { anthropicSpec } from '../../src/providers/specs/anthropic.ts';
import { geminiSpec } from '../../src/providers/specs/gemini.ts';
import { groqSpec } from '../../src/providers/specs/groq.ts';
import { cases, randomOf } from '../support/fuzz/budget.ts';
import { sendRaw } from '../support/fuzz/raw-request.ts';
import { type StrictRequest, startStrictUpstream } from '../support/fuzz/strict-upstream.ts';
import { providerAt, withProviders } from '../support/gateway/add-providers.ts';
import {
  composeGateway,
  MASTER_KEY,
  type RunningGateway,
  UPSTREAM_KEY,
} from '../support/gateway/compose-gateway.ts';
import { encodeEvent, responsesStream } from '../support/upstream/responses-stream.ts';
import { connectClient } from '../support/websocket/connect-client.ts';

const ASKED = cases(400);
const STREAM = responsesStream([{ text: 'ok' }])
  .map(encodeEvent)
  .join('');
const CHAT = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'ok' } }],
});
const MESSAGE = JSON.stringify({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'ok' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
});

const respond = (status: string, type: string, body: string): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** Answers in the API that was asked, and refuses every seventh request. */
const createAnswer = () => {
  let asked = 0;
  return ({ target, body }: StrictRequest): string => {
    if (++asked % 7 === 0)
      return respond(
        '401 Unauthorized',
        'application/json',
        '{"error":{"message":"Incorrect API key provided"}}',
      );
    if (target.includes('/responses') && body.includes('"stream":true'))
      return respond('200 OK', 'text/event-stream', STREAM);
    if (target.includes('/chat/')) return respond('200 OK', 'application/json', CHAT);
    if (target.includes('/messages')) return respond('200 OK', 'application/json', MESSAGE);
    return respond(
      '200 OK',
      'application/json',
      '{"id":"resp_1","object":"response","status":"completed","output":[]}',
    );
  };
};

const startUpstream = async () => {
  const upstream = await startStrictUpstream(createAnswer());
  onTestFinished(() => upstream.close());
  return upstream;
};

/** Every file below a folder, one behind the other. */
const readFiles = (folder: string): Buffer =>
  Buffer.concat(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
  );

const KEY_LINES = [
  `Authorization: Bearer ${MASTER_KEY}`,
  `authorization:bearer   ${MASTER_KEY}  `,
  `X-GoModel-Key: ${MASTER_KEY}`,
  `X-Api-Key: ${MASTER_KEY}`,
  `Api-Key: ${MASTER_KEY}`,
  `x-goog-api-key: ${MASTER_KEY}`,
  `Cookie: key=${MASTER_KEY}`,
  `Proxy-Authorization: Bearer ${MASTER_KEY}`,
];
const PATHS = [
  '/v1/responses',
  '/v1/chat/completions',
  '/v1/messages',
  '/v1/models',
  '/v1/nowhere',
  '/v2',
  '/p/groq/chat/completions',
  '/p/anthropic/v1/messages',
  `/p/gemini/models/m:generateContent?alt=json&key=${MASTER_KEY}`,
  '/p/nobody/x',
  '/p/unreachable/x',
  '/admin/api/v1/audit/log',
  '/admin/dashboard/audit',
  '/readyz',
];
const BODIES = ['openai', 'groq', 'anthropic', 'gemini', 'unreachable'].flatMap((provider) =>
  ['true', 'false'].map(
    (stream) =>
      `{"model":"${provider}/m","input":"hi","messages":[{"role":"user","content":"hi"}],"max_tokens":9,"stream":${stream}}`,
  ),
);

/** @returns all that left for the client */
const askAll = async (gateway: RunningGateway): Promise<string[]> => {
  const told: string[] = [];
  for (let index = 0; index < ASKED; index++) {
    const random = randomOf(8, index);
    const isKnown = random.chance(0.8);
    const lines = isKnown
      ? [random.pick(KEY_LINES.slice(0, 6)), random.pick(KEY_LINES), random.pick(KEY_LINES)]
      : ['Authorization: Bearer sk-wrong'];
    const more = random.pick([
      [],
      ['chatgpt-account-id: acc_1'],
      ['anthropic-version: 2023-06-01'],
      ['Content-Encoding: zstd'],
      ['Connection: authorization, x-api-key, cookie'],
    ]);
    const { text } = await sendRaw(gateway.port, {
      method: random.chance(0.85) ? 'POST' : 'GET',
      target: random.pick(PATHS),
      lines: ['Host: localhost', 'Content-Type: application/json', ...lines, ...more],
      body: random.chance(0.9) ? random.pick(BODIES) : '{"model":',
    });
    told.push(text);
  }
  for (const model of ['openai/m', 'groq/m']) {
    const client = await connectClient(gateway.v1, {
      headers: { authorization: `Bearer ${MASTER_KEY}`, 'x-api-key': MASTER_KEY },
    });
    client.send({ type: 'response.create', model, input: [] });
    await client.answer();
    told.push(JSON.stringify(client.response.rawHeaders), ...client.frames.map(String));
    client.ws.terminate();
  }
  return told;
};

const ADMIN = [
  'audit/log',
  'audit/export?format=jsonl',
  'audit/export?format=har',
  'audit/export?format=html',
  'audit/conversation',
  'usage/summary',
  'usage/log',
  'dashboard/config',
  'providers/status',
  'codex/status',
  'openapi.json',
];

it(`gives its keys to nobody but their own provider, and writes none, over ${ASKED} requests of every kind`, async () => {
  const [openai, groq, anthropic, gemini] = [
    await startUpstream(),
    await startUpstream(),
    await startUpstream(),
    await startUpstream(),
  ];
  const gateway = await composeGateway(`${openai.url}/v1`, {
    env: { GOMODEL_MASTER_KEY: MASTER_KEY, WEBSOCKETS: 'bridge' },
    configure: withProviders([
      providerAt(groqSpec, `${groq.url}/openai/v1`),
      providerAt(anthropicSpec, `${anthropic.url}/v1`),
      providerAt(geminiSpec, `${gemini.url}/v1beta`),
      providerAt(groqSpec, 'http://127.0.0.1:9/v1', { id: 'unreachable' }),
    ]),
  });
  const keys = {
    openai: UPSTREAM_KEY,
    groq: 'key-of-groq',
    anthropic: 'key-of-anthropic',
    gemini: 'key-of-gemini',
    unreachable: 'key-of-unreachable',
  };
  const secrets = [MASTER_KEY, ...Object.values(keys)];
  const expectNone = (where: string, bytes: Buffer | string, besides?: string): void => {
    for (const secret of secrets)
      if (secret !== besides) expect(bytes.includes(secret), `${secret} in ${where}`).toBe(false);
  };

  const told = await askAll(gateway);
  expectNone('what a client was told', told.join('\n'));
  for (const [name, upstream] of Object.entries({ openai, groq, anthropic, gemini })) {
    const own = keys[name as keyof typeof keys];
    expect(upstream.bytes().includes(own), `${name} was asked with its key`).toBe(true);
    expectNone(`what ${name} was sent`, upstream.bytes(), own);
  }

  const records = await gateway.records();
  expect(new Set(records.map(({ status }) => status)).size).toBeGreaterThan(5);
  expectNone('the files', readFiles(gateway.dataDir));
  for (const { id } of records) {
    const detail = await readExchange(gateway.dataDir, id);
    expectNone(id, JSON.stringify([detail?.record, detail?.requestHeaders, detail?.responseHeaders]));
    for (const body of [detail?.requestBody, detail?.responseBody]) {
      const read = body && (await readStoredBody(body, 'request'));
      if (read && 'bytes' in read) expectNone(`a body of ${id}`, read.bytes);
    }
  }

  // Nobody without the key reads anything of the log; who has it reads all but keys.
  const api = `http://127.0.0.1:${gateway.port}/admin/api/v1`;
  const entered = await fetch(`${api}/session`, {
    method: 'POST',
    body: JSON.stringify({ key: MASTER_KEY }),
  });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const paths = [
    ...ADMIN,
    ...records
      .slice(-3)
      .flatMap(({ id }) => [
        `audit/log/${id}`,
        `audit/log/${id}/turn`,
        `audit/log/${id}/body/request`,
        `audit/export?format=har&id=${id}`,
      ]),
  ];
  for (const path of paths) {
    const answer = await fetch(`${api}/${path}`, { headers: { cookie } });
    expectNone(path, JSON.stringify([...answer.headers]) + (await answer.text()));
  }
  const strangers = [{}, { cookie: `${cookie}x` }, { authorization: 'Bearer sk-wrong' }];
  for (const path of paths) {
    for (const headers of strangers) {
      const refused = await fetch(`${api}/${path}`, { headers });
      // Who tries too often is told so.
      expect([401, 429], path).toContain(refused.status);
      expect(await refused.text()).not.toContain('req_0');
    }
  }
  await gateway.close(0);
  expectNone('the files at the end', readFiles(gateway.dataDir));
});
