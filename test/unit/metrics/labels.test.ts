import { describe, expect, it } from 'vitest';
import { createBoundedValues } from '../../../src/base/bound-values.ts';
import { endpointOf } from '../../../src/metrics/endpoint-of.ts';
import { createLabeller, MAX_COMBINATIONS, MAX_MODELS } from '../../../src/metrics/label-exchange.ts';
import { sampleRecord } from '../../support/render/sample-records.ts';

describe('bounded values', () => {
  it('keeps the first ones, and calls every further one other', () => {
    const values = createBoundedValues(2);
    expect(['a', 'b', 'c', 'a', 'c'].map(values.take)).toEqual(['a', 'b', 'other', 'a', 'other']);
    expect(['b', 'd'].map(values.find)).toEqual(['b', 'other']);
  });

  it('lets no value break a line or grow without end', () => {
    const values = createBoundedValues(9);
    expect(values.take('a\nb"\\\u0000\u2028')).toBe('a?b"\\?\u2028');
    expect(values.take('x'.repeat(10_000))).toHaveLength(120);
  });
});

describe('the endpoint of a request', () => {
  it.each([
    ['/v1/responses', '/v1/responses'],
    ['/responses?stream=true', '/v1/responses'],
    ['/v1/v1/chat/completions', '/v1/chat/completions'],
    ['/v1/responses/compact', '/v1/responses/compact'],
    ['/v1/responses/resp_123/cancel', '/v1/responses'],
    ['/p/anthropic/v1/messages?beta=true', '/v1/messages'],
    ['/p/anthropic/v1/messages/count_tokens', '/v1/messages/count_tokens'],
    ['/v1/models/gpt-5.5', '/v1/models'],
    ['/v1/responsesx', 'other'],
    ['/', 'other'],
    [`/v1/${'a/'.repeat(5000)}`, 'other'],
  ])('%s is %s', (path, endpoint) => {
    expect(endpointOf(path)).toBe(endpoint);
  });
});

describe('the labels of exchanges', () => {
  it('are those of GoModel', () => {
    const labeller = createLabeller();
    const record = sampleRecord({ provider: 'openai' });
    expect(labeller.ended(record)).toEqual({
      provider: 'openai',
      model: 'gpt-5.5',
      endpoint: '/v1/responses',
      stream: 'true',
    });
    const refused = sampleRecord({ status: 401, model: 'never-answered' });
    expect(labeller.ended(refused)).toMatchObject({ provider: 'none', model: 'other' });
  });

  it('give no model room that was only asked for, and bound those that have answered', () => {
    const labeller = createLabeller();
    for (let count = 0; count < 2 * MAX_MODELS; count++) {
      const asked = sampleRecord({ provider: 'openai', model: `made-up-${count}`, status: 404 });
      expect(labeller.ended(asked).model).toBe('other');
    }
    const models = new Set<string>();
    for (let count = 0; count < 2 * MAX_MODELS; count++) {
      models.add(labeller.ended(sampleRecord({ provider: 'openai', model: `real-${count}` })).model);
    }
    expect(models.size).toBe(MAX_MODELS + 1);
    expect(models.has('real-0')).toBe(true);
    expect(labeller.ended(sampleRecord({ provider: 'openai', model: 'real-0', status: 500 })).model).toBe(
      'real-0',
    );
  });

  it('bound what they are together', () => {
    const labeller = createLabeller();
    const seen = new Set<string>();
    for (let model = 0; model < MAX_MODELS; model++) {
      for (const path of ['/v1/responses', '/v1/chat/completions', '/v1/messages', '/v1/embeddings']) {
        for (const stream of [true, false]) {
          const record = sampleRecord({ provider: 'openai', model: `model-${model}`, path, stream });
          seen.add(JSON.stringify(labeller.ended(record)));
        }
      }
    }
    // Those with room, and what stands for all others of a provider.
    expect(seen.size).toBe(MAX_COMBINATIONS + 2);
  });
});
