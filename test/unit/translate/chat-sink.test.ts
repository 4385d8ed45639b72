import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { AnswerSink } from '../../../src/translate/answer-sink.ts';
import { readChatRequest } from '../../../src/translate/chat/read-request.ts';
import { createChatJson, createChatStream } from '../../../src/translate/chat/write-answer.ts';
import { testNames, testSealer } from '../../support/translate/create-writer.ts';

const deps = {
  names: testNames(),
  sealer: testSealer,
  clock: { now: () => 1_763_769_600_000 },
  model: 'asked-for',
};
const STATE = { dialect: 'anthropic' as const, data: { signature: 's' } };
const ASK = { model: 'm', messages: [{ role: 'user' as const, content: 'x' }] };

const clientOf = (body: string, type: string): OpenAI => {
  const fetch = async () => new Response(body, { headers: { 'content-type': type } });
  return new OpenAI({ apiKey: 'k', baseURL: 'http://localhost/v1', fetch, maxRetries: 0 });
};
const asStream = (tell: (sink: AnswerSink) => void, includeUsage = true) => {
  const writer = createChatStream(deps, { includeUsage });
  tell(writer.sink);
  const body = writer.take() + writer.end();
  return { body, client: clientOf(body, writer.contentType) };
};
const asObject = (tell: (sink: AnswerSink) => void) => {
  const writer = createChatJson(deps);
  tell(writer.sink);
  expect(writer.take()).toBe('');
  const body = writer.end();
  return { body, client: clientOf(body, writer.contentType) };
};

const wholeAnswer = (sink: AnswerSink): void => {
  sink.begin({ id: 'msg_1', model: 'real-model' });
  sink.reasoning('Hm');
  sink.reasoning('m.');
  sink.reasoningState(STATE);
  sink.text('Hello \ud83d');
  sink.text('\ude00');
  sink.callBegin('0', { callId: 'call_a', name: 'exec_command' });
  sink.callBegin('1', { name: 'exec_command' });
  sink.callArguments('1', '{"cmd":');
  sink.callArguments('0', '{"cmd":"ls"}');
  sink.callArguments('1', '"pwd"}');
  sink.callEnd('0');
  sink.callBegin('2', { callId: 'call_c', name: 'exec_command' });
  sink.usage({ inputTokens: 10, cachedInputTokens: 8, outputTokens: 5, reasoningTokens: 3 });
  sink.finish('stop');
};
const USAGE = {
  prompt_tokens: 10,
  completion_tokens: 5,
  total_tokens: 15,
  prompt_tokens_details: { cached_tokens: 8, cache_write_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 3 },
};

describe('an answer as a chat completion', () => {
  it('is the same as a stream and as an object, as the official client reads them', async () => {
    const stream = asStream(wholeAnswer);
    expect(stream.body.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(stream.body).not.toMatch(/\\ud83d(?!\\ude00)/);
    const streamed = await stream.client.chat.completions.stream(ASK).finalChatCompletion();
    const whole = await asObject(wholeAnswer).client.chat.completions.create(ASK);
    for (const { model, usage, choices } of [streamed, whole]) {
      expect({ model, usage }).toEqual({ model: 'real-model', usage: USAGE });
      expect(choices[0]).toMatchObject({
        finish_reason: 'tool_calls',
        message: {
          role: 'assistant',
          content: 'Hello 😀',
          tool_calls: [
            { id: 'call_a', type: 'function', function: { name: 'exec_command', arguments: '{"cmd":"ls"}' } },
            { function: { name: 'exec_command', arguments: '{"cmd":"pwd"}' } },
            { id: 'call_c', function: { name: 'exec_command', arguments: '{}' } },
          ],
        },
      });
      expect(choices[0]?.message.tool_calls?.[1]?.id).toMatch(/^call_\w+_1$/);
    }
  });

  it('gives back the thought and its state, as a client that knows them sends them on', async () => {
    const { choices } = await asObject(wholeAnswer).client.chat.completions.create(ASK);
    const { ask, losses } = readChatRequest(
      { messages: [choices[0]?.message] },
      { model: 'm', sealer: testSealer },
    );
    expect(ask.items[0]).toEqual({ kind: 'reasoning', text: 'Hmm.', state: STATE });
    expect(ask.items.map(({ kind }) => kind)).toEqual(['reasoning', 'message', 'call', 'call', 'call']);
    expect(losses).toEqual([]);
  });

  it('tells of usage only where it is asked for', () => {
    expect(asStream(wholeAnswer, false).body).not.toContain('usage');
  });

  it('turns the calls of a custom tool back into raw input', async () => {
    const patch = '*** Begin Patch\n"é"\n*** End Patch';
    const tell = (sink: AnswerSink): void => {
      sink.callBegin('0', { callId: 'c', name: 'apply_patch' });
      for (const character of JSON.stringify({ input: patch })) sink.callArguments('0', character);
      sink.finish('calls');
    };
    const { choices } = await asObject(tell).client.chat.completions.create(ASK);
    const call = { id: 'c', type: 'custom', custom: { name: 'apply_patch', input: patch } };
    expect(choices[0]?.message).toMatchObject({ content: null, tool_calls: [call] });
    const { ask } = readChatRequest({ messages: [choices[0]?.message] }, { model: 'm', sealer: testSealer });
    expect(ask.items).toEqual([
      { kind: 'call', callId: 'c', name: 'apply_patch', json: JSON.stringify({ input: patch }) },
    ]);
  });

  it.each([
    ['length', 'length'],
    ['filter', 'content_filter'],
    ['stop', 'stop'],
  ] as const)('that ends by %s says %s', async (reason, expected) => {
    const tell = (sink: AnswerSink): void => {
      sink.refusal('No.');
      sink.finish(reason);
    };
    const { choices } = await asObject(tell).client.chat.completions.create(ASK);
    expect(choices[0]).toMatchObject({ finish_reason: expected, message: { content: null, refusal: 'No.' } });
  });

  it('that fails in mid-stream throws the words of the provider at the client', async () => {
    const { client } = asStream((sink) => {
      sink.text('Hel');
      sink.fail({ code: 'overloaded_error', message: 'Overloaded' });
      sink.text('lo');
    });
    const reading = client.chat.completions.stream(ASK).finalChatCompletion();
    await expect(reading).rejects.toThrow(/Overloaded/);
  });

  it('that broke off says nothing of its own in a stream, and that it broke off in an object', () => {
    const tell = (sink: AnswerSink): void => sink.text('Hel');
    expect(asStream(tell).body).not.toMatch(/DONE|error/);
    expect(JSON.parse(asObject(tell).body)).toMatchObject({ error: { code: 'upstream_answer_unreadable' } });
  });
});

describe('a request of chat completions', () => {
  const read = (request: Record<string, unknown>) =>
    readChatRequest(request, { model: 'm', sealer: testSealer });

  it('is read with its tools, files, results and options', () => {
    const { ask, losses } = read({
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image_url', image_url: { url: 'https://x/y.png', detail: 'low' } },
            { type: 'file', file: { file_data: 'data:application/pdf;base64,AA==', filename: 'a.pdf' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c', content: [{ type: 'text', text: 'done' }] },
      ],
      tools: [
        { type: 'function', function: { name: 'run', strict: true } },
        {
          type: 'custom',
          custom: {
            name: 'sql',
            format: { type: 'grammar', grammar: { syntax: 'regex', definition: 'SELECT' } },
          },
        },
      ],
      tool_choice: { type: 'function', function: { name: 'run' } },
      response_format: { type: 'json_schema', json_schema: { name: 'plan', schema: { type: 'object' } } },
      reasoning_effort: 'high',
      max_completion_tokens: 5,
      stop: 'END',
      stream: true,
      modalities: ['text'],
    });
    expect(losses).toEqual([]);
    expect(ask).toMatchObject({
      items: [
        { role: 'developer', parts: [{ text: 'Be brief.' }] },
        {
          role: 'user',
          parts: [
            { text: 'See' },
            { kind: 'image', url: 'https://x/y.png', detail: 'low' },
            { kind: 'file', url: 'data:application/pdf;base64,AA==', name: 'a.pdf' },
          ],
        },
        { kind: 'result', callId: 'c', parts: [{ text: 'done' }] },
      ],
      tools: [
        { name: 'run', strict: true },
        { name: 'sql', description: expect.stringContaining('SELECT') },
      ],
      toolChoice: { kind: 'tool', name: 'run' },
      format: { kind: 'schema', name: 'plan' },
      effort: 'high',
      wantsReasoning: true,
      maxOutputTokens: 5,
      stop: ['END'],
      stream: true,
    });
  });

  it('lists what cannot be carried', () => {
    const { losses } = read({
      messages: [
        { role: 'user', content: [{ type: 'input_audio', input_audio: {} }] },
        { role: 'ghost', content: 'x' },
      ],
      n: 3,
      logprobs: true,
      modalities: ['text', 'audio'],
      functions: [],
      frequency_penalty: 0,
    });
    expect(losses).toEqual(['input_audio part', 'role ghost', 'n', 'logprobs', 'modalities', 'functions']);
  });
});
