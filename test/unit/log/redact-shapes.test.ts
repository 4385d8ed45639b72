import { describe, expect, it } from 'vitest';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { createRedactor, REDACTED } from '../../../src/log/redact.ts';
import { redactRecord } from '../../../src/log/redact-record.ts';

const { text } = createRedactor([]);

const run = (length: number): string => 'a1B2c3D4e5F6g7H8i9J0'.repeat(10).slice(0, length);

/** What a key has that no text around it has. */
const KEYS: Readonly<Record<string, string>> = {
  OpenAI: `sk-${run(48)}`,
  'OpenAI project': `sk-proj-${run(20)}_${run(20)}`,
  Anthropic: `sk-ant-api03-${run(93)}AA`,
  Google: `AIza${run(35)}`,
  Groq: `gsk_${run(52)}`,
  xAI: `xai-${run(80)}`,
  'GitHub classic': `ghp_${run(36)}`,
  'GitHub server': `ghs_${run(36)}`,
  'GitHub fine-grained': `github_pat_${run(22)}_${run(59)}`,
  AWS: 'AKIAIOSFODNN7EXAMPLE',
  'Hugging Face': `hf_${'abcDEF'.repeat(6).slice(0, 34)}`,
  GitLab: `glpat-${run(20)}`,
  Slack: `xoxb-123456789012-123456789012-${run(24)}`,
  npm: `npm_${run(36)}`,
  Stripe: `sk_live_${run(24)}`,
  JWT: `eyJ${run(17)}.eyJ${run(30)}.${run(43)}`,
  Bearer: `Bearer ${run(20)}`,
  Basic: 'Basic YWRhOmh1bnRlcjI=',
  PEM: `-----BEGIN RSA PRIVATE KEY-----\n${run(64)}\n${run(64)}\n-----END RSA PRIVATE KEY-----`,
  'PEM in JSON': `-----BEGIN PRIVATE KEY-----\\n${run(64)}\\n-----END PRIVATE KEY-----\\n`,
};
/** Of the key, without what may stay of `Bearer`. */
const secretOf = (key: string): string => key.slice(-12).replace(/-+(?:\\n)?$/, '');

describe.each(Object.entries(KEYS))('a key of %s', (_, key) => {
  it.each([
    ['alone', key],
    ['in a sentence', `The key ${key} is wrong.`],
    ['in quotes', `"${key}"`],
    ['in JSON', JSON.stringify({ error: { message: `no ${key}` } })],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ message: `no\n${key}` }))],
    ['twice', `${key} and ${key}`],
    ['three times with one of another kind', `${key}, sk-${run(20)}, ${key}, ${key}`],
    ['after an equals sign', `key=${key}`],
  ])('goes where it stands %s', (_where, input) => {
    const output = text(input);
    expect(output).toContain(REDACTED);
    expect(output).not.toContain(secretOf(key));
    expect(output).not.toContain(run(10));
  });
});

it.each([
  ['{"x-api-key":"abcdef123456"}', '{"x-api-key":"[redacted]"}'],
  ['x-goog-api-key: abcdef123456, next', 'x-goog-api-key: [redacted], next'],
  ['Ocp-Apim-Subscription-Key: abcdef123456', 'Ocp-Apim-Subscription-Key: [redacted]'],
  ['{\\"api_key\\": \\"abcdef123456\\"}', '{\\"api_key\\": \\"[redacted]\\"}'],
  ['Cookie: a=b; session=abcdef\nHost: x', 'Cookie: [redacted]\nHost: x'],
  ['"set-cookie": "a=b; Path=/"', '"set-cookie": "[redacted]"'],
  ['Authorization: Token abcdef123456', 'Authorization: [redacted]'],
  [
    'GET /x?key=abcdef&y=1&access_token=ghijkl HTTP',
    'GET /x?key=[redacted]&y=1&access_token=[redacted] HTTP',
  ],
  ['postgres://ada:hunter2@db/x', 'postgres://[redacted]@db/x'],
  ['http://ada:hun@ter2@db/x and ftp://u:p@h', 'http://[redacted]@db/x and ftp://[redacted]@h'],
  ['client_secret=abcdef123456', 'client_secret=[redacted]'],
])('makes %j %j', (input, output) => {
  expect(text(input)).toBe(output);
});

it.each([
  'Basic authentication is not supported.',
  'Set api_key: $OPENAI_API_KEY',
  'the tool hf_model_search was called',
  'xai-grok-4-fast-reasoning does not exist',
  'max_tokens: 4096 exceeds the limit of 2048 tokens',
  'https://example.org/@scope/eyJ',
  'chatcmpl-abcdefghijklmnopqrstuvwxyz0123456789',
  'resp_0123456789abcdef0123456789abcdef0123456789',
])('leaves %j', (input) => {
  expect(text(input)).toBe(input);
});

describe('a configured secret', () => {
  const secret = 'p/ss "wörd" +1?';
  const own = createRedactor([secret]);
  it.each([
    ['as it is', secret],
    ['percent-encoded', encodeURIComponent(secret)],
    [
      'percent-encoded in small letters',
      encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    ],
    ['escaped in JSON', JSON.stringify(secret)],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in Basic, behind a user name of one letter', Buffer.from(`a:${secret}`).toString('base64')],
    ['in Basic, behind a user name of two letters', Buffer.from(`ab:${secret}`).toString('base64')],
    ['in Basic, before more', Buffer.from(`abc:${secret}xyz`).toString('base64')],
  ])('goes when it stands %s, each time', (_, spelled) => {
    const output = own.text(`one ${spelled} two ${spelled} three`);
    expect(output.split(REDACTED)).toHaveLength(3);
    expect(output).not.toContain(spelled.slice(3, -5));
  });
});

it('goes out of every member that an upstream fills', () => {
  const key = `gsk_${run(52)}`;
  const record: ExchangeRecord = {
    schemaVersion: 1,
    id: 'req_1',
    startedAt: '2026-01-01T00:00:00.000Z',
    method: 'POST',
    path: '/v1/responses',
    transport: 'http',
    model: `m-${key}`,
    upstreamModel: `m ${key}`,
    responseId: `resp.${key}`,
    previousResponseId: key,
    upstreamRequestId: key,
    attempts: [
      { provider: 'x', model: key, durationMs: 1, error: { origin: 'upstream', code: key, message: key } },
    ],
    translation: { dialect: 'chat', losses: [key] },
    client: { name: key, turnId: key },
    request: { encoding: key },
    response: { toolCalls: ['shell', key], scriptCalls: [key] },
    error: { origin: 'upstream', code: `bad ${key}`, message: `${key} ${key}` },
  };
  redactRecord(record, text);
  expect(JSON.stringify(record)).not.toContain(run(12));
  expect(record.response.toolCalls?.[0]).toBe('shell');
});

it('keeps no member longer than its bound', () => {
  const long = 'x'.repeat(100_000);
  const names = Array.from({ length: 40_000 }, () => long.slice(0, 300));
  const record: ExchangeRecord = {
    schemaVersion: 1,
    id: 'req_1',
    startedAt: '2026-01-01T00:00:00.000Z',
    method: 'POST',
    path: '/v1/responses',
    transport: 'http',
    model: long,
    client: { name: long },
    request: {},
    response: { toolCalls: names, scriptCalls: names },
    error: { origin: 'upstream', code: long, message: long },
  };
  redactRecord(record, text);
  expect(record.model).toHaveLength(200);
  expect(record.error?.code).toHaveLength(200);
  expect(record.error?.message).toHaveLength(4096);
  for (const called of [record.response.toolCalls, record.response.scriptCalls]) {
    expect(called).toHaveLength(500);
    expect(called?.[0]).toHaveLength(200);
  }
});

it('hides each key of a text, not only the first, and each kind', () => {
  const all = Object.values(KEYS).filter((key) => !key.includes('PRIVATE KEY'));
  for (const key of all) {
    const other = all.find((one) => one.slice(0, 3) !== key.slice(0, 3)) as string;
    const hidden = text(`first ${key} then ${other} and again ${key}, ${key} end`);
    expect([key, hidden.includes(secretOf(key)), hidden.includes(secretOf(other))]).toEqual([
      key,
      false,
      false,
    ]);
    expect(hidden).toMatch(/^first .* end$/s);
  }
});
