import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/time/clock.ts';
import type { AnswerSummary } from '../../../src/sse/answer-summary.ts';
import { createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../../../src/sse/summarize-json-answer.ts';
import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { createTranslate } from '../../../src/translate/create-translate.ts';
import type { DialectSpec } from '../../../src/translate/translation.ts';
import { chunkOf } from '../../support/streams/sample-streams.ts';
import { testSealer } from '../../support/translate/create-writer.ts';

const translate = createTranslate({ sealer: testSealer, clock: systemClock });

const PATHS = { responses: '/responses', chat: '/chat/completions', messages: '/messages' } as const;
type Entrance = keyof typeof PATHS;

const ENTRANCES = (Object.keys(PATHS) as Entrance[]).flatMap((api) => [
  { api, stream: true },
  { api, stream: false },
]);

/** What the log reads from the answer that a client is given. */
const summaryOf = (api: Entrance, stream: boolean, spec: DialectSpec, given: string): AnswerSummary => {
  const messages = [{ role: 'user', content: 'hi' }];
  const request = { model: 'm', input: 'hi', messages, max_tokens: 100, stream };
  const body = Buffer.from(JSON.stringify({ ...request, stream_options: { include_usage: true } }));
  const path = PATHS[api];
  const { answer } = translate({ api, path, body, model: 'm', spec });
  const translated = answer(200, stream ? 'text/event-stream' : 'application/json');
  const told = Buffer.concat([translated.push(Buffer.from(given)), translated.end()]);
  const tap = createStreamTap(api);
  tap.push(told);
  tap.end();
  return stream ? tap.summary : (summarizeJsonAnswer(told, api) ?? { toolCalls: [] });
};

const chatAnswer = (stream: boolean, usage: object): string => {
  const choice = { index: 0, finish_reason: 'stop' };
  if (!stream) {
    return JSON.stringify({
      id: 'c',
      model: 'm',
      choices: [{ ...choice, message: { content: 'ok' } }],
      usage,
    });
  }
  const chunks = [{ choices: [{ ...choice, delta: { content: 'ok' } }] }, { choices: [], usage }];
  return `${chunks.map((chunk) => chunkOf({ id: 'c', model: 'm', ...chunk })).join('')}data: [DONE]\n\n`;
};

const messagesAnswer = (stream: boolean, usage: object): string => {
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', usage };
  const end = { stop_reason: 'end_turn', stop_sequence: null };
  if (!stream) return JSON.stringify({ ...message, content: [{ type: 'text', text: 'ok' }], ...end });
  const events = [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null, stop_sequence: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'ok' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: end, usage: { output_tokens: 5 } },
    { type: 'message_stop' },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
};

const COUNTED = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

describe('what a provider counts and an API has no member for survives translation', () => {
  it.each(ENTRANCES)('the cost that it states: $api, streamed: $stream', ({ api, stream }) => {
    for (const stated of [{ cost: 0.00125 }, { cost_in_usd_ticks: 12_500_000 }]) {
      const given = chatAnswer(stream, { ...COUNTED, ...stated });
      expect(summaryOf(api, stream, createChatSpec(), given)).toMatchObject({
        statedCostUsd: 0.00125,
        usage: { inputTokens: 10, outputTokens: 5 },
      });
    }
  });

  it.each(ENTRANCES)('what is cached for an hour: $api, streamed: $stream', ({ api, stream }) => {
    const given = messagesAnswer(stream, {
      input_tokens: 10,
      cache_creation_input_tokens: 300,
      cache_read_input_tokens: 50,
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
      output_tokens: 5,
    });
    expect(summaryOf(api, stream, createAnthropicSpec(), given).usage).toMatchObject({
      inputTokens: 360,
      cachedInputTokens: 50,
      cacheWriteTokens: 300,
      cacheWrite1hTokens: 200,
      outputTokens: 5,
    });
  });

  it.each(ENTRANCES)('searches that it charges for: $api, streamed: $stream', ({ api, stream }) => {
    const given = messagesAnswer(stream, {
      input_tokens: 10,
      output_tokens: 5,
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
    });
    expect(summaryOf(api, stream, createAnthropicSpec(), given).usage).toMatchObject({
      outputTokens: 5,
      webSearches: 2,
    });
    const ofModel = chatAnswer(stream, COUNTED).replaceAll('"model":"m"', '"model":"gpt-5-search-api"');
    expect(summaryOf(api, stream, createChatSpec(), ofModel).usage?.webSearches).toBe(1);
  });

  it.each(ENTRANCES)('the tier that served it: $api, streamed: $stream', ({ api, stream }) => {
    const usage = { input_tokens: 10, output_tokens: 5, service_tier: 'standard', speed: 'fast' };
    const fast = summaryOf(api, stream, createAnthropicSpec(), messagesAnswer(stream, usage));
    expect(fast.serviceTier).toBe('fast');
    const chat = chatAnswer(stream, COUNTED).replaceAll('"model":"m"', '"model":"m","service_tier":"flex"');
    expect(summaryOf(api, stream, createChatSpec(), chat).serviceTier).toBe('flex');
  });

  it.each(ENTRANCES)('nothing that was not counted: $api, streamed: $stream', ({ api, stream }) => {
    const summary = summaryOf(api, stream, createChatSpec(), chatAnswer(stream, COUNTED));
    expect(summary.statedCostUsd).toBeUndefined();
    expect(summary.usage).not.toHaveProperty('cacheWrite1hTokens');
    expect(summary.usage).not.toHaveProperty('webSearches');
    expect(summary.serviceTier).toBeUndefined();
  });
});
