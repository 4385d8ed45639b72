import fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { AnswerSink } from '../../../src/translate/answer-sink.ts';
import { checkGrammar } from '../../support/translate/check-grammar.ts';
import { createWriter, testSealer } from '../../support/translate/create-writer.ts';

const write = (tell: (sink: AnswerSink) => void, request?: Record<string, unknown>) => {
  const writer = createWriter('stream', request);
  tell(writer.sink);
  return writer.take() + writer.end();
};
const check = (tell: (sink: AnswerSink) => void) => checkGrammar(write(tell));

const PATCH = '*** Begin Patch\n+"ä🎉" \\ \u2028\n*** End Patch\n';
const STATE = { dialect: 'chat' as const, data: { reasoning_content: 'Let me see.' } };

const wholeAnswer = (sink: AnswerSink): void => {
  sink.begin({ id: 'chatcmpl-1', model: 'real-model' });
  sink.reasoning('Let me ');
  sink.reasoning('see.');
  sink.reasoningState(STATE);
  sink.text('Hello ');
  sink.text('there');
  sink.callBegin('0', { callId: 'call_a', name: 'exec_command' });
  sink.callBegin('1', { callId: 'call_b', name: 'apply_patch' });
  sink.callArguments('0', '{"cmd":');
  sink.callArguments('1', JSON.stringify({ input: PATCH }).slice(0, 20));
  sink.callArguments('0', '"ls"}');
  sink.callArguments('1', JSON.stringify({ input: PATCH }).slice(20));
  sink.callBegin('2', { callId: 'call_c', name: 'agents__spawn' });
  sink.callBegin('3', { callId: 'call_d', name: 'tool_search' });
  sink.callArguments('3', '{"query":"x"}');
  sink.usage({ inputTokens: 10, cachedInputTokens: 8 });
  sink.usage({ outputTokens: 5, reasoningTokens: 3 });
  sink.finish('calls');
};

describe('an answer with everything', () => {
  it('is told in the grammar of the Responses API', () => {
    const { types, done, response } = check(wholeAnswer);
    expect(done).toMatchObject([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Let me see.' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello there' }] },
      { type: 'function_call', call_id: 'call_a', name: 'exec_command', arguments: '{"cmd":"ls"}' },
      { type: 'custom_tool_call', call_id: 'call_b', name: 'apply_patch', input: PATCH },
      { type: 'function_call', call_id: 'call_c', name: 'spawn', namespace: 'agents', arguments: '{}' },
      { type: 'tool_search_call', call_id: 'call_d', execution: 'client', arguments: { query: 'x' } },
    ]);
    expect(testSealer.openReasoning(String(done[0]?.encrypted_content))).toEqual(STATE);
    expect(response).toMatchObject({ status: 'completed', model: 'real-model', incomplete_details: null });
    expect(response.usage).toEqual({
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 8, cache_write_tokens: 0 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 15,
    });
    expect(types.filter((type) => type === 'response.custom_tool_call_input.delta')).toHaveLength(2);
  });

  it('is understood by the official client, as a stream and as an object', async () => {
    const ask = async (body: string, type: string) => {
      const fetch = async () => new Response(body, { headers: { 'content-type': type } });
      return new OpenAI({ apiKey: 'k', baseURL: 'http://localhost/v1', fetch }).responses;
    };
    const stream = write(wholeAnswer);
    const streamed = (await ask(stream, 'text/event-stream')).stream({ model: 'm', input: 'x' });
    const heard: string[] = [];
    for await (const event of streamed)
      if (event.type === 'response.output_text.delta') heard.push(event.delta);
    const final = await streamed.finalResponse();
    expect(heard.join('')).toBe('Hello there');
    expect(final.output_text).toBe('Hello there');
    expect(final.output.map(({ type }) => type)).toEqual(
      checkGrammar(stream).response.output.map(({ type }) => type),
    );

    const writer = createWriter('json');
    wholeAnswer(writer.sink);
    expect(writer.take()).toBe('');
    const object = await (await ask(writer.end(), 'application/json')).create({ model: 'm', input: 'x' });
    expect(object.output_text).toBe('Hello there');
    expect(object.usage?.total_tokens).toBe(15);
    expect(object.output).toHaveLength(6);
  });

  it('repeats what the request said of itself', () => {
    const request = {
      metadata: { a: 'b' },
      temperature: 0,
      parallel_tool_calls: false,
      tools: [{}],
      shiny: 1,
    };
    const { response } = checkGrammar(write(wholeAnswer, request));
    expect(response).toMatchObject({ metadata: { a: 'b' }, temperature: 0, parallel_tool_calls: false });
    expect(response).toMatchObject({ tools: [], tool_choice: 'auto', truncation: 'disabled' });
    expect(response).not.toHaveProperty('shiny');
  });
});

describe('how an answer ends', () => {
  it.each([
    ['length', 'max_output_tokens'],
    ['filter', 'content_filter'],
  ] as const)('%s is incomplete, with its reason', (reason, expected) => {
    const { response, done } = check((sink) => {
      sink.text('Half a');
      sink.finish(reason);
    });
    expect(response).toMatchObject({ status: 'incomplete', incomplete_details: { reason: expected } });
    expect(done).toMatchObject([{ type: 'message', status: 'incomplete' }]);
  });

  it('a call that was cut off by a limit is never told as done, one that is whole is', () => {
    const { response, done } = check((sink) => {
      sink.callBegin('0', { callId: 'a', name: 'exec_command' });
      sink.callArguments('0', '{}');
      sink.callBegin('1', { callId: 'b', name: 'apply_patch' });
      sink.callArguments('1', '{"input":"*** Begin Patch\\n*** Delete');
      sink.finish('length');
    });
    expect(done).toMatchObject([{ type: 'function_call', status: 'completed' }]);
    expect(response.output).toMatchObject([
      { type: 'function_call' },
      { type: 'custom_tool_call', status: 'incomplete', input: '*** Begin Patch\n*** Delete' },
    ]);
  });

  it('an error in mid-stream is a failure with the words of the provider', () => {
    const { response } = check((sink) => {
      sink.text('Hel');
      sink.callBegin('0', { callId: 'a', name: 'exec_command' });
      sink.fail({ code: 'overloaded_error', message: 'Overloaded' });
      sink.callArguments('0', '{}');
      sink.callEnd('0');
      sink.text('lo');
      sink.finish('stop');
    });
    expect(response).toMatchObject({
      status: 'failed',
      error: { code: 'overloaded_error', message: 'Overloaded' },
    });
  });

  it('a stream that was cut says nothing of its own; an object that was cut says so', () => {
    const stream = createWriter('stream');
    stream.sink.text('Hel');
    expect(stream.take()).toContain('"delta":"Hel"');
    expect(stream.end()).toBe('');
    const object = createWriter('json');
    object.sink.text('Hel');
    expect(JSON.parse(object.end())).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_answer_unreadable' },
    });
  });

  it('usage that nobody counted is null, not zero', () => {
    expect(check((sink) => sink.finish('stop')).response).toMatchObject({ usage: null, output: [] });
  });
});

it('a refusal is a part of its own, in the message that it is in', () => {
  const { done } = check((sink) => {
    sink.text('Well, ');
    sink.refusal("I can't");
    sink.refusal(' do that');
    sink.finish('stop');
  });
  expect(done).toMatchObject([
    { content: [{ type: 'output_text' }, { type: 'refusal', refusal: "I can't do that" }] },
  ]);
});

it('a search of the provider is an item', () => {
  const { done, types } = check((sink) => {
    sink.webSearch('news');
    sink.text('Nothing new');
    sink.finish('stop');
  });
  expect(done[0]).toMatchObject({ type: 'web_search_call', action: { type: 'search', query: 'news' } });
  expect(types).toContain('response.web_search_call.searching');
});

it('a state without a thought is an item of its own, and ends the thought before it', () => {
  const { done } = check((sink) => {
    sink.reasoningState(STATE);
    sink.reasoning('a');
    sink.reasoningState(STATE);
    sink.reasoning('b');
    sink.finish('stop');
  });
  expect(done.map(({ type, summary }) => [type, summary])).toEqual([
    ['reasoning', []],
    ['reasoning', [{ type: 'summary_text', text: 'a' }]],
    ['reasoning', [{ type: 'summary_text', text: 'b' }]],
  ]);
});

it('calls without an id, or with one that was given before, get one of their own', () => {
  const { done } = check((sink) => {
    for (const [place, callId] of ['x', 'x', ''].entries()) {
      sink.callBegin(String(place), { callId, name: 'exec_command' });
    }
    sink.callBegin('3', { name: 'exec_command' });
    sink.finish('calls');
  });
  const ids = done.map((item) => item.call_id);
  expect(ids[0]).toBe('x');
  expect(new Set(ids).size).toBe(4);
});

/** A text cut into pieces at places of its own. */
const pieces = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 40 }), fc.array(fc.nat(40), { maxLength: 4 }))
  .map(([text, cuts]) => {
    const places = [0, ...cuts.sort((one, other) => one - other), text.length];
    return places.slice(1).map((end, place) => text.slice(places[place], end));
  });
const told = fc.oneof(
  fc.record({ kind: fc.constantFrom('text', 'refusal', 'reasoning'), pieces }),
  fc.record({ kind: fc.constant('state') }),
  fc.record({ kind: fc.constant('search') }),
  fc.record({ kind: fc.constantFrom('exec_command', 'apply_patch'), pieces, ends: fc.boolean() }),
);

it('whatever a provider tells, in whatever order and pieces, is told in the grammar and whole', () => {
  fc.assert(
    fc.property(
      fc.array(told, { maxLength: 8 }),
      fc.constantFrom('stop', 'calls', 'length'),
      (list, reason) => {
        const texts: string[] = [];
        const stream = write((sink) => {
          for (const [place, thing] of list.entries()) {
            if (thing.kind === 'state') sink.reasoningState(STATE);
            else if (thing.kind === 'search') sink.webSearch(undefined);
            else if ('ends' in thing) {
              const input = thing.pieces.join('');
              const json = JSON.stringify({ input });
              sink.callBegin(String(place), { name: thing.kind });
              for (const character of json) sink.callArguments(String(place), character);
              if (thing.ends) sink.callEnd(String(place));
              texts.push(thing.kind === 'apply_patch' ? input : json);
            } else if ('pieces' in thing) {
              const kind = thing.kind as 'text' | 'refusal' | 'reasoning';
              for (const piece of thing.pieces) sink[kind](piece);
              texts.push(thing.pieces.join(''));
            }
          }
          sink.finish(reason as 'stop');
        });
        const { response } = checkGrammar(stream);
        const said = JSON.stringify(response.output);
        for (const text of texts) expect(said).toContain(JSON.stringify(text).slice(1, -1));
      },
    ),
    { numRuns: 300 },
  );
});
