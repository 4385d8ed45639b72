import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import type { AnswerSummary, Api } from '../../../src/sse/answer-summary.ts';
import { collectOutput } from '../../../src/sse/collect/collect-output.ts';
import { type AnswerTap, createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../../../src/sse/summarize-json-answer.ts';
import { readRecording, recordedEvents } from '../../support/streams/recordings.ts';

type UsageNumbers = readonly [
  input: number,
  cached: number,
  output: number,
  reasoning: number,
  total: number,
];

interface Expected {
  readonly api: Api;
  readonly events: number;
  readonly model: string;
  readonly responseId: string;
  readonly usage?: UsageNumbers;
  readonly webSearches?: number;
  readonly statedCostUsd?: number;
  readonly toolCalls?: readonly string[];
  readonly error?: NonNullable<AnswerSummary['error']>;
}

const responses = (events: number, model: string, responseId: string): Expected => ({
  api: 'responses',
  events,
  model,
  responseId,
});
const chat = (events: number, model: string, responseId: string): Expected => ({
  ...responses(events, model, responseId),
  api: 'chat',
});

const QUOTA = {
  code: 'insufficient_quota',
  message:
    'You exceeded your current quota, please check your plan and billing details. For more information on ' +
    'this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
};

// Written down from the recordings themselves.
const RECORDINGS: Readonly<Record<string, Expected>> = {
  'ai-sdk/openai-responses/openai-apply-patch-tool.1.chunks.txt': {
    ...responses(38, 'gpt-5.1-2025-11-13', 'resp_0372d86dfc1762fe00692741f339a08190bce9b78ee2079295'),
    usage: [642, 0, 67, 0, 709],
    toolCalls: ['apply_patch'],
  },
  'ai-sdk/openai-responses/openai-client-tool-search.1.chunks.txt': {
    ...responses(5, 'gpt-5.4-2026-03-05', 'resp_05147bbe356953b60069ab67352c908196a63357757792b203'),
    usage: [65, 0, 31, 0, 96],
    toolCalls: ['tool_search'],
  },
  'ai-sdk/openai-responses/openai-compaction.1.chunks.txt': {
    ...responses(825, 'gpt-5.2-2025-12-11', 'resp_0e2ed64344ac7f31016994b30480ac819785e6e4cd43a28c52'),
    usage: [51097, 49792, 2505, 0, 53602],
  },
  'ai-sdk/openai-responses/openai-custom-tool.1.chunks.txt': {
    ...responses(8, 'gpt-5.2-codex', 'resp_custom_tool_test_001'),
    usage: [50, 0, 20, 0, 70],
    toolCalls: ['write_sql'],
  },
  'ai-sdk/openai-responses/openai-error.1.chunks.txt': {
    ...responses(4, 'gpt-5-nano-2025-08-07', 'resp_05500b38c2cd9bfc00691c7c9d222481a3b595421266dab424'),
    error: QUOTA,
  },
  'ai-sdk/openai-responses/openai-local-shell-tool.1.chunks.txt': {
    ...responses(7, 'gpt-5-codex', 'resp_68da7fd5d24481949fc2cf1cc60377050faf5df54b42d9a6'),
    usage: [407, 0, 151, 128, 558],
    toolCalls: ['local_shell'],
  },
  'ai-sdk/openai-responses/openai-phase.1.chunks.txt': {
    ...responses(17, 'gpt-5.3-codex', 'resp_0a63f40a2632b74300699f8818e5648196a8fa657ae8091421'),
    usage: [7112, 3072, 463, 64, 7575],
  },
  // Four answers one after the other: the first one counts.
  'ai-sdk/openai-responses/openai-reasoning-encrypted-content.1.chunks.txt': {
    ...responses(110, 'gpt-5.1-codex-max', 'resp_01830d662ab3856501693c321345c88190b0de00f3b9975691'),
    usage: [134, 0, 28, 0, 162],
    toolCalls: ['calculator'],
  },
  'ai-sdk/openai-responses/openai-shell-local-multiturn.1.chunks.txt': {
    ...responses(16, 'gpt-5.2-2025-12-11', 'resp_0b0392bd3bb81302006994e83ac0ac819396f3f5aa5f239e03'),
    usage: [444, 0, 12, 0, 456],
  },
  'ai-sdk/openai-responses/openai-web-search-tool.1.chunks.txt': {
    ...responses(185, 'gpt-5-mini-2025-08-07', 'resp_0cc96ac817fdc57e00693337060a408198b92bf1f99cf1b8ec'),
    usage: [31073, 3712, 4416, 3712, 35489],
    toolCalls: Array<string>(6).fill('web_search'),
    webSearches: 2,
  },
  'ai-sdk/xai/xai-text-streaming.1.chunks.txt': {
    ...responses(698, 'grok-code-fast-1', '769f3302-64f9-4c72-2b48-860c87fd9b2a'),
    usage: [216, 192, 863, 237, 1079],
  },
  'ai-sdk/xai/xai-text-with-reasoning-streaming.1.chunks.txt': {
    ...responses(679, 'grok-code-fast-1', 'bf3b2b34-79d4-a45c-7be8-d1e5f96386c2'),
    usage: [216, 192, 923, 323, 1139],
  },
  'ai-sdk/openai-chat/openai-text.chunks.txt': {
    ...chat(303, 'gpt-4.1-nano-2025-04-14', 'chatcmpl-D8Z5oo6uDh67AD85p73ksdT1KxhE0'),
    usage: [16, 0, 300, 0, 316],
  },
  'ai-sdk/openai-chat/xai-tool-call.chunks.txt': {
    ...chat(230, 'grok-3-mini', '7027d986-3c59-a37a-9a5f-50713e01c8a6'),
    usage: [307, 306, 253, 227, 560],
    statedCostUsd: 0.00014975,
    toolCalls: ['weather'],
  },
  'ai-sdk/deepseek/deepseek-reasoning.chunks.txt': {
    ...chat(220, 'deepseek-reasoner', 'cac7192e-e619-40c6-96b0-ed4276bc03ac'),
    usage: [18, 0, 219, 205, 237],
  },
  'ai-sdk/deepseek/deepseek-tool-call.chunks.txt': {
    ...chat(52, 'deepseek-reasoner', 'cca85624-4056-401f-b220-d77601d1f70d'),
    usage: [339, 320, 83, 39, 422],
    toolCalls: ['weather'],
  },
  'gomodel/openai/responses_stream.txt': {
    ...responses(12, 'gpt-4o-mini-2024-07-18', 'resp_0b7e83747d2b84440069a31433ab1881998d8036ef3db1ef03'),
    usage: [17, 0, 5, 0, 22],
  },
  'gomodel/openai/chat_completion_stream.txt': chat(
    7,
    'gpt-4o-mini-2024-07-18',
    'chatcmpl-D0q8CZXN1uEzngZGkU7FuV92lnXWq',
  ),
  'gomodel/xai/chat_completion_stream.txt': chat(294, 'grok-3-mini', 'adfb55b2-61c6-c2d6-e210-48cff30943e5'),
  'gomodel/gemini/chat_completion_stream.txt': chat(
    2,
    'gemini-2.5-flash-preview-09-2025',
    'SzpyaZuaHu_WxN8P9M-PgA4',
  ),
};

const usageOf = ([
  inputTokens,
  cachedInputTokens,
  outputTokens,
  reasoningTokens,
  totalTokens,
]: UsageNumbers) => ({
  inputTokens,
  cachedInputTokens,
  outputTokens,
  reasoningTokens,
  totalTokens,
});
const summaryOf = ({
  model,
  responseId,
  usage,
  webSearches,
  statedCostUsd,
  toolCalls,
  error,
}: Expected): AnswerSummary => ({
  model,
  responseId,
  finish: error ? 'failed' : 'completed',
  toolCalls: [...(toolCalls ?? [])],
  ...(usage && { usage: { ...usageOf(usage), ...(webSearches !== undefined && { webSearches }) } }),
  ...(statedCostUsd !== undefined && { statedCostUsd }),
  ...(error && { error }),
});

const eventsOf = (name: string): string[] =>
  name.endsWith('.chunks.txt') ? recordedEvents(name) : [readRecording(name).toString('utf8')];

const tapOf = (api: Api, chunks: readonly Uint8Array[]): AnswerTap => {
  const tap = createStreamTap(api);
  for (const chunk of chunks) tap.push(chunk);
  tap.end();
  return tap;
};

/** Bytes that one recording's splits may cost to read. */
const SPLIT_BUDGET_BYTES = 15e6;

/** Every place; of a long recording as many as the budget allows of those in and around line ends. */
const splitPoints = (bytes: Uint8Array): number[] => {
  const all = Array.from(bytes.keys());
  const count = Math.floor(SPLIT_BUDGET_BYTES / bytes.length);
  if (all.length <= count) return all;
  const isLineEnd = (at: number): boolean => bytes[at] === 10 || (bytes[at] ?? 0) > 127;
  const near = all.filter((at) => [-2, -1, 0, 1, 2, 7].some((distance) => isLineEnd(at + distance)));
  return near.filter((_, place) => place % Math.ceil(near.length / count) === 0);
};

const cases = Object.entries(RECORDINGS);

describe('the tap reads what providers really sent', () => {
  test.each(cases)('%s, byte by byte', (name, expected) => {
    const bytes = Buffer.from(eventsOf(name).join(''));
    const tap = tapOf(
      expected.api,
      Array.from(bytes, (byte) => Uint8Array.of(byte)),
    );
    expect(tap.summary).toEqual(summaryOf(expected));
    expect([tap.events, tap.skippedEvents, tap.terminal]).toEqual([expected.events, 0, true]);
  });

  test.each(cases)('%s, cut in two', (name, expected) => {
    const bytes = Buffer.from(eventsOf(name).join(''));
    const whole = JSON.stringify(tapOf(expected.api, [bytes]).summary);
    const wrong = splitPoints(bytes).filter((at) => {
      const tap = tapOf(expected.api, [bytes.subarray(0, at), bytes.subarray(at)]);
      return JSON.stringify(tap.summary) !== whole || tap.events !== expected.events || !tap.terminal;
    });
    expect(wrong).toEqual([]);
  });
});

describe('the tap reads what the openai client reads', () => {
  const clientFor = (body: string): OpenAI =>
    new OpenAI({
      apiKey: 'k',
      maxRetries: 0,
      fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    });
  const of = (api: Api) => cases.filter(([, expected]) => expected.api === api).map(([name]) => name);

  test.each(of('responses'))('%s', async (name) => {
    const body = `${eventsOf(name).join('')}\n`;
    const { summary } = collectOutput(Buffer.from(body), 'responses');
    const stream = await clientFor(body).responses.create({ model: 'm', input: '', stream: true });
    try {
      for await (const event of stream) {
        if (event.type !== 'response.completed') continue;
        const { response } = event;
        const searches = response.output.filter(
          (item) => item.type === 'web_search_call' && item.action.type === 'search',
        );
        expect(summary.model).toBe(response.model);
        expect(summary.responseId).toBe(response.id);
        expect(summary.usage).toEqual({
          inputTokens: response.usage?.input_tokens,
          cachedInputTokens: response.usage?.input_tokens_details.cached_tokens,
          outputTokens: response.usage?.output_tokens,
          reasoningTokens: response.usage?.output_tokens_details.reasoning_tokens,
          totalTokens: response.usage?.total_tokens,
          ...(searches.length > 0 && { webSearches: searches.length }),
        });
        return;
      }
    } catch (error) {
      expect(error).toMatchObject({ message: summary.error?.message, code: summary.error?.code });
      return;
    }
    expect.unreachable('the client found no end');
  });

  test.each(of('chat'))('%s', async (name) => {
    const body = `${eventsOf(name).join('')}\n`;
    const { summary, output } = collectOutput(Buffer.from(body), 'chat');
    const stream = clientFor(body).chat.completions.stream({ model: 'm', messages: [] });
    const completion = await stream.finalChatCompletion();
    expect([summary.model, summary.responseId]).toEqual([completion.model, completion.id]);
    expect(summary.usage?.totalTokens).toBe(completion.usage?.total_tokens);
    const message = completion.choices[0]?.message;
    expect(output).toHaveLength(1);
    const rebuilt = output[0] as { role: string; content?: string };
    expect([rebuilt.role, rebuilt.content ?? '']).toEqual(['assistant', message?.content ?? '']);
    const calls = message?.tool_calls?.map(({ id, type, function: called }) => ({
      id,
      type,
      function: { name: called.name, arguments: called.arguments },
    }));
    if (calls && calls.length > 0) expect(output[0]).toMatchObject({ tool_calls: calls });
    expect(summary.toolCalls).toEqual(calls?.map((call) => call.function.name) ?? []);
  });
});

describe('the output is rebuilt from the events', () => {
  const emptied = (event: string): string =>
    event.replace(/"output":\[.*\](?=,"parallel_tool_calls")/, '"output":[]');
  // A compaction is encrypted anew for the final response.
  const withoutCiphers = (output: readonly unknown[]): string =>
    JSON.stringify(output).replaceAll(/"encrypted_content":"[^"]*"/g, '');
  const streams = [
    'openai-apply-patch-tool.1',
    'openai-compaction.1',
    'openai-local-shell-tool.1',
    'openai-shell-local-multiturn.1',
    'openai-web-search-tool.1',
  ].map((name) => `ai-sdk/openai-responses/${name}.chunks.txt`);

  test.each(streams)('%s, with the final list emptied (LESSONS: response.completed.output is [])', (name) => {
    const events = recordedEvents(name);
    const whole = collectOutput(Buffer.from(events.join('')), 'responses');
    const last = emptied(events.at(-1) ?? '');
    expect(last).toContain('"output":[]');
    const rebuilt = collectOutput(Buffer.from([...events.slice(0, -1), last].join('')), 'responses');
    expect(whole.output.length).toBeGreaterThan(0);
    expect(withoutCiphers(rebuilt.output)).toBe(withoutCiphers(whole.output));
    expect(rebuilt.summary.toolCalls).toEqual(whole.summary.toolCalls);
  });

  test('as far as it came, from the deltas of a stream that was cut before its items were done', () => {
    for (const name of streams) {
      const events = recordedEvents(name);
      const { output: whole } = collectOutput(Buffer.from(events.join('')), 'responses');
      const begun = events.filter(
        (event) => !/^event: response\.(?:output_item\.done|completed)/.test(event),
      );
      const { output } = collectOutput(Buffer.from(begun.join('')), 'responses');
      const texts = (items: readonly unknown[]): unknown[] =>
        (items as ReadonlyArray<Record<string, unknown>>).map(({ type, content, operation }) => [
          type,
          (content as Array<{ text: string }> | undefined)
            ?.map(({ text }) => text)
            .filter((text) => text !== ''),
          (operation as { diff: string } | undefined)?.diff,
        ]);
      expect(texts(output)).toEqual(texts(whole));
      expect(output.every((item) => (item as { status: string }).status === 'incomplete')).toBe(true);
    }
  });
});

describe('an answer in one piece', () => {
  test.each<[string, Api, Partial<AnswerSummary>]>([
    [
      'gomodel/openai/chat_with_tools.json',
      'chat',
      { finish: 'completed', toolCalls: ['get_weather'], model: 'gpt-4o-mini-2024-07-18' },
    ],
    ['gomodel/openai/responses.json', 'responses', { finish: 'completed', model: 'gpt-4o-mini-2024-07-18' }],
    [
      'ai-sdk/openai-responses/openai-error.1.json',
      'responses',
      { finish: 'failed', error: QUOTA, toolCalls: [] },
    ],
    ['ai-sdk/openai-responses/openai-custom-tool.1.json', 'responses', { toolCalls: ['write_sql'] }],
    ['ai-sdk/deepseek/deepseek-tool-call.json', 'chat', { toolCalls: ['weather'], finish: 'completed' }],
    ['ai-sdk/google/google-429-retry-info.json', 'chat', { finish: 'failed' }],
  ])('%s is read', (name, api, expected) => {
    const body = readRecording(name);
    expect(summarizeJsonAnswer(body, api)).toMatchObject(expected);
    expect(collectOutput(body, api).summary).toEqual(summarizeJsonAnswer(body, api));
  });
});
