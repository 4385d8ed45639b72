import { describe, expect, it } from 'vitest';
import { type AnswerSummary, apiOfPath } from '../../../src/sse/answer-summary.ts';
import { type AnswerTap, createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../../../src/sse/summarize-json-answer.ts';
import { readSse } from '../../support/streams/read-sse.ts';
import { recordedEvents } from '../../support/streams/recordings.ts';

const FAILURE = { code: 'upstream_stream_truncated', message: 'the upstream closed – “cut”', atMs: 0 };

const chunk = (parts: readonly object[], more: object = {}, candidate: object = {}): string =>
  `data: ${JSON.stringify({
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...candidate }],
    modelVersion: 'gemini-test',
    responseId: 'r1',
    ...more,
  })}\r\n\r\n`;

const usage = {
  promptTokenCount: 100,
  cachedContentTokenCount: 40,
  candidatesTokenCount: 20,
  thoughtsTokenCount: 5,
  totalTokenCount: 125,
};
const EVENTS = [
  chunk([{ text: 'Grüße "finishReason":"STOP" ', thought: true }], {
    usageMetadata: { promptTokenCount: 100 },
  }),
  chunk([{ text: '你好 🎉' }]),
  chunk([{ functionCall: { name: 'exec_command', args: { cmd: 'ls' } } }]),
  chunk([{ text: '' }], { usageMetadata: usage }, { finishReason: 'STOP' }),
];
const SUMMARY: AnswerSummary = {
  model: 'gemini-test',
  responseId: 'r1',
  finish: 'completed',
  toolCalls: ['exec_command'],
  usage: { inputTokens: 100, cachedInputTokens: 40, outputTokens: 25, reasoningTokens: 5, totalTokens: 125 },
};

const tapOf = (...chunks: Uint8Array[]): AnswerTap => {
  const tap = createStreamTap('gemini');
  for (const bytes of chunks) tap.push(bytes);
  tap.end();
  return tap;
};

const BYTES = Buffer.from(EVENTS.join(''));

describe('a stream of Google’s API', () => {
  it('is read at every split', () => {
    const wrong = Array.from(BYTES.keys()).filter((at) => {
      const tap = tapOf(BYTES.subarray(0, at), BYTES.subarray(at));
      return JSON.stringify(tap.summary) !== JSON.stringify(tapOf(BYTES).summary) || !tap.terminal;
    });
    expect(wrong).toEqual([]);
    expect(tapOf(BYTES).summary).toEqual(SUMMARY);
  });

  it('ends with an error, wherever it is cut', () => {
    const whole = readSse(BYTES).map(({ data }) => data);
    const wrong = Array.from(BYTES.keys()).filter((cut) => {
      const tap = tapOf(BYTES.subarray(0, cut));
      const events = readSse(Buffer.concat([BYTES.subarray(0, cut), tap.closing(FAILURE)]));
      if (tap.terminal) return events.length !== whole.length;
      const last = JSON.parse(events.at(-1)?.data ?? '{}') as { error?: { message?: string } };
      const before = events.slice(0, -1).map(({ data }) => data);
      return (
        last.error?.message !== `gomodel-ts: ${FAILURE.message}` ||
        before.some((data, index) => data !== whole[index])
      );
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    [chunk([], {}, { finishReason: 'MAX_TOKENS' }), 'incomplete'],
    [chunk([], {}, { finishReason: 'SAFETY' }), 'incomplete'],
    ['data: {"promptFeedback":{"blockReason":"SAFETY"}}\n\n', 'incomplete'],
    ['data: {"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}\n\n', 'failed'],
  ])('that ends so is %2$s: %1$s', (event, finish) => {
    const tap = tapOf(Buffer.from((EVENTS[0] ?? '') + event));
    expect(tap.summary.finish).toBe(finish);
    expect(tap.terminal).toBe(true);
  });
});

it('is read in one piece as well', () => {
  const body = EVENTS.at(-1)?.slice('data: '.length) ?? '';
  expect(summarizeJsonAnswer(Buffer.from(body), 'gemini')).toMatchObject({
    finish: 'completed',
    usage: SUMMARY.usage,
  });
});

it.each([
  ['/p/gemini/v1beta/models/gemini-3:streamGenerateContent?alt=sse', 'gemini'],
  ['/p/gemini/models/gemini-3:generateContent', 'gemini'],
  ['/p/gemini/v1beta/models/gemini-3:countTokens', undefined],
  ['/models/gemini-3:generateContent', undefined],
])('of what is answered at %s, it reads %s', (path, api) => {
  expect(apiOfPath(path)).toBe(api);
});

it.each([
  ['ai-sdk/google/google-reasoning-gemini3.chunks.txt', []],
  ['ai-sdk/google/google-tool-call-gemini3.chunks.txt', ['weather']],
])('what Google really sent is read: %s', (name, toolCalls) => {
  const events = recordedEvents(name);
  const last = JSON.parse(events.at(-1)?.slice('data: '.length) ?? '{}') as {
    usageMetadata: Record<string, number>;
    modelVersion: string;
  };
  const { summary, events: count } = tapOf(Buffer.from(events.join('')));
  expect(count).toBe(events.length);
  expect(summary).toMatchObject({
    model: last.modelVersion,
    finish: 'completed',
    usage: {
      inputTokens: last.usageMetadata.promptTokenCount,
      totalTokens: last.usageMetadata.totalTokenCount,
    },
  });
  expect(summary.toolCalls).toEqual(toolCalls);
});
