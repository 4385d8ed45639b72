import { describe, expect, it } from 'vitest';
import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import { ANSWER_BOUNDS, boundAnswer } from '../../../src/translate/bound-answer.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { geminiSpec } from '../../../src/translate/gemini/spec.ts';
import type { DialectSpec } from '../../../src/translate/translation.ts';
import { createTestTranslate } from '../../support/translate/translating-fetch.ts';

const translate = createTestTranslate();
const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

const read = (
  spec: DialectSpec,
  body: string,
  { asks = true, sends = true, api = 'responses' as const } = {},
) => {
  const answer = translate({
    api,
    path: '/responses',
    body: Buffer.from(JSON.stringify({ model: 'm', input: 'hi', stream: asks, store: false })),
    model: 'm',
    spec,
  }).answer(200, sends ? 'text/event-stream' : 'application/json');
  const bytes = Buffer.from(body);
  const said: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 65_536) said.push(answer.push(bytes.subarray(at, at + 65_536)));
  said.push(answer.end());
  return Buffer.concat(said).toString();
};

const many = (count: number, make: (at: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, at) => make(at));
const chatCall = (at: number) => ({ index: at, id: `c${at}`, function: { name: 'shell', arguments: '{}' } });
const TOO_MANY = ANSWER_BOUNDS.calls + 1;

const FORMS = {
  'chat, streamed': (count: number) =>
    read(
      createChatSpec(),
      many(count, (at) => event({ choices: [{ index: 0, delta: { tool_calls: [chatCall(at)] } }] })).join(
        '',
      ) +
        event({ choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }) +
        'data: [DONE]\n\n',
    ),
  'chat, in one piece': (count: number) =>
    read(
      createChatSpec(),
      JSON.stringify({
        choices: [{ index: 0, message: { tool_calls: many(count, chatCall) }, finish_reason: 'tool_calls' }],
      }),
      { sends: false },
    ),
  'Messages, streamed': (count: number) =>
    read(
      createAnthropicSpec(),
      event({ type: 'message_start', message: { id: 'm', model: 'm', usage: {} } }) +
        many(
          count,
          (index) =>
            event({
              type: 'content_block_start',
              index,
              content_block: { type: 'tool_use', id: `c${index}`, name: 'shell', input: {} },
            }) + event({ type: 'content_block_stop', index }),
        ).join('') +
        event({ type: 'message_delta', delta: { stop_reason: 'tool_use' } }) +
        event({ type: 'message_stop' }),
    ),
  'Gemini, streamed': (count: number) =>
    read(
      geminiSpec,
      many(count, () =>
        event({ candidates: [{ content: { parts: [{ functionCall: { name: 'shell', args: {} } }] } }] }),
      ).join('') + event({ candidates: [{ content: { parts: [] }, finishReason: 'STOP' }] }),
    ),
  'Gemini, in one piece': (count: number) =>
    read(
      geminiSpec,
      JSON.stringify({
        candidates: [
          {
            content: { parts: many(count, () => ({ functionCall: { name: 'shell', args: {} } })) },
            finishReason: 'STOP',
          },
        ],
      }),
      { sends: false },
    ),
};

describe.each(Object.entries(FORMS))('M4: an answer of %s', (_, answer) => {
  it('passes with as many calls as are allowed', () => {
    expect(answer(ANSWER_BOUNDS.calls)).toContain('response.completed');
  });
  it.each([TOO_MANY, 40_000])('fails with %i calls, in words', (count) => {
    const said = answer(count);
    expect(said).not.toContain('response.completed');
    expect(said).toContain('response.failed');
    expect(said).toContain('upstream_invalid_answer');
    expect(said).toContain('more than 1,024 calls');
  });
});

it('M4: an object for a client that wants no stream tells of it as well', () => {
  const body = JSON.stringify({
    choices: [{ index: 0, message: { tool_calls: many(TOO_MANY, chatCall) }, finish_reason: 'tool_calls' }],
  });
  expect(JSON.parse(read(createChatSpec(), body, { asks: false, sends: false }))).toMatchObject({
    error: { code: 'upstream_invalid_answer' },
  });
});

describe('M4: each bound', () => {
  const bounds = { bodyBytes: 100, text: 10, callArguments: 5, allArguments: 8, calls: 2, items: 3 };
  const start = () => {
    const said: string[] = [];
    const note =
      (word: string) =>
      (...given: readonly unknown[]): void => {
        said.push([word, ...given.map((one) => (typeof one === 'string' ? one : ''))].join(' ').trim());
      };
    const bounded = boundAnswer(
      {
        begin: note('begin'),
        text: note('text'),
        refusal: note('refusal'),
        reasoning: note('reasoning'),
        reasoningState: note('state'),
        callBegin: note('call'),
        callArguments: note('arguments'),
        callEnd: note('end'),
        webSearch: note('search'),
        usage: note('usage'),
        finish: note('finish'),
        fail: ({ code }) => said.push(`fail ${code}`),
      },
      bounds,
    );
    return { said, ...bounded };
  };
  const FAILED = 'fail upstream_invalid_answer';

  it('of text', () => {
    const { said, sink } = start();
    sink.text('0123456789');
    sink.text('x');
    sink.text('y');
    sink.finish('stop');
    expect(said).toEqual(['text 0123456789', FAILED]);
  });
  it('of bytes', () => {
    const { said, takes } = start();
    expect([takes(100), takes(1), takes(1)]).toEqual([true, false, false]);
    expect(said).toEqual([FAILED]);
  });
  it("of one call's arguments", () => {
    const { said, sink } = start();
    sink.callBegin('a', { name: 'a' });
    sink.callArguments('a', '12345');
    sink.callArguments('a', '6');
    sink.callEnd('a');
    expect(said).toEqual(['call a', 'arguments a 12345', FAILED]);
  });
  it("of all calls' arguments", () => {
    const { said, sink } = start();
    sink.callArguments('a', '12345');
    sink.callArguments('b', '6789');
    expect(said).toEqual(['arguments a 12345', FAILED]);
  });
  it('of items that take turns', () => {
    const { said, sink } = start();
    sink.text('1');
    sink.reasoning('2');
    sink.text('3');
    sink.text('4');
    sink.reasoning('5');
    expect(said).toEqual(['text 1', 'reasoning 2', 'text 3', 'text 4', FAILED]);
  });
});
