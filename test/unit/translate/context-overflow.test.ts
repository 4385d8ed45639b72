import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/time/clock.ts';
import { readError as readAnthropicError } from '../../../src/translate/anthropic/read-error.ts';
import { readError as readChatError } from '../../../src/translate/chat/read-error.ts';
import { createTranslate } from '../../../src/translate/create-translate.ts';
import { readError as readGeminiError } from '../../../src/translate/gemini/read-error.ts';
import { responsesSpec } from '../../../src/translate/responses/spec.ts';
import { createSealer } from '../../../src/translate/seal.ts';
import type { DialectSpec, TranslateInput } from '../../../src/translate/translation.ts';

const bodyOf = (error: unknown): Buffer => Buffer.from(JSON.stringify({ error }));

/** Who says that a conversation is too long, how, and with which sizes. */
const CHAT: readonly (readonly [who: string, error: object | string, sizes?: string])[] = [
  [
    'OpenAI',
    {
      message:
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130501 tokens. Please reduce the length of the messages.",
      code: 'context_length_exceeded',
    },
    '130501 tokens > 128000 maximum',
  ],
  [
    'DeepSeek',
    {
      message:
        "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens (131808 in the messages, 8192 in the completion).",
      type: 'invalid_request_error',
      code: 'invalid_request_error',
    },
    '140000 tokens > 131072 maximum',
  ],
  [
    'Mistral',
    {
      message:
        'Prompt contains 33001 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      code: 3051,
    },
    '33001 tokens > 32768 maximum',
  ],
  [
    'xAI',
    "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
    '140000 tokens > 131072 maximum',
  ],
  ['Groq', { message: 'Please reduce the length of the messages or completion.', code: 'x' }],
  [
    'Cerebras',
    'Please reduce the length of the messages or completion. Current length is 140000 while limit is 131072',
    '140000 tokens > 131072 maximum',
  ],
  ['Fireworks', 'The prompt is too long: 140000, model maximum context length: 131071'],
  [
    'llama.cpp',
    {
      code: 400,
      message: 'request (1234 tokens) exceeds the available context size (1024 tokens), try increasing it',
      type: 'exceed_context_size_error',
    },
    '1234 tokens > 1024 maximum',
  ],
  ['Moonshot', 'Invalid request: Your request exceeded model token limit: 131072'],
  ['Alibaba', '<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]'],
  ['Z.ai', { message: 'Prompt exceeds max length', code: '1261' }],
  ['MiniMax', 'invalid params, context window exceeds limit (2013)'],
  [
    'vLLM',
    'The decoder prompt (length 5000) is longer than the maximum model length of 4096.',
    '5000 tokens > 4096 maximum',
  ],
  ['SGLang', "The input (5000 tokens) is longer than the model's context length (4096 tokens)."],
  ['Ollama', 'prompt too long; exceeded max context length by 200 tokens'],
  [
    'LM Studio',
    'Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
    '9000 tokens > 4096 maximum',
  ],
  ['Together', '`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens'],
  ['Amazon', 'Input is too long for requested model.'],
  [
    'GitHub',
    {
      message: 'prompt token count of 130000 exceeds the limit of 128000',
      code: 'model_max_prompt_tokens_exceeded',
    },
    '130000 tokens > 128000 maximum',
  ],
];

const NOT_TOO_LONG = [
  'Request too large for gpt-5.5 on tokens per min (TPM): Limit 30000, Requested 50000. Please reduce the length of the messages.',
  'max_tokens is too large: 100000. This model supports at most 16384 completion tokens.',
  'The model does not exist.',
  'Rate limit reached: exceeds the context window quota',
];

const chatSpec = { ...responsesSpec, readError: readChatError } satisfies DialectSpec;

const tell = async (
  api: TranslateInput['api'],
  status: number,
  body: Buffer,
  more: { spec?: DialectSpec; stream?: boolean } = {},
) => {
  const { spec = chatSpec, stream = true } = more;
  const message = { role: 'user', content: 'x' };
  const asked = { model: 'm', stream, max_tokens: 9, messages: [message], input: [message] };
  const translate = createTranslate({ sealer: createSealer(Buffer.alloc(32)), clock: systemClock });
  const path = { responses: '/responses', chat: '/chat/completions', messages: '/messages' }[api];
  const translation = translate({ api, path, spec, model: 'm', body: Buffer.from(JSON.stringify(asked)) });
  const answer = translation.answer(status, 'application/json', 'x');
  const text = Buffer.concat([answer.push(body), answer.end()]).toString();
  return { text, ...answer.whole?.result() };
};

describe.each(CHAT)('that a conversation is too long, as %s says it,', (_who, error, sizes) => {
  const body = bodyOf(error);

  it('is known by its code', () => {
    expect(readChatError(400, body).code).toBe('context_length_exceeded');
  });

  it("is told a client of Anthropic's API in the words by which it compacts", async () => {
    const { text, status } = await tell('messages', 422, body);
    const told = JSON.parse(text) as { error: { type: string; message: string } };
    expect([status, told.error.type]).toEqual([400, 'invalid_request_error']);
    expect(told.error.message.toLowerCase()).toContain('prompt is too long');
    if (sizes !== undefined) expect(told.error.message).toContain(`prompt is too long: ${sizes}`);
  });

  it('is told Codex within a stream, the one way by which it compacts', async () => {
    const { text, status, contentType } = await tell('responses', 400, body);
    expect([status, contentType]).toEqual([200, expect.stringMatching(/^text\/event-stream/)]);
    expect(text).toMatch(/event: response\.failed\n.*"code":"context_length_exceeded"/);
  });
});

it('is told other clients as a 400 with its code, whatever status it had', async () => {
  const body = bodyOf(CHAT[0]?.[1]);
  for (const [api, stream] of [
    ['chat', true],
    ['chat', false],
    ['responses', false],
  ] as const) {
    const { text, status } = await tell(api, 500, body, { stream });
    expect([status, JSON.parse(text)]).toMatchObject([400, { error: { code: 'context_length_exceeded' } }]);
  }
});

it.each([
  [
    'Anthropic',
    readAnthropicError,
    {
      type: 'invalid_request_error',
      message: 'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
    },
  ],
  [
    'Anthropic',
    readAnthropicError,
    { type: 'invalid_request_error', message: 'prompt is too long: 208310 tokens > 200000 maximum' },
  ],
  [
    'Google',
    readGeminiError,
    {
      status: 'INVALID_ARGUMENT',
      message: 'The input token count (1195000) exceeds the maximum number of tokens allowed (1048576).',
    },
  ],
  [
    'Google',
    readGeminiError,
    { status: 'INVALID_ARGUMENT', message: 'input token count is 40000 but model only supports up to 32768' },
  ],
])('is known where %s says it', (_who, read, error) => {
  expect(read(400, bodyOf(error)).code).toBe('context_length_exceeded');
});

it.each(NOT_TOO_LONG)('is not read into: %s', async (message) => {
  expect(readChatError(400, bodyOf({ message, code: 'x' })).code).toBe('x');
  expect((await tell('messages', 429, bodyOf({ message }))).status).toBe(429);
});
