import { describe, expect, it } from 'vitest';
import type { Api } from '../../../src/sse/answer-summary.ts';
import { createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { geminiSpec } from '../../../src/translate/gemini/spec.ts';
import { checkGrammar } from '../../support/translate/check-grammar.ts';
import { translateStream } from '../../support/translate/translate-stream.ts';

const sse = (...events: object[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

const chunk = (id: string, delta: object, finish_reason: string | null = null): object => ({
  id,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
});
const OPENING = { role: 'assistant', content: '' };

const chatBegin = (id: string): string => sse(chunk(id, OPENING));
const chatText = (id: string, ...texts: string[]): string =>
  sse(...texts.map((content) => chunk(id, { content })));
const chatEnd = (id: string): string => `${sse(chunk(id, {}, 'stop'))}data: [DONE]\n\n`;

const start = (id: string): object => ({ type: 'message_start', message: { id, model: 'm', content: [] } });
const block = (index: number, text: string): object[] => [
  { type: 'content_block_start', index, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index, delta: { type: 'text_delta', text } },
];
const messageEnd = [
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
  { type: 'message_stop' },
];

const gemini = (responseId: string, text: string, finishReason?: string): object => ({
  responseId,
  candidates: [{ content: { parts: [{ text }] }, ...(finishReason && { finishReason }) }],
});

const SPLICED: [string, Parameters<typeof translateStream>[0], Api, string][] = [
  [
    'chat completions, with another id',
    createChatSpec(),
    'chat',
    chatBegin('a') + chatText('a', 'Hel') + chatBegin('b') + chatText('b', 'Hello') + chatEnd('b'),
  ],
  [
    'chat completions, with the same id',
    createChatSpec(),
    'chat',
    chatBegin('a') + chatText('a', 'Hel') + chatBegin('a') + chatText('a', 'Hello') + chatEnd('a'),
  ],
  [
    "Anthropic's Messages",
    createAnthropicSpec(),
    'messages',
    sse(start('a'), ...block(0, 'Hel'), start('b'), ...block(0, 'Hello'), ...messageEnd),
  ],
  ['Gemini', geminiSpec, 'gemini', sse(gemini('a', 'Hel'), gemini('b', 'Hel'), gemini('b', 'lo', 'STOP'))],
];

describe('K2: a stream that holds two answers', () => {
  it.each(SPLICED)('of %s fails', (_title, spec, _api, body) => {
    const { response } = checkGrammar(translateStream(spec, [Buffer.from(body)]));
    expect(response).toMatchObject({ status: 'failed', error: { code: 'upstream_stream_restarted' } });
    expect(response.error).toMatchObject({ message: expect.stringContaining('again in mid-stream') });
  });

  it.each(SPLICED)('of %s is noticed where it is passed on', (_title, _spec, api, body) => {
    const tap = createStreamTap(api);
    tap.push(Buffer.from(body));
    tap.end();
    expect(tap.breach()?.code).toBe('upstream_stream_restarted');
    if (api !== 'messages') expect(tap.summary.isSpliced).toBe(true);
  });

  it.each([
    [
      'chat completions',
      createChatSpec(),
      chatBegin('a') + chatBegin('b') + chatText('b', 'Hel', 'lo') + chatEnd('b'),
    ],
    [
      'a call of chat completions that had no arguments yet',
      createChatSpec(),
      sse(
        chunk('a', OPENING),
        chunk('a', { tool_calls: [{ index: 0, id: 'x', function: { name: 'f', arguments: '' } }] }),
      ) +
        chatBegin('b') +
        chatText('b', 'Hel', 'lo') +
        chatEnd('b'),
    ],
    [
      "Anthropic's Messages",
      createAnthropicSpec(),
      sse(start('a'), start('b'), ...block(0, 'Hello'), ...messageEnd),
    ],
  ])('of %s is the second one where nothing of the first was passed on', (_title, spec, body) => {
    const { response } = checkGrammar(translateStream(spec, [Buffer.from(body)]));
    expect(response).toMatchObject({ status: 'completed', error: null });
    expect(response.output).toMatchObject([{ content: [{ text: 'Hello' }] }]);
  });
});

describe('K2: one answer', () => {
  it.each([
    [
      'whose id is new in each chunk',
      chatText('a', 'H') + chatText('b', 'el') + chatText('c', 'lo') + chatEnd('d'),
    ],
    [
      'whose role is in each chunk',
      sse(...['Hel', '', 'lo'].map((content) => chunk('a', { role: 'assistant', content }))) + chatEnd('a'),
    ],
    [
      'whose last chunk names the speaker once more',
      `${chatBegin('a')}${chatText('a', 'Hel', 'lo')}${sse(chunk('a', OPENING, 'stop'))}data: [DONE]\n\n`,
    ],
    [
      'whose usage has another id',
      `${chatBegin('a')}${chatText('a', 'Hel', 'lo')}${sse(chunk('a', {}, 'stop'), { id: 'b', choices: [], usage: { prompt_tokens: 1 } })}data: [DONE]\n\n`,
    ],
    [
      'whose first chunk has no id',
      sse({ choices: [{ index: 0, delta: OPENING }] }) + chatText('a', 'Hel', 'lo') + chatEnd('a'),
    ],
  ])('of chat completions %s is whole', (_title, body) => {
    const { response } = checkGrammar(translateStream(createChatSpec(), [Buffer.from(body)]));
    expect(response).toMatchObject({ status: 'completed', output: [{ content: [{ text: 'Hello' }] }] });
    const tap = createStreamTap('chat');
    tap.push(Buffer.from(body));
    tap.end();
    expect(tap.summary).not.toHaveProperty('isSpliced');
  });
});

it('K2: a native stream of the Responses API with a second response.created is a finding', () => {
  const created = (id: string): object => ({ type: 'response.created', response: { id } });
  const tap = createStreamTap('responses');
  tap.push(
    Buffer.from(sse(created('a'), created('b'), { type: 'response.completed', response: { id: 'b' } })),
  );
  tap.end();
  expect(tap.summary).toMatchObject({ isSpliced: true, finish: 'completed' });
});
