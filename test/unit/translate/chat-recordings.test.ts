import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { readRecording, recordedEvents } from '../../support/streams/recordings.ts';
import { CHAT_EVENTS, CHAT_MESSAGE } from '../../support/streams/sample-streams.ts';
import { checkGrammar } from '../../support/translate/check-grammar.ts';
import {
  firstDifference,
  translateObject,
  translateStream,
} from '../../support/translate/translate-stream.ts';

const spec = createChatSpec({ thoughts: 'reasoning_content' });

interface Answer {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly (readonly [id: unknown, name: unknown, json: unknown])[];
  readonly usage: unknown;
}

const clientOf = (body: Buffer, type: string): OpenAI => {
  const fetch = async () => new Response(new Uint8Array(body), { headers: { 'content-type': type } });
  return new OpenAI({ apiKey: 'k', baseURL: 'http://localhost/v1', fetch });
};
const ASK = { model: 'm', messages: [{ role: 'user' as const, content: 'x' }] };

/** xAI counts reasoning beside the output; the Responses API within it. */
const usageOf = (usage: OpenAI.CompletionUsage | null | undefined) => {
  if (usage === null || usage === undefined) return null;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  return [
    usage.prompt_tokens,
    usage.prompt_tokens_details?.cached_tokens ?? 0,
    usage.total_tokens - usage.prompt_tokens,
    reasoning,
    usage.total_tokens,
  ];
};

/** What OpenAI's own client makes of a completion. */
const asClientReads = (completion: OpenAI.ChatCompletion, reasoning: string): Answer => {
  const message = completion.choices[0]?.message;
  const calls = (message?.tool_calls ?? []).map((call) =>
    call.type === 'function'
      ? ([call.id, call.function.name, call.function.arguments] as const)
      : (['', '', ''] as const),
  );
  return { text: message?.content ?? '', reasoning, calls, usage: usageOf(completion.usage) };
};

/** What our translation says, as one reads it from the Responses stream. */
const asTranslated = (written: string): Answer => {
  const { response } = checkGrammar(written);
  const of = (type: string) => response.output.filter((item) => item.type === type);
  const texts = (type: string, member: string) =>
    of(type)
      .flatMap((item) => item[member] as { text: string }[])
      .map(({ text }) => text)
      .join('');
  const usage = response.usage as Record<string, number> & Record<string, Record<string, number>>;
  return {
    text: texts('message', 'content'),
    reasoning: texts('reasoning', 'summary'),
    calls: of('function_call').map((item) => [item.call_id, item.name, item.arguments] as const),
    usage: usage && [
      usage.input_tokens,
      usage.input_tokens_details?.cached_tokens,
      usage.output_tokens,
      usage.output_tokens_details?.reasoning_tokens,
      usage.total_tokens,
    ],
  };
};

const readByClient = async (body: Buffer): Promise<Answer> => {
  const stream = clientOf(body, 'text/event-stream').chat.completions.stream(ASK);
  let reasoning = '';
  stream.on('chunk', (chunk) => {
    const delta = chunk.choices[0]?.delta as { reasoning_content?: string | null } | undefined;
    reasoning += delta?.reasoning_content ?? '';
  });
  return asClientReads(await stream.finalChatCompletion(), reasoning);
};

const STREAMS = [
  'ai-sdk/openai-chat/openai-text.chunks.txt',
  'ai-sdk/openai-chat/xai-tool-call.chunks.txt',
  'ai-sdk/deepseek/deepseek-reasoning.chunks.txt',
  'ai-sdk/deepseek/deepseek-tool-call.chunks.txt',
];
const RAW_STREAMS = ['openai', 'gemini', 'xai'].map((name) => `gomodel/${name}/chat_completion_stream.txt`);
const OBJECTS = [
  'ai-sdk/openai-chat/openai-text.json',
  'ai-sdk/openai-chat/xai-tool-call.json',
  'ai-sdk/deepseek/deepseek-reasoning.json',
  'ai-sdk/deepseek/deepseek-tool-call.json',
  'gomodel/openai/chat_with_tools.json',
  'gomodel/openai/chat_completion_reasoning.json',
  'gomodel/gemini/chat_completion.json',
  'gomodel/xai/chat_completion.json',
];

const SAMPLE = Buffer.from(CHAT_EVENTS.join(''));

describe('a stream of our own', () => {
  it('says what the official client reads from it', async () => {
    const read = await readByClient(SAMPLE);
    expect(read.text).toBe(CHAT_MESSAGE.content);
    expect(asTranslated(translateStream(spec, [SAMPLE]))).toEqual(read);
  });

  it('says the same wherever it is cut in two, and byte by byte', () => {
    const places = Array.from({ length: SAMPLE.length + 1 }, (_, place) => place);
    expect(firstDifference(spec, SAMPLE, places)).toBeUndefined();
  });

  it('says no last word where the provider did not, wherever it broke off', () => {
    const finish = SAMPLE.indexOf('"finish_reason":"tool_calls"');
    // Of the last event, only its blank line may be missing.
    const told = SAMPLE.indexOf('\n\n', finish);
    for (let place = 0; place < SAMPLE.length; place++) {
      const written = translateStream(spec, [SAMPLE.subarray(0, place)]);
      expect(written.includes('event: response.completed')).toBe(place >= told);
    }
  });
});

describe('a recorded stream says what the official client reads from it', () => {
  const bodies = [
    ...STREAMS.map(
      (name) => [name, () => Buffer.from(`${recordedEvents(name).join('')}data: [DONE]\n\n`)] as const,
    ),
    ...RAW_STREAMS.map((name) => [name, () => readRecording(name)] as const),
  ];
  it.each(bodies)('%s', async (_, load) => {
    const body = load();
    expect(asTranslated(translateStream(spec, [body]))).toEqual(await readByClient(body));
    const places = Array.from({ length: 24 }, (__, n) => Math.floor(((n + 0.5) * body.length) / 24));
    expect(firstDifference(spec, body, places)).toBeUndefined();
  });
});

describe('a recorded object says what the official client reads from it', () => {
  it.each(OBJECTS)('%s', async (name) => {
    const body = readRecording(name);
    const completion = await clientOf(body, 'application/json').chat.completions.create(ASK);
    const message = completion.choices[0]?.message as { reasoning_content?: string } | undefined;
    expect(asTranslated(translateObject(spec, body))).toEqual(
      asClientReads(completion, message?.reasoning_content ?? ''),
    );
  });
});
