import { foreignWords } from '../../../src/base/foreign-text.ts';
import { matchesWildcard } from '../../../src/base/match-wildcard.ts';
import { parseContentCodings } from '../../../src/coding/parse-content-codings.ts';
import { createSubstitution } from '../../../src/config/file/substitute-variables.ts';
import { replaceMembers } from '../../../src/json/replace-members.ts';
import { scanElements, scanMembers } from '../../../src/json/scan-members.ts';
import { mapHeadersToClient } from '../../../src/log/capture/client-of-headers.ts';
import { createRedactor } from '../../../src/log/redact.ts';
import { closeStream } from '../../../src/sse/close-stream.ts';
import { createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../../../src/sse/summarize-json-answer.ts';
import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { geminiSpec } from '../../../src/translate/gemini/spec.ts';
import type { DialectSpec } from '../../../src/translate/translation.ts';
import { needsUnsealing } from '../../../src/translate/unseal-body.ts';
import { createTestTranslate } from '../../support/translate/translating-fetch.ts';

export interface Parser {
  readonly name: string;
  readonly hostile: readonly (() => Buffer)[];
  readonly harmless: Buffer;
  /** True where harmless input stays harmless when it is cut to the size of hostile input. */
  readonly isCuttable?: boolean;
  readonly parse: (input: Buffer) => void;
}

const HEAD = 64 * 1024;
const BODY = 4 * 2 ** 20;

const pump = (piece: string, length: number): Buffer =>
  Buffer.from(piece.repeat(Math.ceil(length / piece.length)).slice(0, length));
const pumps = (length: number, ...pieces: readonly string[]): (() => Buffer)[] =>
  pieces.map((piece) => () => pump(piece, length));

/** What has taken long in some text or head. */
const TEXTS = [
  '-eyJ', '-eyJaaaaa', 'eyJaaaaa.', '<', '< ', '<<>', '\t', '\u00a0', '+', '://', '://a@', '@', 'Bearer ', 'sk-', 'sk-a',
  '-----BEGIN PRIVATE KEY-----', '?a=', '&key=', 'api_key', 'x-api-key:', 'cookie:', 'authorization: a ', 'AIza', '${', '%25',
  '"', '\\', '\\"', '\\n', '{', '[', ',', ' ', 'try again in 1', 'Basic ', 'password="', '/', '/./', 'a/1',
]; // biome-ignore format: one a line would fill a page
const HARMLESS_TEXT = pump('The provider has refused: the model is not known to it. ', BODY);

const text = (name: string, length: number, parse: (text: string) => void): Parser => ({
  name,
  hostile: pumps(length, ...TEXTS),
  harmless: HARMLESS_TEXT,
  isCuttable: true,
  parse: (input) => parse(input.toString('latin1')),
});

const redactor = createRedactor(['correct horse battery staple', 'sk-0123456789']);

const members = (count: number, nested = ''): Buffer =>
  Buffer.from(
    `{"model":"m","input":"hi"${Array.from({ length: count }, (_, at) => `,"m${at}":${nested || at}`).join('')}}`,
  );
const json = (name: string, parse: (bytes: Buffer) => void): Parser => ({
  name,
  hostile: [
    ...pumps(BODY, '{"a":', '[', '{"a":"', '\\"', '{"a":1,', ' ', '"', '{', '[[],', '"a",'),
    () => Buffer.from(`{"a":"${'\\"'.repeat(BODY / 2)}`),
    () => Buffer.from(`{"a":"${'\\'.repeat(BODY)}"}`),
    () => Buffer.from(`{"a":${'['.repeat(BODY / 2)}${']'.repeat(BODY / 2)}}`),
    () => members(200_000),
    () => Buffer.from(`{${'"a":1,'.repeat(400_000)}"a":1}`),
  ],
  harmless: members(300_000),
  parse,
});

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const EVENTS: Readonly<Record<'responses' | 'chat' | 'messages' | 'gemini', (at: number) => string>> = {
  responses: (at) =>
    event({
      type: 'response.output_item.added',
      output_index: at,
      item: { type: 'function_call', name: 'shell', call_id: `c${at}` },
    }),
  chat: (at) =>
    event({
      id: 'x',
      choices: [
        {
          index: 0,
          delta: { tool_calls: [{ index: at, id: `c${at}`, function: { name: 'shell', arguments: '{}' } }] },
        },
      ],
    }),
  messages: (at) =>
    event({
      type: 'content_block_start',
      index: at,
      content_block: { type: 'tool_use', id: `c${at}`, name: 'shell', input: {} },
    }) + event({ type: 'content_block_stop', index: at }),
  gemini: (at) =>
    event({ candidates: [{ content: { parts: [{ functionCall: { name: 'shell', args: {} } }] } }] }) +
    (at < 0 ? ' ' : ''),
};
/** Pieces of one call: what is kept of it must not be joined each time. */
const PIECES: Readonly<Record<'chat' | 'messages', string>> = {
  chat: event({
    choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: 'aaaaaaaaaa' } }] } }],
  }),
  messages: event({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'input_json_delta', partial_json: 'aaaaaaaaaa' },
  }),
};
const many = (make: (at: number) => string, length: number): Buffer => {
  const parts: string[] = [];
  for (let at = 0, size = 0; size < length; at++) {
    const part = make(at);
    parts.push(part);
    size += part.length;
  }
  return Buffer.from(parts.join(''));
};
const TEXT_EVENTS: Readonly<Record<keyof typeof EVENTS, string>> = {
  responses: event({ type: 'response.output_text.delta', delta: 'hello', output_index: 0, content_index: 0 }),
  chat: event({ id: 'x', choices: [{ index: 0, delta: { content: 'hello' } }] }),
  messages: event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hello' } }),
  gemini: event({ candidates: [{ content: { parts: [{ text: 'hello' }] } }] }),
};

const APIS = ['responses', 'chat', 'messages', 'gemini'] as const;
const taps = APIS.map((api): Parser => {
  const tapAll = (bytes: Buffer): void => {
    const tap = createStreamTap(api);
    for (let at = 0; at < bytes.length; at += 16_384) tap.push(bytes.subarray(at, at + 16_384));
    tap.end();
  };
  return {
    name: `the tap of ${api} streams`,
    hostile: [
      () => many(EVENTS[api], BODY),
      ...pumps(BODY, '\n', '\r', 'data:\n', ':', 'data: {"error":', 'event: error\n', '\r\r\n'),
    ],
    harmless: many(
      () =>
        event({ type: 'x', choices: [{ index: 0, delta: { name: 'a' }, finish_reason: null }], error: 1 }),
      BODY,
    ),
    parse: tapAll,
  };
});

const translate = createTestTranslate();
const answerOf = (spec: DialectSpec, stream: boolean) =>
  translate({
    api: 'responses',
    path: '/responses',
    body: Buffer.from(JSON.stringify({ model: 'm', input: 'hi', stream, store: false })),
    model: 'm',
    spec,
  }).answer(200, 'text/event-stream');
const SPECS = { chat: createChatSpec(), messages: createAnthropicSpec(), gemini: geminiSpec } as const;
const START = {
  chat: EVENTS.chat(0),
  messages: event({ type: 'message_start', message: { id: 'm', model: 'm', usage: {} } }),
  gemini: '',
};
const readers = (['chat', 'messages', 'gemini'] as const).map((api): Parser => {
  const head = Buffer.from(START[api]);
  return {
    name: `the reader of translated ${api} answers`,
    hostile: [
      () => Buffer.concat([head, many(EVENTS[api], BODY)]),
      ...(api === 'gemini'
        ? []
        : [() => Buffer.concat([head, Buffer.from(EVENTS[api](0)), many(() => PIECES[api], BODY)])]),
    ],
    harmless: Buffer.concat([head, many(() => TEXT_EVENTS[api], 2 * BODY)]),
    parse: (bytes) => {
      const answer = answerOf(SPECS[api], true);
      for (let at = 0; at < bytes.length; at += 1_400) answer.push(bytes.subarray(at, at + 1_400));
      answer.end();
    },
  };
});

const request = (api: keyof typeof SPECS): Parser => ({
  name: `the translation of a request to ${api}`,
  hostile: [() => members(200_000), () => members(100_000, '{"a":[]}')],
  harmless: Buffer.from(
    JSON.stringify({
      model: 'm',
      input: Array.from({ length: 40_000 }, () => ({ role: 'user', content: 'hello' })),
    }),
  ),
  parse: (body) => {
    try {
      translate({ api: 'responses', path: '/responses', body, model: 'm', spec: SPECS[api] });
    } catch {
      // Refused is as good.
    }
  },
});

const CALL = {
  chat: { id: 'c', function: { name: 'shell', arguments: '{"at":1}' } },
  gemini: { functionCall: { name: 'shell', args: { at: 1 } } },
};
const LONG = { functionCall: { name: 'shell', args: { at: '0123456789012345678' } } };
const inOnePiece = {
  chat: (calls: readonly unknown[]) => ({
    choices: [{ index: 0, message: { tool_calls: calls }, finish_reason: 'tool_calls' }],
  }),
  gemini: (parts: readonly unknown[]) => ({ candidates: [{ content: { parts }, finishReason: 'STOP' }] }),
};
const repeat = <Item>(item: Item, length: number): Item[] =>
  Array.from({ length: Math.ceil(length / JSON.stringify(item).length) }, () => item);
const objects = (['chat', 'gemini'] as const).map(
  (api): Parser => ({
    name: `the reader of ${api} answers in one piece`,
    hostile: [CALL[api], ...(api === 'gemini' ? [LONG] : [])].map(
      (call) => () => Buffer.from(JSON.stringify(inOnePiece[api](repeat(call, BODY)))),
    ),
    harmless: Buffer.from(
      JSON.stringify(
        api === 'chat'
          ? {
              choices: [{ index: 0, message: { content: 'hello '.repeat(BODY / 6) }, finish_reason: 'stop' }],
            }
          : inOnePiece.gemini(repeat({ text: 'hello '.repeat(20) }, BODY)),
      ),
    ),
    parse: (bytes) => {
      const answer = translate({
        api: 'responses',
        path: '/responses',
        body: Buffer.from('{"model":"m","input":"hi"}'),
        model: 'm',
        spec: SPECS[api],
      }).answer(200, 'application/json');
      answer.push(bytes);
      answer.end();
    },
  }),
);

export const PARSERS: readonly Parser[] = [
  text('Content-Encoding', HEAD, (input) => {
    try {
      parseContentCodings(input);
    } catch {
      // Refused.
    }
  }),
  text('the description of the client', HEAD, (input) => {
    for (const name of ['user-agent', 'x-codex-turn-metadata', 'session-id']) {
      mapHeadersToClient([name, input], redactor.text);
    }
  }),
  text('the redaction of a text', HEAD, (input) => void redactor.text(input)),
  text('the redaction of a path', HEAD, (input) => void redactor.path(`/v1/${input}`)),
  text('the redaction of a query', HEAD, (input) => void redactor.path(`/v1/x?${input}`)),
  text('the redaction of a header', HEAD, (input) => void redactor.header('x-note', input)),
  text('the words of an unknown error', BODY, (input) => void foreignWords(input, 300)),
  text('a wildcard', HEAD, (input) => void matchesWildcard(input, '*a*a*a*a*a*a*b')),
  text('variables in a file', HEAD, (input) => void createSubstitution({})(input)),
  text('the end of a cut stream', HEAD, (input) =>
    closeStream('responses', `data: {"a":${input}`, { code: 'x', message: 'x' } as never, {} as never),
  ),
  json('scanMembers', (bytes) => void scanMembers(bytes)),
  json('scanElements', (bytes) => void scanElements(bytes, { start: 0, end: bytes.length })),
  json('replaceMembers', (bytes) => {
    replaceMembers(bytes, new Map([['a', { kind: 'set', value: [Buffer.from('1')] }]]));
  }),
  json('summarizeJsonAnswer', (bytes) => void summarizeJsonAnswer(bytes, 'responses')),
  json('needsUnsealing', (bytes) => void needsUnsealing(bytes)),
  ...taps,
  ...readers,
  ...objects,
  request('chat'),
  request('messages'),
  request('gemini'),
];
