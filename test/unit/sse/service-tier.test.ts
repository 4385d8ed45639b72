import { describe, expect, it } from 'vitest';
import type { Api } from '../../../src/sse/answer-summary.ts';
import { createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../../../src/sse/summarize-json-answer.ts';

const tierOf = (api: Api, answer: object): string | undefined =>
  summarizeJsonAnswer(Buffer.from(JSON.stringify(answer)), api).serviceTier;
const tierOfStream = (api: Api, ...events: readonly { readonly type?: string }[]): string | undefined => {
  const tap = createStreamTap(api);
  for (const event of events) {
    const name = event.type === undefined ? '' : `event: ${event.type}\n`;
    tap.push(Buffer.from(`${name}data: ${JSON.stringify(event)}\n\n`));
  }
  tap.end();
  return tap.summary.serviceTier;
};

const response = (service_tier: unknown, status = 'completed') => ({
  id: 'resp_1',
  object: 'response',
  status,
  model: 'gpt-5.5',
  output: [],
  service_tier,
  usage: { input_tokens: 1, output_tokens: 1 },
});

describe('the tier that served an answer', () => {
  it.each([
    ['flex', 'flex'],
    ['priority', 'priority'],
    ['fast', 'fast'],
    ['SERVICE_TIER_FLEX', 'flex'],
    ['default', undefined],
    ['auto', undefined],
    ['on_demand', undefined],
    [null, undefined],
    ['a tier\nwith a line', undefined],
    ['x'.repeat(33), undefined],
  ])('is told by Responses and chat: %j is %s', (told, tier) => {
    expect(tierOf('responses', response(told))).toBe(tier);
    const choice = { index: 0, finish_reason: 'stop', message: { content: 'ok' } };
    expect(tierOf('chat', { id: 'c', model: 'm', choices: [choice], service_tier: told })).toBe(tier);
  });

  it.each([
    ['priority', 'default', undefined],
    ['auto', 'priority', 'priority'],
    ['flex', 'flex', 'flex'],
  ])('is the last that a stream tells: %s, then %s', (asked, got, tier) => {
    const created = { type: 'response.created', response: response(asked, 'in_progress') };
    const completed = { type: 'response.completed', response: response(got) };
    expect(tierOfStream('responses', created, completed)).toBe(tier);
  });

  const message = (usage: object) => ({
    type: 'message',
    id: 'msg_1',
    model: 'claude-opus-5',
    content: [],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1, ...usage },
  });

  it.each([
    [{ service_tier: 'standard' }, undefined],
    [{ service_tier: 'priority' }, 'priority'],
    [{ service_tier: 'batch' }, 'batch'],
    [{ service_tier: 'standard', speed: 'fast' }, 'fast'],
    [{ service_tier: 'standard', speed: 'standard' }, undefined],
    [{ service_tier: 'priority', speed: 'standard' }, 'priority'],
  ])('is told by Anthropic’s usage: %j', (usage, tier) => {
    expect(tierOf('messages', message(usage))).toBe(tier);
    const start = { type: 'message_start', message: message(usage) };
    const delta = (more: object) => ({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { output_tokens: 5, ...more },
    });
    expect(tierOfStream('messages', start, delta({}), { type: 'message_stop' })).toBe(tier);
    expect(tierOfStream('messages', start, delta(usage), { type: 'message_stop' })).toBe(tier);
  });

  it.each([
    [{ serviceTier: 'flex' }, 'flex'],
    [{ trafficType: 'ON_DEMAND' }, undefined],
    [{ trafficType: 'ON_DEMAND_PRIORITY' }, 'priority'],
    [{ trafficType: 'PROVISIONED_THROUGHPUT' }, 'provisioned_throughput'],
  ])('is told by Gemini’s usage: %j', (usage, tier) => {
    const candidates = [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }];
    expect(tierOf('gemini', { candidates, usageMetadata: { promptTokenCount: 1, ...usage } })).toBe(tier);
  });
});
