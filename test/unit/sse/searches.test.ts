import { describe, expect, it } from 'vitest';
import type { Api, Usage } from '../../../src/sse/answer-summary.ts';
import { createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../../../src/sse/summarize-json-answer.ts';
import { recordedEvents } from '../../support/streams/recordings.ts';

const readStream = (api: Api, text: string): Usage | undefined => {
  const tap = createStreamTap(api);
  tap.push(Buffer.from(text));
  tap.end();
  return tap.summary.usage;
};
const readObject = (api: Api, answer: object): Usage | undefined =>
  summarizeJsonAnswer(Buffer.from(JSON.stringify(answer)), api).usage;

const TOKENS = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
let made = 0;
const search = (action?: string, status = 'completed') => ({
  id: `ws_${++made}`,
  type: 'web_search_call',
  status,
  ...(action !== undefined && { action: { type: action, query: 'q' } }),
});
const fileSearch = { id: 'fs_1', type: 'file_search_call', status: 'completed', queries: ['q'] };
const responseOf = (output: readonly object[], more: object = {}) => ({
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'gpt-5.5',
  output,
  usage: TOKENS,
  ...more,
});

/** As ChatGPT's backend tells it: what ended is in the events alone. */
const streamOf = (items: readonly object[], response: object): string =>
  [
    ...items.flatMap((item, place) => [
      {
        type: 'response.output_item.added',
        output_index: place,
        item: { ...item, status: 'in_progress', action: undefined },
      },
      { type: 'response.output_item.done', output_index: place, item },
    ]),
    { type: 'response.completed', response },
  ]
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('');

describe('an answer of the Responses API', () => {
  const items = [
    search('search'),
    search('open_page'),
    search('find_in_page'),
    search('search'),
    search('search', 'failed'),
    fileSearch,
  ];

  it('is charged for the searches that it completed, and not for the pages that it opened', () => {
    expect(readObject('responses', responseOf(items))).toMatchObject({ webSearches: 2, fileSearches: 1 });
  });

  it.each([
    ['with its output', items],
    ['without', []],
  ])('counts each item once in a stream whose last event is %s', (_, output) => {
    expect(readStream('responses', streamOf(items, responseOf(output)))).toMatchObject({
      webSearches: 2,
      fileSearches: 1,
    });
  });

  it('takes a call of before there were actions for a search', () => {
    expect(readObject('responses', responseOf([search()]))?.webSearches).toBe(1);
  });

  it.each(['web_search_preview', 'web_search_preview_2025_03_11'])(
    'tells a preview by its tool: %s',
    (type) => {
      const given = responseOf([search('search')], { tools: [{ type: 'function', name: 'f' }, { type }] });
      expect(readObject('responses', given)).toMatchObject({ webSearches: 1, previewWebSearches: 1 });
    },
  );

  it('has no such count without a search', () => {
    const given = responseOf([search('open_page')], { tools: [{ type: 'web_search' }] });
    expect(readObject('responses', given)).toEqual({ inputTokens: 10, outputTokens: 5, totalTokens: 15 });
  });

  it('believes what the usage itself states', () => {
    const usage = { ...TOKENS, server_tool_use: { web_search_requests: 1 } };
    expect(readObject('responses', responseOf(items, { usage }))?.webSearches).toBe(1);
  });

  it('counts what xAI says that it charged for', () => {
    const usage = {
      ...TOKENS,
      num_sources_used: 9,
      num_server_side_tools_used: 4,
      server_side_tool_usage_details: { web_search_calls: 2, x_search_calls: 1, code_interpreter_calls: 1 },
    };
    expect(readObject('responses', responseOf([search('search')], { usage }))?.webSearches).toBe(3);
  });
});

it.each([
  ['ai-sdk/openai-responses/openai-web-search-tool.1.chunks.txt', 'responses', 2],
  ['ai-sdk/anthropic/anthropic-web-search-tool.1.chunks.txt', 'messages', 1],
] as const)('counts the searches of a recorded stream: %s', (name, api, count) => {
  expect(readStream(api, recordedEvents(name).join(''))?.webSearches).toBe(count);
});

describe('a chat completion', () => {
  const completion = (model: string, usage: object) => ({
    id: 'c',
    model,
    choices: [{ index: 0, finish_reason: 'stop', message: { content: 'ok' } }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, ...usage },
  });

  it.each([
    ['gpt-5-search-api', 1],
    ['gpt-5-search-api-2025-10-14', 1],
    ['gpt-4o-search-preview-2025-03-11', 1],
    ['gpt-4o', undefined],
  ])('of %s made %s search', (model, count) => {
    expect(readObject('chat', completion(model, {}))?.webSearches).toBe(count);
  });

  it('of OpenRouter states its searches', () => {
    const given = completion('openai/gpt-6-sol', { server_tool_use: { web_search_requests: 3 } });
    expect(readObject('chat', given)?.webSearches).toBe(3);
  });

  it('of Perplexity counts thoughts and sources beside the answer, and states what it costs', () => {
    const given = completion('sonar-deep-research', {
      citation_tokens: 20_016,
      num_search_queries: 18,
      reasoning_tokens: 95_305,
      cost: { input_tokens_cost: 0, total_cost: 0.4731 },
    });
    const { usage, statedCostUsd } = summarizeJsonAnswer(Buffer.from(JSON.stringify(given)), 'chat');
    expect(usage).toEqual({
      inputTokens: 10,
      outputTokens: 115_326,
      reasoningTokens: 95_305,
      citationTokens: 20_016,
      totalTokens: 115_336,
      webSearches: 18,
    });
    expect(statedCostUsd).toBe(0.4731);
  });
});

describe('an answer of Gemini', () => {
  const chunk = (model: string, queries: readonly string[], isLast = false): string => {
    const candidate = {
      content: { parts: [{ text: 'a' }] },
      groundingMetadata: { webSearchQueries: queries },
    };
    const answer = {
      modelVersion: model,
      responseId: 'r',
      candidates: [{ ...candidate, ...(isLast && { finishReason: 'STOP' }) }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    };
    return `data: ${JSON.stringify(answer)}\n\n`;
  };

  it.each([
    ['gemini-3-pro-preview', 3],
    ['gemini-3.8-flash', 3],
    ['gemini-2.5-flash', 1],
    ['gemini-2.0-flash', 1],
  ])('of %s is charged for %s of three different queries', (model, count) => {
    const stream = chunk(model, ['a', '']) + chunk(model, ['a', 'b', 'c'], true);
    expect(readStream('gemini', stream)?.webSearches).toBe(count);
  });

  it('without a query is charged for none', () => {
    expect(readStream('gemini', chunk('gemini-3-pro-preview', [''], true))?.webSearches).toBeUndefined();
  });
});
