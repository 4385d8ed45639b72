import { expect, it, onTestFinished } from 'vitest';
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
    const record = await recordOf(path, answer, 'tts-1');
    expect(record?.warnings).toMatchObject([
      { code: 'unknown_cost', message: expect.stringContaining('no budget') },
    ]);
  },
);

it('a refusal costs nothing, and is no reason to warn', async () => {
  const refusal: Answer = { kind: 'json', status: 400, body: { error: { message: 'no' } } };
  expect((await recordOf('/audio/speech', refusal, 'tts-1'))?.warnings).toBeUndefined();
});
