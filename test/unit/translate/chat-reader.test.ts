import { describe, expect, it } from 'vitest';
import type { ChatQuirks } from '../../../src/translate/chat/quirks.ts';
import { readError } from '../../../src/translate/chat/read-error.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { chunkOf } from '../../support/streams/sample-streams.ts';
import { checkGrammar } from '../../support/translate/check-grammar.ts';
import { testSealer } from '../../support/translate/create-writer.ts';
import {
  firstDifference,
  translateObject,
  translateStream,
} from '../../support/translate/translate-stream.ts';

const delta = (members: object, reason: string | null = null): string =>
  chunkOf({ id: 'c', model: 'm', choices: [{ index: 0, delta: members, finish_reason: reason }] });
const calls = (...list: object[]): string => delta({ tool_calls: list });
const DONE = 'data: [DONE]\n\n';

/** Reads a stream whole and, to hold it against that, cut at every place. */
const read = (events: readonly string[], quirks: ChatQuirks = {}) => {
  const spec = createChatSpec(quirks);
  const body = Buffer.from(events.join(''));
  const places = Array.from({ length: body.length }, (_, place) => place).filter((place) => place % 3 === 0);
  expect(firstDifference(spec, body, places)).toBeUndefined();
  return checkGrammar(translateStream(spec, [body])).response;
};
const callsOf = (events: readonly string[]) =>
  read([...events, delta({}, 'tool_calls'), DONE]).output.map((item) => [
    item.call_id,
    item.name,
    item.arguments,
  ]);

describe('calls', () => {
  it('may come in one piece, without an index', () => {
    const one = { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } };
    const two = { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } };
    const expected = [
      ['a', 'f', '{"x":1}'],
      ['b', 'g', '{}'],
    ];
    expect(callsOf([calls(one, two)])).toEqual(expected);
    expect(callsOf([calls(one), calls(two)])).toEqual(expected);
  });

  it('may all have the same index, and differ by their ids', () => {
    expect(
      callsOf([
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x"' } }),
        calls({ index: 0, function: { arguments: ':1}' } }),
        calls({ index: 0, id: 'b', function: { name: 'f', arguments: '{}' } }),
      ]),
    ).toEqual([
      ['a', 'f', '{"x":1}'],
      ['b', 'f', '{}'],
    ]);
  });

  it('may repeat id and name in every delta, and grow in turns', () => {
    expect(
      callsOf([
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{' } }),
        calls({ index: 1, id: 'b', function: { name: 'g', arguments: '' } }),
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '}' } }),
        calls({ index: 1, id: '', function: { name: null, arguments: '{"y":2}' } }),
      ]),
    ).toEqual([
      ['a', 'f', '{}'],
      ['b', 'g', '{"y":2}'],
    ]);
  });

  it('may give the name late, the arguments as an object, or be of the form before there were several', () => {
    expect(
      callsOf([
        calls({ index: 0, id: 'a', function: { arguments: '{"x"' } }),
        calls({ index: 0, function: { name: 'f', arguments: ':1}' } }),
        calls({ index: 1, id: 'b', function: { name: 'g', arguments: { y: 2 } } }),
      ]),
    ).toEqual([
      ['a', 'f', '{"x":1}'],
      ['b', 'g', '{"y":2}'],
    ]);
    const [legacy] = callsOf([
      delta({ function_call: { name: 'f', arguments: '{"x"' } }),
      delta({ function_call: { arguments: ':1}' } }),
    ]);
    expect(legacy?.slice(1)).toEqual(['f', '{"x":1}']);
  });
});

describe('thoughts', () => {
  const stateOf = (events: readonly string[], quirks: ChatQuirks) => {
    const { output } = read([...events, delta({ content: 'ok' }), delta({}, 'stop'), DONE], quirks);
    const thoughts = output.filter(({ type }) => type === 'reasoning');
    return thoughts.map(({ summary, encrypted_content: sealed }) => ({
      text: (summary as { text: string }[]).map(({ text }) => text).join(''),
      data: typeof sealed === 'string' ? testSealer.openReasoning(sealed)?.data : undefined,
    }));
  };

  it.each([
    [
      'reasoning_content',
      [delta({ reasoning_content: 'Hm' }), delta({ reasoning_content: 'm.', content: null })],
    ],
    ['reasoning', [delta({ reasoning: 'Hm', content: '' }), delta({ reasoning: 'm.' })]],
  ])('named %s are told as they come, and kept for their provider', (member, events) => {
    const data = { text: 'Hmm.', member };
    expect(stateOf(events, { thoughts: 'same' })).toEqual([{ text: 'Hmm.', data }]);
    expect(stateOf(events, {})).toEqual([{ text: 'Hmm.', data: undefined }]);
  });

  it('may be parts of the content (Mistral)', () => {
    const thinking = (text: string) => [{ type: 'thinking', thinking: [{ type: 'text', text }] }];
    const events = [delta({ content: thinking('Hm') }), delta({ content: thinking('m.') })];
    expect(stateOf(events, {})).toEqual([{ text: 'Hmm.', data: undefined }]);
  });

  it('of OpenRouter keep their details, joined as they were streamed, also those that come after the text', () => {
    const format = 'anthropic-claude-v1';
    const text = (words: string) => ({ type: 'reasoning.text', text: words, format, index: 0 });
    const encrypted = { type: 'reasoning.encrypted', data: 'e', id: 'r', format, index: 1 };
    const events = [
      delta({ reasoning: 'Hm', reasoning_details: [text('Hm')] }),
      delta({ reasoning: 'm.', reasoning_details: [text('m.')] }),
      delta({ reasoning_details: [{ type: 'reasoning.text', signature: 's', format, index: 0 }] }),
      delta({ content: 'So: ' }),
      delta({ reasoning_details: [encrypted] }),
    ];
    const [first, second] = stateOf(events, { thoughts: 'reasoning_details' });
    expect(first).toEqual({
      text: 'Hmm.',
      data: { text: 'Hmm.', member: 'reasoning', details: [{ ...text('Hmm.'), signature: 's' }] },
    });
    expect(second).toMatchObject({ text: '', data: { details: [encrypted] } });
  });
});

describe('thoughts between tags', () => {
  const told = (pieces: readonly string[], quirks: ChatQuirks = { thinkTags: true }) => {
    const events = [...pieces.map((content) => delta({ content })), delta({}, 'stop'), DONE];
    const body = Buffer.from(events.join(''));
    const { output } = checkGrammar(translateStream(createChatSpec(quirks), [body])).response;
    return output.map(({ type, summary, content }) => [
      type,
      ((summary ?? content) as { text: string }[]).map(({ text }) => text).join(''),
    ]);
  };
  const whole = '\n<think>Is 1 </ 2?</think>\n\nYes: <think> is a tag.';
  const expected = [
    ['reasoning', 'Is 1 </ 2?'],
    ['message', 'Yes: <think> is a tag.'],
  ];

  it('are thoughts at the beginning of the text alone, wherever it is cut', () => {
    expect(told([...whole])).toEqual(expected);
    for (let cut = 0; cut <= whole.length; cut++) {
      expect(told([whole.slice(0, cut), whole.slice(cut)])).toEqual(expected);
    }
  });

  it('are the words of the model where its server tells of thoughts itself', () => {
    expect(told([whole], {})).toEqual([['message', whole]]);
  });

  it.each([
    ['<thin', [['message', '<thin']]],
    ['<b>x</b>', [['message', '<b>x</b>']]],
    ['<think>never ended </thi', [['reasoning', 'never ended </thi']]],
  ])('may not be what they seem: %s', (text, items) => {
    expect(told([...text])).toEqual(items);
  });
});

describe('the end', () => {
  const ends = (reason: string) => read([delta({ content: 'x' }), delta({}, reason), DONE]);

  it.each(['length', 'max_tokens', 'model_length'])('%s is a limit', (reason) => {
    expect(ends(reason)).toMatchObject({ incomplete_details: { reason: 'max_output_tokens' } });
  });
  it.each(['content_filter', 'sensitive'])('%s is a filter', (reason) => {
    expect(ends(reason)).toMatchObject({ incomplete_details: { reason: 'content_filter' } });
  });
  it.each(['error', 'network_error', 'insufficient_system_resource'])('%s is a failure', (reason) => {
    expect(ends(reason)).toMatchObject({ status: 'failed', error: { code: reason } });
  });
  it('may be a [DONE] alone, or a reason without a [DONE]', () => {
    expect(read([delta({ content: 'x' }), DONE]).status).toBe('completed');
    expect(read([delta({ content: 'x' }), delta({}, 'stop')]).status).toBe('completed');
  });
  it('brings usage in whatever place a provider has for it', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, prompt_cache_hit_tokens: 1 };
    for (const last of [
      chunkOf({ choices: [], usage }),
      chunkOf({ choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }] }),
      chunkOf({ choices: [], x_groq: { id: 'r', usage } }),
    ]) {
      expect(read([delta({ content: 'x' }, 'stop'), last, DONE]).usage).toMatchObject({
        input_tokens: 3,
        input_tokens_details: { cached_tokens: 1 },
        output_tokens: 2,
        total_tokens: 5,
      });
    }
  });
  it('is the first choice alone', () => {
    const other = chunkOf({ choices: [{ index: 1, delta: { content: 'other' }, finish_reason: 'length' }] });
    expect(read([delta({ content: 'x' }), other, delta({}, 'stop'), DONE])).toMatchObject({
      status: 'completed',
      output: [{ content: [{ text: 'x' }] }],
    });
  });
});

describe('an error in mid-stream', () => {
  it.each([
    [
      'OpenRouter',
      { error: { code: 502, message: 'Provider returned error' }, choices: [{ finish_reason: 'error' }] },
    ],
    ['vLLM', { object: 'error', message: 'Provider returned error', type: 'BadRequestError', code: 502 }],
  ])('of %s is a failure with its words', (_, error) => {
    expect(
      read([delta({ content: 'x' }), chunkOf(error), delta({ content: 'y' }, 'stop'), DONE]),
    ).toMatchObject({
      status: 'failed',
      error: { code: '502', message: 'Provider returned error' },
    });
  });

  it('is one in an answer of one object too', () => {
    const body = Buffer.from(JSON.stringify({ error: { message: 'No capacity', type: 'overloaded' } }));
    expect(checkGrammar(translateObject(createChatSpec(), body)).response).toMatchObject({
      status: 'failed',
      error: { code: 'overloaded', message: 'No capacity' },
    });
  });
});

describe('an error answer', () => {
  const said = (body: unknown) =>
    readError(400, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

  it.each([
    [
      { error: { message: 'No', type: 't', code: 'c', param: null } },
      { message: 'No', type: 't', code: 'c' },
    ],
    [
      { code: 'invalid', error: 'Model x does not support y' },
      { message: 'Model x does not support y', code: 'invalid' },
    ],
    [
      { object: 'error', message: 'No', type: 'invalid_request_message_order', code: '3230' },
      { message: 'No', code: '3230' },
    ],
    [
      { detail: [{ loc: ['body', 'model'], msg: 'field required' }] },
      { message: 'body.model: field required' },
    ],
    [{ detail: 'Not found' }, { message: 'Not found' }],
    [
      [{ error: { code: 429, message: 'Quota', status: 'RESOURCE_EXHAUSTED' } }],
      { message: 'Quota', code: '429' },
    ],
    [{ message: 'Unauthorized' }, { message: 'Unauthorized' }],
    [
      {
        error: {
          code: 400,
          message: 'Provider returned error',
          metadata: { raw: '{"error":{"message":"too long"}}' },
        },
      },
      { message: 'Provider returned error: too long', code: '400' },
    ],
    ['<html>Bad gateway</html>', { message: '<html>Bad gateway</html>' }],
    ['', { message: 'the provider answered 400 without a word' }],
  ])('%j is read', (body, expected) => {
    expect(said(body)).toEqual(expected);
  });
});
