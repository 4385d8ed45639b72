import { describe, expect, it } from 'vitest';
import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { createTranslate } from '../../../src/translate/create-translate.ts';
import { geminiSpec } from '../../../src/translate/gemini/spec.ts';
import type { DialectSpec } from '../../../src/translate/translation.ts';
import { testSealer } from '../../support/translate/create-writer.ts';

const ASKS = {
  responses: { path: '/responses', body: { model: 'm', input: 'hi' } },
  chat: { path: '/chat/completions', body: { model: 'm', messages: [{ role: 'user', content: 'hi' }] } },
  compact: { path: '/responses/compact', body: { model: 'm', input: [{ role: 'user', content: 'hi' }] } },
};

const createAsker = () => {
  let nowMs = 1_763_769_600_000;
  const clock = { now: () => nowMs, monotonic: () => nowMs };
  const translate = createTranslate({ sealer: testSealer, clock });
  return {
    pass: (ms: number): void => {
      nowMs += ms;
    },
    begin: (ask: keyof typeof ASKS, spec: DialectSpec, stream: boolean, contentType: string) => {
      const { path, body } = ASKS[ask];
      const api = ask === 'chat' ? ('chat' as const) : ('responses' as const);
      const bytes = Buffer.from(JSON.stringify({ ...body, stream }));
      return translate({ api, path, body: bytes, model: 'm', spec }).answer(200, contentType, 'corp');
    },
  };
};

const tell = (
  ask: keyof typeof ASKS,
  spec: DialectSpec,
  body: string,
  { stream = false, contentType = 'application/json', cutAt = 0 } = {},
) => {
  const answer = createAsker().begin(ask, spec, stream, contentType);
  const bytes = Buffer.from(body);
  const pieces = [answer.push(bytes.subarray(0, cutAt)), answer.push(bytes.subarray(cutAt)), answer.end()];
  return { text: Buffer.concat(pieces).toString(), result: answer.whole?.result() };
};

const CHAT_OBJECT = JSON.stringify({
  id: 'c',
  choices: [{ message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
});
const CHAT_STREAM = `data: {"id":"c","choices":[{"index":0,"delta":{"content":"ok"}}]}\n\ndata: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;
const PAGE = '<!DOCTYPE html>\n<html><head><title>Sign in\n here</title></head></html>';

describe('K8: an answer is read by what its bytes are', () => {
  it.each(['text/plain', 'application/json', '', 'text/event-stream', 'application/octet-stream'])(
    'a stream under the content type %j, wherever it is cut',
    (contentType) => {
      for (const start of ['', '\ufeff', '\n\n', ': hello\n\n', 'event: message\n', 'id: 1\n']) {
        for (let cutAt = 0; cutAt < 24; cutAt++) {
          const { text } = tell('responses', createChatSpec(), start + CHAT_STREAM, {
            stream: true,
            contentType,
            cutAt,
          });
          expect(text).toContain('event: response.completed\n');
          expect(text).toContain('"text":"ok"');
        }
      }
    },
  );

  it.each(['text/event-stream', 'text/plain', ''])(
    'an object in place of a stream, under %j, becomes a whole stream',
    (contentType) => {
      const { text } = tell('responses', createChatSpec(), `\n${CHAT_OBJECT}`, { stream: true, contentType });
      expect(text).toMatch(/^event: response\.created\n/);
      expect(text).toContain('event: response.output_text.delta\n');
      expect(text).toContain('event: response.completed\n');
    },
  );

  it('a stream in place of an object becomes an object', () => {
    const { text, result } = tell('chat', createChatSpec(), CHAT_STREAM);
    expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { content: 'ok' } }] });
    expect(result?.status).toBe(200);
  });

  it.each([
    [PAGE, 'corp answered with an HTML page titled “Sign in here”'],
    ['upstream connect error', 'does not follow its API: upstream connect error'],
    ['', 'corp sent an empty answer'],
    ['{"foo":1}', 'does not follow its API'],
  ])('what is no answer fails the stream: %j', (body, words) => {
    for (const spec of [createChatSpec(), createAnthropicSpec(), geminiSpec]) {
      const { text } = tell('responses', spec, body, { stream: true, contentType: 'text/html' });
      expect(text).toContain('event: response.failed\n');
      expect(text).toContain(words);
    }
  });
});

describe('K7: a failure that came with 200 gets the status that goes with it', () => {
  const gemini = (members: object): string => JSON.stringify({ responseId: 'r', ...members });
  const CASES: [string, DialectSpec, string, number, string][] = [
    [
      'a prompt that Gemini blocked',
      geminiSpec,
      gemini({ promptFeedback: { blockReason: 'SAFETY' } }),
      400,
      'SAFETY',
    ],
    [
      'a call that Gemini could not write',
      geminiSpec,
      gemini({ candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL' }] }),
      502,
      'MALFORMED_FUNCTION_CALL',
    ],
    [
      "Anthropic's error object",
      createAnthropicSpec(),
      '{"type":"error","error":{"type":"overloaded_error","message":"Busy, retry after 2 seconds"}}',
      503,
      'Busy',
    ],
    [
      'an error of chat completions with a number',
      createChatSpec(),
      '{"error":{"code":429,"message":"Slow down"}}',
      429,
      'Slow down',
    ],
    ['an error that is a text', createChatSpec(), '{"error":"out of memory"}', 502, 'out of memory'],
    ['a page', createChatSpec(), PAGE, 502, 'HTML page'],
    ['nothing', createChatSpec(), '', 502, 'an empty answer'],
    ['half an object', createAnthropicSpec(), '{"type":"message","content":[', 502, 'try again'],
    [
      'an error in the stream of a client that wants an object',
      createChatSpec(),
      'data: {"error":{"code":"rate_limit_exceeded","message":"Slow down"}}\n\n',
      429,
      'Slow down',
    ],
  ];
  for (const ask of ['chat', 'responses', 'compact'] as const) {
    it.each(CASES)(`${ask}: %s`, (_title, spec, body, status, words) => {
      const { text, result } = tell(ask, spec, body);
      expect(result?.status).toBe(status);
      expect(JSON.parse(text)).toEqual({
        error: {
          message: expect.stringContaining(words),
          type: expect.any(String),
          code: expect.any(String),
          param: null,
        },
      });
    });
  }

  it('tells the wait that its words name', () => {
    const body = '{"type":"error","error":{"type":"rate_limit_error","message":"Try again in 1m26.4s"}}';
    expect(tell('chat', createAnthropicSpec(), body).result).toEqual({ status: 429, retryAfterMs: 86_400 });
  });

  it('takes the wait of an error status from its details', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.5s' }];
    const { path, body } = ASKS.chat;
    const bytes = Buffer.from(JSON.stringify(body));
    const translate = createTranslate({ sealer: testSealer, clock: { now: () => 0, monotonic: () => 0 } });
    const answer = translate({ api: 'chat', path, body: bytes, model: 'm', spec: geminiSpec }).answer(
      429,
      '',
    );
    answer.push(Buffer.from(JSON.stringify({ error: { code: 429, message: 'Quota', details } })));
    answer.end();
    expect(answer.whole?.result()).toEqual({ status: 429, retryAfterMs: 34_500 });
  });
});

describe('K9: comments keep the client waiting', () => {
  it.each([
    ['chat completions', createChatSpec()],
    ['Messages', createAnthropicSpec()],
    ['Gemini', geminiSpec],
  ])('of %s: an event with data within 15 seconds, until nothing else has come for long', (_title, spec) => {
    const { begin, pass } = createAsker();
    const answer = begin('responses', spec, true, 'text/event-stream');
    const comment = Buffer.from(': PROCESSING\n\n');
    expect(answer.push(comment).toString()).toContain('event: response.created\n');
    let silenceMs = 0;
    let minutes = 0;
    while (answer.isOver?.() === false && minutes < 120) {
      pass(1000);
      minutes += 1 / 60;
      silenceMs = answer.push(comment).length > 0 ? 0 : silenceMs + 1000;
      expect(silenceMs).toBeLessThan(15_000);
    }
    expect(minutes).toBeGreaterThan(10);
    expect(minutes).toBeLessThan(60);
    expect(answer.push(comment)).toHaveLength(0);
  });

  it('and the model of the answer is told once it is known', () => {
    const { begin, pass } = createAsker();
    const answer = begin('responses', createChatSpec(), true, 'text/event-stream');
    const first = answer.push(Buffer.from(': wait\n\n: wait\n\n')).toString();
    pass(20_000);
    const rest = answer.push(Buffer.from(CHAT_STREAM.replaceAll('"id":"c"', '"id":"c","model":"real"')));
    expect(first.match(/event: /g)).toHaveLength(3);
    expect(rest.toString()).toMatch(/response\.completed.*"model":"real"/s);
  });
});
