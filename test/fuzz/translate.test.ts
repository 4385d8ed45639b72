import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/base/errors.ts';
import { systemClock } from '../../src/base/time/clock.ts';
import { createAnthropicSpec } from '../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../src/translate/chat/spec.ts';
import { createTranslate } from '../../src/translate/create-translate.ts';
import { geminiSpec } from '../../src/translate/gemini/spec.ts';
import type { TranslateInput } from '../../src/translate/translation.ts';
import { anyItem, anyJson, anyObject } from '../support/fuzz/any-json.ts';
import { runs } from '../support/fuzz/budget.ts';
import { testSealer } from '../support/translate/create-writer.ts';

const SPECS = {
  'chat completions': createChatSpec({ thoughts: 'same', thinkTags: true }),
  "Anthropic's Messages": createAnthropicSpec(),
  Gemini: geminiSpec,
};
const translate = createTranslate({ sealer: testSealer, clock: systemClock });

const flag = fc.constantFrom(true, false);
const RESPONSES = anyObject({
  model: fc.constant('m'),
  input: fc.oneof(fc.constant('hi'), fc.array(anyItem, { maxLength: 6 }), anyJson),
  tools: fc.oneof(fc.array(anyItem, { maxLength: 4 }), anyJson),
  stream: flag,
  tool_choice: anyJson,
  reasoning: anyJson,
  text: anyJson,
  include: anyJson,
});
const CHAT = anyObject({
  model: fc.constant('m'),
  messages: fc.oneof(fc.array(anyItem, { maxLength: 6 }), anyJson),
  tools: fc.oneof(fc.array(anyItem, { maxLength: 4 }), anyJson),
  stream: flag,
  response_format: anyJson,
});

const SIMPLE = {
  responses: '{"model":"m","input":"hi","stream":true}',
  chat: '{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true}',
};

/** What it was translated into, or the refusal; any other error is thrown on. */
const attempt = (input: Omit<TranslateInput, 'path' | 'model'>) => {
  try {
    return translate({
      ...input,
      path: input.api === 'chat' ? '/chat/completions' : '/responses',
      model: 'm',
    });
  } catch (error) {
    if (error instanceof GatewayError && error.status < 500) return error;
    throw error;
  }
};

const expectRequest = (api: TranslateInput['api'], spec: TranslateInput['spec'], body: string): void => {
  const made = attempt({ api, spec, body: Buffer.from(body) });
  if (made instanceof GatewayError) return;
  expect(made.path).toMatch(/^\/[\w.:/-]*(?:\?[\w=&]*)?$/);
  expect(JSON.parse(made.body.toString())).toBeTypeOf('object');
};

const EVENT = anyObject({
  type: fc.constantFrom(
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
    'error',
    'ping',
  ),
  index: fc.constantFrom<unknown>(0, 0, 1, -1, '0'),
  message: anyItem,
  content_block: anyItem,
  delta: anyItem,
  choices: fc.array(
    anyObject({
      index: fc.constant(0),
      delta: anyObject({ content: anyJson, tool_calls: fc.array(anyItem, { maxLength: 3 }) }),
      message: anyItem,
      finish_reason: anyJson,
    }),
    { maxLength: 2 },
  ),
  candidates: fc.array(
    anyObject({ content: anyObject({ parts: fc.array(anyItem, { maxLength: 3 }) }), finishReason: anyJson }),
    { maxLength: 2 },
  ),
});
const ANSWER = fc.record({
  events: fc.array(fc.oneof({ weight: 5, arbitrary: EVENT }, { weight: 1, arbitrary: anyJson }), {
    maxLength: 8,
  }),
  separator: fc.constantFrom('\n\n', '\r\n\r\n', '\r\r', '\n', '\n\n: x\n\n', '\0\n\n'),
  cut: fc.nat(2000),
  isStream: flag,
  asksForStream: flag,
  status: fc.constantFrom(200, 200, 200, 400, 429, 500),
});

describe.each(Object.entries(SPECS))('into %s', (_name, spec) => {
  it.each([
    ['responses', RESPONSES],
    ['chat', CHAT],
  ] as const)('any %s request becomes one, or is refused', (api, requests) => {
    fc.assert(
      fc.property(requests, (request) => expectRequest(api, spec, JSON.stringify(request))),
      runs(400),
    );
  });

  it.each(['responses', 'chat'] as const)(
    'any answer is told to a client of %s, wherever it is cut',
    (api) => {
      fc.assert(
        fc.property(ANSWER, ({ events, separator, cut, isStream, asksForStream, status }) => {
          const body = Buffer.from(asksForStream ? SIMPLE[api] : SIMPLE[api].replace('true', 'false'));
          const made = attempt({ api, spec, body });
          if (made instanceof GatewayError) throw made;
          const bytes = Buffer.from(
            isStream
              ? events.map((event) => `data: ${JSON.stringify(event)}${separator}`).join('')
              : JSON.stringify(events[0] ?? null),
          );
          const answer = made.answer(status, isStream ? 'text/event-stream' : 'application/json');
          const told = Buffer.concat([
            answer.push(bytes.subarray(0, cut)),
            answer.push(bytes.subarray(cut)),
            answer.end(),
          ]).toString();
          if (answer.contentType.includes('json')) expect(JSON.parse(told)).toBeTypeOf('object');
          else for (const line of told.split('\n')) if (line.startsWith('data: {')) JSON.parse(line.slice(6));
        }),
        runs(300),
      );
    },
  );

  it.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
    ['items', '{"type":"message","role":"user","content":[', ']}'],
    ['tool parameters', '{"type":"object","properties":{"a":', '}}'],
  ])('100,000 %s inside each other are refused or translated, not fallen over', (_kind, open, close) => {
    const deep = `${open.repeat(100_000)}${open.endsWith(':') || open.endsWith('":') ? '1' : ''}${close.repeat(100_000)}`;
    for (const body of [
      `{"model":"m","input":[${deep}]}`,
      `{"model":"m","input":"hi","tools":[{"type":"function","name":"f","parameters":${deep}}]}`,
      `{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":${JSON.stringify(deep)}}]}`,
    ]) {
      expectRequest('responses', spec, body);
      expectRequest(
        'chat',
        spec,
        body
          .replace('"input":"hi"', '"messages":[{"role":"user","content":"hi"}]')
          .replace('"input"', '"messages"'),
      );
    }
    const made = attempt({ api: 'responses', spec, body: Buffer.from(SIMPLE.responses) });
    if (made instanceof GatewayError) throw made;
    const answer = made.answer(200, 'text/event-stream');
    answer.push(Buffer.from(`data: ${deep}\n\n`));
    answer.push(
      Buffer.from(
        `data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"i","name":"f","input":${deep}},"choices":[{"delta":{"tool_calls":[{"index":0,"id":"i","function":{"name":"f","arguments":${deep}}}]}}],"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":${deep}}}]}}]}\n\n`,
      ),
    );
    answer.end();
  });
});
