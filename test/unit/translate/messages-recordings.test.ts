import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { deepseekSpec } from '../../../src/providers/specs/deepseek.ts';
import type { AnswerWriter } from '../../../src/translate/answer-writer.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { geminiSpec } from '../../../src/translate/gemini/spec.ts';
import { createMessagesJson, createMessagesStream } from '../../../src/translate/messages/write-answer.ts';
import { responsesSpec } from '../../../src/translate/responses/spec.ts';
import { createToolNames } from '../../../src/translate/responses/tool-names.ts';
import type { DialectSpec } from '../../../src/translate/translation.ts';
import { readRecording, recordedEvents } from '../../support/streams/recordings.ts';
import { testSealer } from '../../support/translate/create-writer.ts';
import { createRecordSink, type Told } from '../../support/translate/record-sink.ts';

const chat = createChatSpec(deepseekSpec.chat);

const RECORDINGS: ReadonlyArray<readonly [name: string, spec: DialectSpec]> = [
  ['ai-sdk/deepseek/deepseek-reasoning.chunks.txt', chat],
  ['ai-sdk/deepseek/deepseek-tool-call.chunks.txt', chat],
  ['ai-sdk/openai-chat/openai-text.chunks.txt', chat],
  ['ai-sdk/openai-chat/xai-tool-call.chunks.txt', chat],
  ['gomodel/openai/chat_completion_stream.txt', chat],
  ['gomodel/xai/chat_completion_stream.txt', chat],
  ['ai-sdk/google/google-reasoning-gemini3.chunks.txt', geminiSpec],
  ['ai-sdk/google/google-tool-call-gemini3.chunks.txt', geminiSpec],
  ['gomodel/openai/responses_stream.txt', responsesSpec],
  ['ai-sdk/openai-responses/openai-client-tool-search.1.chunks.txt', responsesSpec],
  ['ai-sdk/openai-responses/openai-compaction.1.chunks.txt', responsesSpec],
  ['ai-sdk/openai-responses/openai-error.1.chunks.txt', responsesSpec],
  ['ai-sdk/openai-responses/openai-phase.1.chunks.txt', responsesSpec],
  ['ai-sdk/openai-responses/openai-reasoning-encrypted-content.1.chunks.txt', responsesSpec],
  ['ai-sdk/openai-responses/openai-web-search-tool.1.chunks.txt', responsesSpec],
];

const bytesOf = (name: string): Buffer =>
  name.includes('.chunks.') ? Buffer.from(recordedEvents(name).join('')) : readRecording(name);

const createWriter = (create: typeof createMessagesStream): AnswerWriter =>
  create({
    names: createToolNames(),
    sealer: testSealer,
    clock: { now: () => 1_763_769_600_000 },
    model: 'asked-for',
    thinking: 'shown',
  });

const translate = (
  spec: DialectSpec,
  pieces: Iterable<Uint8Array>,
  create = createMessagesStream,
): string => {
  const writer = createWriter(create);
  const reader = spec.createReader(writer.sink, true);
  let written = '';
  for (const piece of pieces) {
    reader.push(piece);
    written += writer.take();
  }
  reader.end();
  return written + writer.take() + writer.end();
};

/** Without what differs from run to run. */
const masked = (written: string): string =>
  written.replaceAll(/(msg|toolu)_[0-9A-Z]{26}/g, '$1_ID').replaceAll(/gm1\.[\w-]+/g, 'SEALED');

function* byLine(bytes: Buffer): Iterable<Uint8Array> {
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf('\n', from);
    const next = end === -1 ? bytes.length : end + 1;
    yield bytes.subarray(from, next);
    from = next;
  }
}

function* byByte(bytes: Buffer): Iterable<Uint8Array> {
  for (let place = 0; place < bytes.length; place++) yield bytes.subarray(place, place + 1);
}

const toldBy = (spec: DialectSpec, bytes: Buffer): Told[] => {
  const { sink, told } = createRecordSink();
  const reader = spec.createReader(sink, true);
  reader.push(bytes);
  reader.end();
  return told;
};

/** What Anthropic's own client makes of the stream. */
const readByClient = (stream: string): Promise<Anthropic.Message> => {
  const fetch = async () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
  const client = new Anthropic({ apiKey: 'k', baseURL: 'http://gateway.test', fetch, maxRetries: 0 });
  return client.messages
    .stream({ model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'x' }] })
    .finalMessage();
};

const textsOf = (message: Anthropic.Message, type: 'text' | 'thinking'): string =>
  message.content
    .map((block) => {
      if (block.type === 'text' && type === 'text') return block.text;
      return block.type === 'thinking' && type === 'thinking' ? block.thinking : '';
    })
    .join('');

describe.each(RECORDINGS)('the recording %s', (name, spec) => {
  const bytes = bytesOf(name);

  it("is read by Anthropic's own client as the provider told it", async () => {
    const told = toldBy(spec, bytes);
    const failed = told.find((entry) => 'fail' in entry);
    const answered = readByClient(translate(spec, [bytes]));
    if (failed !== undefined && 'fail' in failed) {
      await expect(answered).rejects.toThrow(failed.fail.message.slice(0, 40));
      return;
    }
    const message = await answered;
    const joined = (member: 'text' | 'reasoning'): string =>
      told.map((entry) => (member in entry ? (entry as Record<string, string>)[member] : '')).join('');
    expect(textsOf(message, 'text')).toBe(joined('text'));
    expect(textsOf(message, 'thinking')).toBe(joined('reasoning'));
    const calls = told.flatMap((entry) => ('call' in entry ? [entry.call] : []));
    const used = message.content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
    expect(used.map(({ name: tool, input }) => [tool, input])).toEqual(
      calls.map(({ name: tool, json }) => [tool, JSON.parse(json || '{}')]),
    );
    const usage = told.flatMap((entry) => ('usage' in entry ? [entry.usage] : [])).at(-1);
    const { input_tokens: input, output_tokens: output } = message.usage;
    const cached = message.usage.cache_read_input_tokens ?? 0;
    const written = message.usage.cache_creation_input_tokens ?? 0;
    expect([input + cached + written, output]).toEqual([usage?.inputTokens ?? 0, usage?.outputTokens ?? 0]);
    expect(message.stop_reason).toBe(calls.length > 0 ? 'tool_use' : 'end_turn');
  });

  it('is the same message as an object', async () => {
    const whole = translate(spec, [bytes]);
    const object = JSON.parse(translate(spec, [bytes], createMessagesJson)) as Record<string, unknown>;
    const message = await readByClient(whole).catch(() => undefined);
    if (message === undefined) return;
    // Of a stream's usage the client takes the members that it knows, and a cost is none of them.
    const { cost: _, ...counts } = object.usage as Record<string, unknown>;
    expect(JSON.parse(masked(JSON.stringify({ ...object, usage: counts })))).toEqual(
      JSON.parse(masked(JSON.stringify({ ...message, _request_id: undefined, parsed_output: undefined }))),
    );
  });

  it('is written alike, whole, by line and byte by byte', () => {
    const whole = masked(translate(spec, [bytes]));
    expect(masked(translate(spec, byLine(bytes)))).toBe(whole);
    expect(masked(translate(spec, byByte(bytes)))).toBe(whole);
  });
});
