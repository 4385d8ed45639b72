import { describe, expect, it } from 'vitest';
import { createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../../../src/sse/summarize-json-answer.ts';
import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { geminiSpec } from '../../../src/translate/gemini/spec.ts';
import type { DialectSpec } from '../../../src/translate/translation.ts';
import { checkGrammar } from '../../support/translate/check-grammar.ts';
import { translateObject, translateStream } from '../../support/translate/translate-stream.ts';

const chat = createChatSpec();
const anthropic = createAnthropicSpec();

const sse = (...events: readonly unknown[]): string =>
  events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');
const chunk = (delta: object, finish_reason: string | null = null, more: object = {}): object => ({
  id: 'c1',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason, ...more }],
});
const HEL = chunk({ role: 'assistant', content: 'Hel' });
const LO = chunk({ content: 'lo' });
const STOP = chunk({}, 'stop');
const DONE = '[DONE]';

const translated = (spec: DialectSpec, body: string) =>
  checkGrammar(translateStream(spec, [Buffer.from(body)])).response;
const passedOn = (body: string) => {
  const tap = createStreamTap('chat');
  tap.push(Buffer.from(body));
  tap.end();
  return tap;
};
const textOf = (response: ReturnType<typeof translated>): string =>
  response.output.flatMap(({ content }) => (content as { text: string }[]).map(({ text }) => text)).join('');
const callsOf = (response: ReturnType<typeof translated>): unknown[] =>
  response.output.map(({ name, arguments: json }) => [name, json]);

describe('K7: a reason to finish that is none', () => {
  it.each([
    'abort', // vLLM and SGLang give a request up (vllm#57082)
    'aborted',
    'cancelled',
    'timeout',
    'failed',
    'network-error',
    'NETWORK_ERROR',
    'upstream_error',
    'MALFORMED_FUNCTION_CALL',
  ])('%s breaks the answer off, translated and passed on, in a stream and in one object', (reason) => {
    const body = sse(HEL, chunk({}, reason), DONE);
    expect(translated(chat, body)).toMatchObject({ status: 'failed', error: { code: reason } });
    expect(passedOn(body).summary.finish).toBe('failed');
    const message = { role: 'assistant', content: 'Hel' };
    const object = Buffer.from(JSON.stringify({ choices: [{ index: 0, message, finish_reason: reason }] }));
    expect(checkGrammar(translateObject(chat, object)).response).toMatchObject({ status: 'failed' });
    expect(summarizeJsonAnswer(object, 'chat').finish).toBe('failed');
  });

  it.each([
    ['MAX_TOKENS', 'max_output_tokens'],
    ['max_output_tokens', 'max_output_tokens'],
    ['model_context_window_exceeded', 'max_output_tokens'],
    ['repetition', 'max_output_tokens'],
    ['SAFETY', 'content_filter'],
    ['content-filter', 'content_filter'],
    ['recitation', 'content_filter'],
    ['refusal', 'content_filter'],
  ])('%s leaves the answer without its rest', (reason, told) => {
    const body = sse(HEL, chunk({}, reason), DONE);
    expect(translated(chat, body)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: told },
    });
    expect(passedOn(body).summary.finish).toBe('incomplete');
  });

  it('"null" as a text is none, so that a stream which ends with it was cut off', () => {
    const body = sse(chunk({ role: 'assistant', content: 'Hel' }, 'null'), chunk({ content: 'lo' }, 'null'));
    expect(translateStream(chat, [Buffer.from(body)])).not.toContain('response.completed');
    expect(passedOn(body).terminal).toBe(false);
    expect(textOf(translated(chat, body + sse(STOP, DONE)))).toBe('Hello');
  });
});

describe('K7: an error in mid-stream that is followed by [DONE]', () => {
  it.each<[string, string, { code: string; message: string }]>([
    [
      'an event of the name',
      `event: error\n${sse({ message: 'overloaded', code: 529 })}`,
      { code: '529', message: 'overloaded' },
    ],
    [
      'an event of the name, in words',
      'event: error\ndata: upstream timed out\n\n',
      { code: expect.any(String), message: expect.stringContaining('upstream timed out') },
    ],
    [
      'a code and a message alone',
      sse({ code: 429, message: 'slow down' }),
      { code: '429', message: 'slow down' },
    ],
    [
      "MiniMax's status",
      sse({ id: 'x', base_resp: { status_code: 1008, status_msg: 'insufficient balance' } }),
      { code: '1008', message: 'insufficient balance' },
    ],
    [
      'an error within a choice (OpenRouter)',
      sse(chunk({}, 'error', { error: { code: 502, message: 'provider disconnected' } })),
      { code: '502', message: 'provider disconnected' },
    ],
    [
      'a list',
      sse([{ error: { code: 503, message: 'overloaded' } }]),
      { code: '503', message: 'overloaded' },
    ],
  ])('%s is a failure with its words', (_title, error, expected) => {
    const body = sse(HEL) + error + sse(DONE);
    expect(translated(chat, body)).toMatchObject({ status: 'failed', error: expected });
    if (error.startsWith('data: [')) return;
    expect(passedOn(body).summary).toMatchObject({ finish: 'failed', error: expected });
  });

  it.each([
    ['bare JSON', '{"error":{"code":500,"message":"engine died"}}\n'],
    ['bare JSON without a line break', '{"error":{"code":500,"message":"engine died"}}'],
    ["llama.cpp's line", 'error: {"code":500,"message":"engine died"}\n\n'],
    ['words of no API', sse('engine died', DONE)],
  ])('%s is one as well', (_title, error) => {
    expect(translated(chat, sse(HEL) + error)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('engine died') },
    });
  });

  it.each([
    ["Anthropic's Messages", anthropic, sse({ type: 'message_start', message: { id: 'a', content: [] } })],
    ['Gemini', geminiSpec, sse({ responseId: 'g', candidates: [{ content: { parts: [{ text: 'Hel' }] } }] })],
  ])('%s: an error of another form is told', (_title, spec, begun) => {
    for (const error of [
      '{"error":{"code":500,"message":"engine died"}}\n',
      sse({ code: 500, message: 'engine died' }),
      sse({ error: { code: 500, message: 'engine died' } }),
    ]) {
      expect(translated(spec, begun + error)).toMatchObject({
        status: 'failed',
        error: { message: expect.stringContaining('engine died') },
      });
    }
  });

  it('a server that says that all is well is believed', () => {
    const last = { ...chunk({}, 'stop'), base_resp: { status_code: 0, status_msg: '' } };
    expect(translated(chat, sse(HEL, LO, last, DONE)).status).toBe('completed');
    expect(passedOn(sse(HEL, LO, last, DONE)).summary.finish).toBe('completed');
  });

  it.each([
    ['nothing but [DONE]', sse(DONE)],
    ['no choice', sse({ id: 'c', choices: [] }, DONE)],
  ])('%s is an empty answer', (_title, body) => {
    expect(translated(chat, body)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('empty answer') },
    });
  });
});

describe('K7: an answer of status 200 whose object is an error of its server', () => {
  it.each([
    [{ code: 1113, msg: 'no balance', success: false }, '1113'],
    [{ code: 'InvalidParameter', message: 'no balance', request_id: 'r' }, 'InvalidParameter'],
    [{ success: false, errors: [{ code: 10000, message: 'no balance' }], result: null }, '10000'],
    [{ error_code: 110, error_msg: 'no balance' }, '110'],
    [{ error: true, message: 'no balance' }, 'unknown'],
    [{ id: 'x', choices: null, base_resp: { status_code: 1008, status_msg: 'no balance' } }, '1008'],
  ])('%j is read', (body, code) => {
    const bytes = Buffer.from(JSON.stringify(body));
    for (const spec of [chat, anthropic, geminiSpec]) {
      const { response } = checkGrammar(translateObject(spec, bytes));
      expect(response).toMatchObject({ status: 'failed', error: { message: 'no balance' } });
    }
    expect(summarizeJsonAnswer(bytes, 'chat').error).toEqual({ code, message: 'no balance' });
    expect(chat.readError(400, bytes).message).toBe('no balance');
  });
});

describe('K8: the framing of a stream', () => {
  const last = JSON.stringify(STOP);
  it.each([
    ['lacks its last blank line', `${sse(HEL, LO)}data: ${last}\n`],
    ['lacks its last line break', `${sse(HEL, LO)}data: ${last}`],
    ['ends in a bare [DONE]', `${sse(HEL, LO)}data: [DONE]`],
    [
      'has one line break for an event',
      [HEL, LO, STOP].map((event) => `data: ${JSON.stringify(event)}\n`).join(''),
    ],
    ['repeats the whole message at its end', sse(HEL, LO, whole('Hello'), DONE)],
  ])('may be that it %s', (_title, body) => {
    const response = translated(chat, body);
    expect([response.status, textOf(response)]).toEqual(['completed', 'Hello']);
  });

  it('does not make an event of one that was cut', () => {
    const body = `${sse(HEL)}data: ${last}`;
    for (let end = body.length - last.length; end < body.length; end++) {
      expect(translateStream(chat, [Buffer.from(body.slice(0, end))])).not.toContain('response.completed');
    }
  });
});

function whole(content: string): object {
  return {
    id: 'c1',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  };
}

describe('K1: arguments', () => {
  const call = (json: unknown): object =>
    chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: json } }] });

  it.each([
    ['written as JSON twice', JSON.stringify('{"x":1}'), '{"x":1}'],
    ['that are null in words', 'null', '{}'],
  ])('%s become an object', (_title, json, expected) => {
    expect(callsOf(translated(chat, sse(call(json), chunk({}, 'tool_calls'), DONE)))).toEqual([
      ['f', expected],
    ]);
    const byLetter = Array.from(json, (letter) =>
      chunk({ tool_calls: [{ index: 0, function: { arguments: letter } }] }),
    );
    expect(callsOf(translated(chat, sse(call(''), ...byLetter, chunk({}, 'tool_calls'), DONE)))).toEqual([
      ['f', expected],
    ]);
  });

  it('of calls that grow in turns find theirs by an index that is a text', () => {
    const piece = (index: string, members: object): object => chunk({ tool_calls: [{ index, ...members }] });
    const body = sse(
      piece('0', { id: 'a', function: { name: 'f', arguments: '{"x"' } }),
      piece('1', { id: 'b', function: { name: 'g', arguments: '{"y"' } }),
      piece('0', { function: { arguments: ':1}' } }),
      piece('1', { function: { arguments: ':2}' } }),
      chunk({}, 'tool_calls'),
      DONE,
    );
    expect(callsOf(translated(chat, body))).toEqual([
      ['f', '{"x":1}'],
      ['g', '{"y":2}'],
    ]);
  });

  it('of a server that writes a reason behind every chunk are waited for (jcode#1326)', () => {
    const body = sse(
      call(''),
      STOP,
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"x"' } }] }),
      STOP,
      chunk({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
      STOP,
      DONE,
    );
    expect(callsOf(translated(chat, body))).toEqual([['f', '{"x":1}']]);
  });

  const MESSAGE = { type: 'message_start', message: { id: 'a', model: 'm', content: [] } };
  const delta = (members: object): object => ({ type: 'content_block_delta', index: 0, delta: members });
  const END = [{ type: 'message_delta', delta: { stop_reason: 'end_turn' } }, { type: 'message_stop' }];

  it("without a call are a failure, a text without its beginning is a text (Anthropic's Messages)", () => {
    const lost = delta({ type: 'input_json_delta', partial_json: '{"x":1}' });
    expect(translated(anthropic, sse(MESSAGE, lost, ...END)).status).toBe('failed');
    const text = delta({ type: 'text_delta', text: 'Hello' });
    expect(textOf(translated(anthropic, sse(MESSAGE, text, ...END)))).toBe('Hello');
  });

  it('in pieces, which nobody asked for, are a failure (Gemini)', () => {
    const functionCall = {
      name: 'f',
      partialArgs: [{ jsonPath: '$.x', stringValue: 'a' }],
      willContinue: true,
    };
    const body = sse({ candidates: [{ content: { parts: [{ functionCall }] }, finishReason: 'STOP' }] });
    expect(translated(geminiSpec, body).status).toBe('failed');
  });
});

describe('K7: Gemini', () => {
  it('remembers that a prompt was blocked', () => {
    const body = sse(
      { promptFeedback: { blockReason: 'SAFETY' } },
      { promptFeedback: { safetyRatings: [] } },
    );
    expect(translated(geminiSpec, body).error).toMatchObject({ message: expect.stringContaining('SAFETY') });
  });

  it('says that there was a picture', () => {
    const parts = [{ text: 'See: ' }, { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }];
    const body = sse({ candidates: [{ content: { parts }, finishReason: 'STOP' }] });
    expect(textOf(translated(geminiSpec, body))).toBe(
      'See: [image/png of the model, which cannot be shown here]',
    );
  });
});

describe('K14: usage', () => {
  const usageOf = (...chunks: readonly object[]) => {
    const body = sse(HEL, STOP, ...chunks, DONE);
    return [translated(chat, body).usage, passedOn(body).summary.usage];
  };

  it('of nothing behind the real one is passed over', () => {
    const real = {
      id: 'c1',
      choices: [],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    };
    const none = {
      id: 'c1',
      choices: [],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    };
    expect(usageOf(real, none)).toMatchObject([
      { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
      { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
    ]);
  });

  it('has a total where the server leaves it at nothing', () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 0 };
    expect(usageOf({ id: 'c1', choices: [], usage })[0]).toMatchObject({ total_tokens: 15 });
  });

  it("may stand in llama.cpp's timings alone", () => {
    const last = { ...chunk({}, 'stop'), timings: { prompt_n: 10, predicted_n: 5, cache_n: 3 } };
    expect(usageOf(last)).toMatchObject([
      { input_tokens: 13, output_tokens: 5, input_tokens_details: { cached_tokens: 3 } },
      { inputTokens: 13, outputTokens: 5, cachedInputTokens: 3 },
    ]);
  });
});
