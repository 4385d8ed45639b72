import { expect, it, onTestFinished } from 'vitest';
import type { AuditDetailAnswer } from '../../../src/admin/api-types/detail.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import type { Answer } from '../../support/upstream/script.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const IMAGE_USAGE = {
  input_tokens: 50,
  output_tokens: 1000,
  total_tokens: 1050,
  input_tokens_details: { text_tokens: 50, image_tokens: 0 },
};

const recordOf = async (path: string, answer: Answer, model: string) => {
  const upstream = await startUpstream(answer);
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url, {});
  const response = await fetch(`${gateway.v1}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, input: 'x', prompt: 'x' }),
  });
  await response.arrayBuffer();
  const [record] = await gateway.records();
  return record;
};

it('a picture has the usage that its answer states, and nothing is unknown about it', async () => {
  const body = { created: 1, data: [{ b64_json: 'AAAA' }], usage: IMAGE_USAGE };
  const record = await recordOf('/images/generations', { kind: 'json', body }, 'gpt-image-1');
  expect(record?.usage).toMatchObject({ inputTokens: 50, outputTokens: 1000, totalTokens: 1050 });
  expect(record?.warnings).toBeUndefined();
});

it.each([
  // 50 tokens of text at $5, 200 of a picture at $10, 1,000 at $40 a million.
  [
    '/images/edits',
    'gpt-image-1',
    {
      input_tokens: 250,
      output_tokens: 1000,
      total_tokens: 1250,
      input_tokens_details: { text_tokens: 50, image_tokens: 200 },
    },
    0.04225,
  ],
  // 83 seconds at $0.36 an hour.
  ['/audio/transcriptions', 'whisper-1', { type: 'duration', seconds: 83 }, 0.0083],
  // 100 tokens of sound at $6, 20 of text at $2.50 and 30 at $10 a million.
  [
    '/audio/transcriptions',
    'gpt-4o-transcribe',
    {
      type: 'tokens',
      input_tokens: 120,
      input_token_details: { text_tokens: 20, audio_tokens: 100 },
      output_tokens: 30,
      total_tokens: 150,
    },
    0.00095,
  ],
])('%s by %s costs what its usage says, for the page and for budgets', async (path, model, usage, usd) => {
  const upstream = await startUpstream({ kind: 'json', body: { text: 'hi', data: [], usage } });
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url, { env: { SET_BUDGET: 'daily=100' } });
  const body = JSON.stringify({ model, prompt: 'x' });
  const headers = { 'content-type': 'application/json' };
  await (await fetch(`${gateway.v1}${path}`, { method: 'POST', headers, body })).text();
  const [record] = await gateway.records();
  expect(record?.warnings).toBeUndefined();
  const { entry } = await readAdmin<AuditDetailAnswer>(gateway.port, `audit/log/${record?.id}`);
  expect(entry.costUsd).toBeCloseTo(usd, 12);
  const { budgets } = await readAdmin<{ budgets: { spent: number }[] }>(gateway.port, 'budgets');
  expect(budgets).toMatchObject([{ spent: usd }]);
});

it('what a provider itself says a picture costs is kept', async () => {
  const body = { data: [], usage: { ...IMAGE_USAGE, cost: 0.04 } };
  const record = await recordOf('/images/generations', { kind: 'json', body }, 'some-model');
  expect(record?.statedCostUsd).toBe(0.04);
});

it.each<[string, Answer]>([
  [
    '/audio/speech',
    { kind: 'bytes', body: Buffer.from('ID3 sound'), headers: { 'content-type': 'audio/mpeg' } },
  ],
  ['/images/generations', { kind: 'json', body: { data: [{ url: 'https://x.example/a.png' }] } }],
])(
  'an answer of %s that says nothing of what it used has a cost that is not known, and says so',
  async (path, answer) => {
    const record = await recordOf(path, answer, 'gpt-4o-mini-tts');
    expect(record?.warnings).toMatchObject([
      { code: 'unknown_cost', message: expect.stringContaining('no budget') },
    ]);
  },
);

it.each([
  ['tts-1', 0.000075],
  ['tts-1-hd-1106', 0.00015],
])('speech by %s costs what was read, by the character', async (model, usd) => {
  const sound: Answer = {
    kind: 'bytes',
    body: Buffer.from('ID3'),
    headers: { 'content-type': 'audio/mpeg' },
  };
  const upstream = await startUpstream(sound);
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url, { env: { SET_BUDGET: 'daily=100' } });
  const body = JSON.stringify({ model, input: 'Ñu 👋!', voice: 'alloy' });
  const headers = { 'content-type': 'application/json' };
  await (await fetch(`${gateway.v1}/audio/speech`, { method: 'POST', headers, body })).arrayBuffer();
  const [record] = await gateway.records();
  expect(record?.usage).toEqual({ characters: 5 });
  expect(record?.warnings).toBeUndefined();
  const { entry } = await readAdmin<AuditDetailAnswer>(gateway.port, `audit/log/${record?.id}`);
  expect(entry.costUsd).toBeCloseTo(usd, 12);
  const { budgets } = await readAdmin<{ budgets: { spent: number }[] }>(gateway.port, 'budgets');
  expect(budgets).toMatchObject([{ spent: usd }]);
});

it('a refusal costs nothing, and is no reason to warn', async () => {
  const refusal: Answer = { kind: 'json', status: 400, body: { error: { message: 'no' } } };
  expect((await recordOf('/audio/speech', refusal, 'tts-1'))?.warnings).toBeUndefined();
});
