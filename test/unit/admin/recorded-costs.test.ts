import { calcPrice, extractUsage, findProvider } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { loadPriceList } from '../../../src/admin/cost/list-prices.ts';
import { createBill, sumOf } from '../../../src/admin/cost/price-book.ts';
import type { AnswerSummary, Api } from '../../../src/sse/answer-summary.ts';
import { createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../../../src/sse/summarize-json-answer.ts';
import { readRecording, recordedEvents } from '../../support/streams/recordings.ts';

const startedAtMs = Date.parse('2026-11-22T12:00:00Z');
const find = await loadPriceList([]);

/** What the log has of a recording, and what the gateway makes of it. */
const costOf = ({ model, usage }: AnswerSummary, provider: string): number | undefined => {
  const { cost } = createBill(find)(
    { model, upstreamModel: undefined, provider, serviceTier: undefined, startedAtMs },
    usage,
  );
  return cost && sumOf(cost);
};
const summaryOf = (name: string, api: Api): AnswerSummary => {
  if (name.endsWith('.json')) return summarizeJsonAnswer(readRecording(name), api);
  const tap = createStreamTap(api);
  tap.push(Buffer.from(recordedEvents(name).join('')));
  tap.end();
  return tap.summary;
};

/** By the price list's own reading of the answer, and its own sum. */
const listedCost = (provider: string, flavor: string | undefined, answer: unknown): number | undefined => {
  const listed = findProvider({ providerId: provider });
  if (!listed) throw new Error(`the list has no ${provider}`);
  const { model, usage } = extractUsage(listed, answer, flavor);
  return calcPrice(usage, model ?? '', { providerId: provider, timestamp: new Date(startedAtMs) })
    ?.total_price;
};

describe('the cost of a recorded answer', () => {
  it.each([
    ['openai', 'chat', 'gomodel/openai/chat_completion.json', 'chat'],
    ['openai', 'chat', 'gomodel/openai/chat_completion_reasoning.json', 'chat'],
    ['openai', 'chat', 'gomodel/openai/chat_multimodal.json', 'chat'],
    ['openai', 'responses', 'gomodel/openai/responses.json', 'responses'],
    ['openai', 'responses', 'ai-sdk/openai-responses/openai-reasoning-encrypted-content.1.json', 'responses'],
    ['anthropic', undefined, 'gomodel/anthropic/messages_with_tools.json', 'messages'],
    ['anthropic', undefined, 'ai-sdk/anthropic/anthropic-text.json', 'messages'],
    ['anthropic', undefined, 'ai-sdk/anthropic/anthropic-claude-opus-5-reasoning-high.1.json', 'messages'],
    ['deepseek', 'chat', 'ai-sdk/deepseek/deepseek-reasoning.json', 'chat'],
    ['deepseek', 'chat', 'ai-sdk/deepseek/deepseek-tool-call.json', 'chat'],
  ] as const)('is what the price list makes of it: %s, %s, %s', (provider, flavor, name, api) => {
    const wanted = listedCost(provider, flavor, JSON.parse(readRecording(name).toString()));
    expect(wanted).toBeGreaterThan(0);
    expect(costOf(summaryOf(name, api), provider)).toBeCloseTo(wanted ?? Number.NaN, 12);
  });

  it.each([
    'ai-sdk/google/google-reasoning-gemini3.chunks.txt',
    'ai-sdk/google/google-tool-call-gemini3.chunks.txt',
  ])('is what the price list makes of the last chunk: google, %s', (name) => {
    const [last = ''] = readRecording(name).toString().trimEnd().split('\n').slice(-1);
    const wanted = listedCost('google', undefined, JSON.parse(last));
    expect(wanted).toBeGreaterThan(0);
    expect(costOf(summaryOf(name, 'gemini'), 'gemini')).toBeCloseTo(wanted ?? Number.NaN, 12);
  });

  it.each([
    ['gomodel/xai/chat_completion.json', 'chat'],
    ['gomodel/xai/chat_with_params.json', 'chat'],
    ['gomodel/xai/responses.json', 'responses'],
    ['ai-sdk/openai-chat/xai-tool-call.json', 'chat'],
    ['ai-sdk/openai-chat/xai-tool-call.chunks.txt', 'chat'],
  ] as const)('is what its provider states: xai, %s', (name, api) => {
    const summary = summaryOf(name, api);
    expect(summary.statedCostUsd).toBeGreaterThan(0);
    expect(costOf(summary, 'xai')).toBeCloseTo(summary.statedCostUsd ?? Number.NaN, 12);
  });
});
