import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { type AnswerSummary, apiOfPath } from '../../../src/sse/answer-summary.ts';
import { collectOutput } from '../../../src/sse/collect/collect-output.ts';
import { type AnswerTap, createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../../../src/sse/summarize-json-answer.ts';
import { readSse } from '../../support/streams/read-sse.ts';
import { readRecording, recordedEvents } from '../../support/streams/recordings.ts';
import { eventOf, MESSAGES_CONTENT, MESSAGES_EVENTS } from '../../support/streams/sample-streams.ts';

const FAILURE = { code: 'upstream_stream_truncated', message: 'the upstream closed – “cut”', atMs: 0 };

const tapOf = (...chunks: Uint8Array[]): AnswerTap => {
  const tap = createStreamTap('messages');
  for (const chunk of chunks) tap.push(chunk);
  tap.end();
  return tap;
};

const clientFor = (body: Uint8Array): Anthropic =>
  new Anthropic({
    apiKey: 'k',
    maxRetries: 0,
    fetch: async () => new Response(Buffer.from(body), { headers: { 'content-type': 'text/event-stream' } }),
  });

/** What Anthropic's own client makes of a stream. */
const readByClient = (body: Uint8Array): Promise<Anthropic.Message> =>
  clientFor(body).messages.stream({ model: 'm', max_tokens: 1, messages: [] }).finalMessage();

const BYTES = Buffer.from(MESSAGES_EVENTS.join(''));

describe('a stream of Anthropic’s messages that is cut at any byte', () => {
  it('ends with an error event that says why, and with what came before it', () => {
    const whole = readSse(BYTES);
    const wrong = Array.from(BYTES.keys()).filter((cut) => {
      const begun = BYTES.subarray(0, cut);
      const tap = tapOf(begun);
      const events = readSse(Buffer.concat([begun, tap.closing(FAILURE)]));
      if (tap.terminal) return JSON.stringify(events) !== JSON.stringify(whole);
      const last = events.at(-1);
      const told = JSON.parse(last?.data ?? '{}') as { type?: string; error?: { message?: string } };
      return (
        last?.name !== 'error' ||
        told.type !== 'error' ||
        told.error?.message !== `gomodel-ts: ${FAILURE.message}` ||
        // An event that had begun may come as an error, and never as itself.
        events
          .slice(0, -1)
          .some(({ data }, index) => data !== whole[index]?.data && !data.includes('"type":"error"'))
      );
    });
    expect(wrong).toEqual([]);
  });

  it.each([0, 40, 700, 1200, BYTES.length - 70])('is an error to Anthropic’s own client: %i', async (cut) => {
    const begun = BYTES.subarray(0, cut);
    const body = Buffer.concat([begun, tapOf(begun).closing(FAILURE)]);
    await expect(readByClient(body)).rejects.toThrow(/the upstream closed/);
  });
});

describe('the end of such a stream', () => {
  const withEnd = (...events: string[]): AnswerSummary =>
    tapOf(Buffer.from([...MESSAGES_EVENTS.slice(0, -2), ...events].join(''))).summary;
  const stopped = (stop_reason: string): string => eventOf({ type: 'message_delta', delta: { stop_reason } });

  it.each([
    ['end_turn', 'completed'],
    ['stop_sequence', 'completed'],
    ['max_tokens', 'incomplete'],
    ['refusal', 'incomplete'],
  ])('by %s is %s', (reason, finish) => {
    expect(withEnd(stopped(reason), eventOf({ type: 'message_stop' }))).toMatchObject({ finish });
  });

  it('by an error is failed, in the provider’s own words', () => {
    const error = { type: 'overloaded_error', message: 'Overloaded' };
    expect(withEnd(eventOf({ type: 'error', error }))).toMatchObject({
      finish: 'failed',
      error: { code: 'overloaded_error', message: 'Overloaded' },
    });
  });
});

describe('the log’s view of a message', () => {
  it('is rebuilt from the events', () => {
    const { output } = collectOutput(BYTES, 'messages');
    expect(output).toMatchObject([{ role: 'assistant', content: MESSAGES_CONTENT }]);
    expect(output[0]).not.toHaveProperty('status');
  });

  it('says what had begun when it was cut', () => {
    const begun = MESSAGES_EVENTS.slice(0, 3).join('');
    expect(collectOutput(Buffer.from(begun), 'messages').output).toMatchObject([
      { status: 'incomplete', content: [{ type: 'thinking', thinking: 'Grüße – ', status: 'incomplete' }] },
    ]);
  });
});

it.each([
  ['/messages', 'messages'],
  ['/v1/messages?beta=true', 'messages'],
  ['/p/anthropic/v1/messages?beta=true', 'messages'],
  ['/p/deepseek/anthropic/v1/messages', 'messages'],
  ['/p/azure/openai/deployments/x/chat/completions?api-version=1', 'chat'],
  ['/p/openai/v1/responses', 'responses'],
  ['/v1/messages/count_tokens', undefined],
  ['/v1/threads/t/messages', undefined],
  ['/p/openai/v1/files?x=/messages', undefined],
])('of what is answered at %s, it reads %s', (path, api) => {
  expect(apiOfPath(path)).toBe(api);
});

const STREAMS: ReadonlyArray<readonly [name: string, events: number, finish: string, tools: string[]]> = [
  ['ai-sdk/anthropic/anthropic-clear-thinking.1.chunks.txt', 22, 'completed', []],
  ['ai-sdk/anthropic/anthropic-json-other-tool.1.chunks.txt', 13, 'completed', ['weather']],
  ['ai-sdk/anthropic/anthropic-refusal.chunks.txt', 4, 'incomplete', []],
  ['ai-sdk/anthropic/anthropic-text.chunks.txt', 12, 'completed', []],
  ['ai-sdk/anthropic/anthropic-tool-no-args.chunks.txt', 13, 'completed', ['updateIssueList']],
  ['ai-sdk/anthropic/anthropic-web-search-tool.1.chunks.txt', 120, 'completed', ['web_search']],
  ['gomodel/anthropic/messages_stream.txt', 7, 'completed', []],
];
const bytesOf = (name: string): Buffer =>
  name.endsWith('.chunks.txt') ? Buffer.from(recordedEvents(name).join('')) : readRecording(name);

describe('what Anthropic really sent', () => {
  it.each(STREAMS)('%s is read as its own client reads it', async (name, events, finish, tools) => {
    const bytes = bytesOf(name);
    const tap = tapOf(...Array.from(bytes, (byte) => Uint8Array.of(byte)));
    expect([tap.events, tap.skippedEvents, tap.terminal]).toEqual([events, 0, true]);
    const message = await readByClient(Buffer.concat([bytes, Buffer.from('\n')]));
    const { usage } = message;
    const cached = usage.cache_read_input_tokens ?? 0;
    expect(tap.summary).toMatchObject({
      finish,
      toolCalls: tools,
      model: message.model,
      responseId: message.id,
      usage: {
        inputTokens: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0),
        cachedInputTokens: cached,
        outputTokens: usage.output_tokens,
      },
    });
    const { output } = collectOutput(bytes, 'messages');
    const [rebuilt] = output as Anthropic.Message[];
    expect(rebuilt?.content.map(({ type }) => type)).toEqual(message.content.map(({ type }) => type));
    const textsOf = ({ content }: Anthropic.Message): string[] =>
      content.flatMap((block) => (block.type === 'text' ? block.text : []));
    expect(rebuilt && textsOf(rebuilt)).toEqual(textsOf(message));
  });

  it.each(STREAMS)('%s is the same at every split', (name, events) => {
    const bytes = bytesOf(name);
    const whole = JSON.stringify(tapOf(bytes).summary);
    // Of a long one, fewer places: the parts of an event repeat, and each place reads all of it.
    const step = bytes.length > 40_000 ? 41 : bytes.length > 10_000 ? 7 : 1;
    const wrong: number[] = [];
    for (let at = 0; at <= bytes.length; at += step) {
      const tap = tapOf(bytes.subarray(0, at), bytes.subarray(at));
      if (JSON.stringify(tap.summary) !== whole || tap.events !== events) wrong.push(at);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['gomodel/anthropic/messages_with_tools.json', 380, 65, ['get_weather']],
    ['ai-sdk/anthropic/anthropic-claude-opus-5-reasoning-high.1.json', 51, 1699, []],
  ])('%s, in one piece, is read', (name, inputTokens, outputTokens, toolCalls) => {
    expect(summarizeJsonAnswer(readRecording(name), 'messages')).toMatchObject({
      finish: 'completed',
      toolCalls,
      usage: { inputTokens, cachedInputTokens: 0, outputTokens },
    });
  });
});
