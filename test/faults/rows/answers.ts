import { gzipSync } from 'node:zlib';
import type { Fault } from '../../support/faults/fault.ts';
import {
  asReceived,
  BEGUN,
  chunk,
  head,
  JSON_ANSWER,
  LAST_CHUNK,
  LAST_EVENT,
  lastRequest,
  request,
  SSE_HEAD,
  STREAM,
  send,
  sized,
} from '../../support/faults/messages.ts';
import { encodeEvent } from '../../support/upstream/responses-stream.ts';

const UNREACHABLE = { code: 'upstream_unreachable', origin: 'upstream' } as const;
const TRUNCATED = { code: 'upstream_stream_truncated', origin: 'upstream' } as const;

/** Nothing that could be told on: a 502 whose fault is the upstream's. */
const noAnswer: Fault['expect'] = {
  client: [{ status: 502, ...UNREACHABLE }],
  asked: 1,
  records: [{ status: 502, finish: 'failed', ...UNREACHABLE }],
};
/** What is not passed on: Codex would follow it, with the gateway's key and the conversation. */
const REDIRECTED = { code: 'upstream_redirected', origin: 'upstream' } as const;
const redirected: Fault['expect'] = {
  client: [{ status: 502, ...REDIRECTED }],
  asked: 1,
  records: [{ status: 502, finish: 'failed', ...REDIRECTED }],
};
/** A stream whose end is missing: the client is told in the stream. */
const cutStream: Fault['expect'] = {
  client: [{ status: 200, code: TRUNCATED.code }],
  asked: 1,
  records: [{ status: 200, finish: 'truncated', ...TRUNCATED }],
};
/** A JSON answer or the like whose end is missing: all that can be done is to break off as well. */
const brokenAnswer: Fault['expect'] = {
  client: [{ status: 200, broken: true }],
  asked: 1,
  records: [{ status: 200, finish: 'truncated', ...TRUNCATED }],
};
const passedOn = (body: string | Buffer, status = 200): Fault['expect'] => ({
  client: [{ status, body }],
  asked: 1,
  records: [{ status, finish: 'completed' }],
});
const wholeStream = passedOn(STREAM);

const BROKEN_CHARACTER = Buffer.from(STREAM).subarray(0, Buffer.from(STREAM).indexOf('ü') + 1);
const ZIPPED = gzipSync(STREAM);
const FAILED = encodeEvent({
  ...{
    type: 'response.failed',
    response: { id: 'resp_test', status: 'failed', error: { code: 'x', message: 'y' } },
  },
});
const HUGE_LAST = encodeEvent({
  type: 'response.completed',
  ...{
    response: {
      ...{ id: 'resp_test', object: 'response', status: 'completed', model: 'gpt-test' },
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'x'.repeat(20 * 2 ** 20) }] }],
      usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
    },
  },
});
const ERROR_EVENT = encodeEvent({
  ...{ type: 'error', code: 'server_is_overloaded', message: 'Overloaded.', param: null },
});
const CHAT_DONE = 'data: [DONE]\n\n';
const CHAT_REQUEST = [
  { send: lastRequest({ path: '/v1/chat/completions', body: '{"model":"m","stream":true,"messages":[]}' }) },
  'left',
] as const;

/** Upstreams that answer, and not as they should. */
export const ANSWER_FAULTS: readonly Fault[] = [
  {
    name: 'resets the connection as soon as it is made',
    greeting: ['reset'],
    expect: { ...noAnswer, asked: 0 },
  },
  { name: 'resets when the head of the request has come', upstream: [['reset']], expect: noAnswer },
  { name: 'resets when the request has come', upstream: [['asked', 'reset']], expect: noAnswer },
  { name: 'ends the connection without an answer', upstream: [['asked', 'end', 'left']], expect: noAnswer },
  {
    name: 'resets in the middle of its status line',
    upstream: [['asked', send('HTTP/1.1 20'), 'reset']],
    expect: noAnswer,
  },
  {
    name: 'ends in the middle of its headers',
    upstream: [['asked', send('HTTP/1.1 200 OK\r\ncontent-ty'), 'end', 'left']],
    expect: noAnswer,
  },
  {
    name: 'speaks another protocol',
    upstream: [['asked', send('220 mail ready\r\n'), 'left']],
    expect: noAnswer,
  },
  {
    name: 'answers without a status line, as HTTP/0.9 did',
    upstream: [['asked', send('<html>hello</html>'), 'end', 'left']],
    expect: noAnswer,
  },
  {
    name: 'resets between its head and its first event',
    upstream: [['asked', send(SSE_HEAD), { clientHas: 'HTTP/1.1 200' }, 'reset']],
    expect: cutStream,
  },
  {
    name: 'resets in the middle of an event',
    upstream: [
      [
        'asked',
        send(SSE_HEAD, chunk(BEGUN.slice(0, -20))),
        { clientHas: asReceived(BEGUN.slice(-60, -20)) },
        'reset',
      ],
    ],
    expect: cutStream,
  },
  {
    name: 'resets in the middle of a UTF-8 character',
    upstream: [['asked', send(SSE_HEAD, chunk(BROKEN_CHARACTER)), { clientHas: 'gr\xc3' }, 'reset']],
    expect: cutStream,
  },
  {
    name: 'ends the connection in the middle of a chunk',
    upstream: [['asked', send(SSE_HEAD, chunk(BEGUN).subarray(0, -30)), 'end', 'left']],
    expect: cutStream,
  },
  {
    name: 'ends the connection between two chunks',
    upstream: [['asked', send(SSE_HEAD, chunk(BEGUN)), 'end', 'left']],
    expect: cutStream,
  },
  {
    name: 'ends its stream properly before its last event',
    upstream: [['asked', send(SSE_HEAD, chunk(BEGUN), LAST_CHUNK)]],
    expect: cutStream,
  },
  {
    name: 'sends a stream without any event',
    upstream: [['asked', send(SSE_HEAD, LAST_CHUNK)]],
    expect: cutStream,
  },
  {
    name: 'sends nothing but [DONE] as a Responses stream',
    upstream: [['asked', send(SSE_HEAD, chunk(CHAT_DONE), LAST_CHUNK)]],
    expect: cutStream,
  },
  {
    name: 'sends nothing but [DONE] as a chat stream',
    upstream: [['asked', send(SSE_HEAD, chunk(CHAT_DONE), LAST_CHUNK)]],
    client: CHAT_REQUEST,
    expect: passedOn(CHAT_DONE),
  },
  {
    name: 'says in an error event what went wrong, and breaks off',
    upstream: [['asked', send(SSE_HEAD, chunk(ERROR_EVENT)), { clientHas: 'Overloaded' }, 'reset']],
    expect: {
      client: [{ status: 200, code: 'server_is_overloaded' }],
      asked: 1,
      records: [{ status: 200, finish: 'failed', code: 'server_is_overloaded', origin: 'upstream' }],
    },
  },
  {
    name: 'resets after its last event',
    upstream: [['asked', send(SSE_HEAD, chunk(STREAM)), { clientHas: LAST_EVENT.slice(-40) }, 'reset']],
    expect: wholeStream,
  },
  {
    name: 'does not end its stream after the last event until the client has left',
    upstream: [['asked', send(SSE_HEAD, chunk(STREAM)), 'left']],
    client: [{ send: lastRequest() }, { received: LAST_EVENT.slice(-40) }, 'reset'],
    expect: { client: [], asked: 1, records: [{ status: 200, finish: 'completed' }] },
  },
  {
    name: 'sends response.completed twice',
    upstream: [['asked', send(SSE_HEAD, chunk(STREAM), chunk(LAST_EVENT), LAST_CHUNK)]],
    expect: passedOn(STREAM + LAST_EVENT),
  },
  {
    name: 'sends response.failed after response.completed',
    upstream: [['asked', send(SSE_HEAD, chunk(STREAM), chunk(FAILED), LAST_CHUNK)]],
    expect: passedOn(STREAM + FAILED),
  },
  {
    name: 'sends response.completed after response.failed',
    upstream: [['asked', send(SSE_HEAD, chunk(FAILED), chunk(LAST_EVENT), LAST_CHUNK)]],
    expect: {
      client: [{ status: 200, body: FAILED + LAST_EVENT }],
      asked: 1,
      records: [{ status: 200, finish: 'failed', code: 'x', origin: 'upstream' }],
    },
  },
  {
    name: 'sends a response.completed of 20 MB',
    upstream: [['asked', send(SSE_HEAD, chunk(BEGUN), chunk(HUGE_LAST), LAST_CHUNK)]],
    expect: {
      client: [{ status: 200, body: BEGUN + HUGE_LAST }],
      asked: 1,
      records: [{ status: 200, finish: 'completed', totalTokens: 12 }],
    },
  },
  {
    name: 'sends its answer one byte a packet',
    upstream: [
      [
        'asked',
        {
          send: Buffer.concat([Buffer.from(SSE_HEAD), chunk(STREAM), Buffer.from(LAST_CHUNK)]),
          pieceBytes: 1,
        },
      ],
    ],
    expect: wholeStream,
  },
  {
    name: 'sends its first byte only when the client has long had the head',
    upstream: [['asked', send(SSE_HEAD), { clientHas: '\r\n\r\n' }, send(chunk(STREAM), LAST_CHUNK)]],
    expect: wholeStream,
  },
  {
    name: 'answers in HTTP/1.0, whose end is the end of the connection',
    upstream: [
      ['asked', send('HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n', STREAM), 'end', 'left'],
    ],
    expect: wholeStream,
  },
  {
    name: 'answers without a length, and ends the connection before the last event',
    upstream: [['asked', send(head('200 OK', 'content-type: text/event-stream'), BEGUN), 'end', 'left']],
    expect: cutStream,
  },
  {
    name: 'promises more JSON in Content-Length than it sends',
    upstream: [['asked', send(sized(JSON_ANSWER, 1000)), 'end', 'left']],
    expect: brokenAnswer,
  },
  {
    name: 'resets in the middle of a JSON answer',
    upstream: [['asked', send(sized(JSON_ANSWER, 1000)), { clientHas: 'output' }, 'reset']],
    expect: brokenAnswer,
  },
  {
    name: 'promises less JSON in Content-Length than it sends',
    upstream: [['asked', send(sized(JSON_ANSWER, 20))]],
    expect: passedOn(JSON_ANSWER.slice(0, 20)),
  },
  {
    name: 'promises more of a stream in Content-Length than it sends',
    upstream: [
      [
        'asked',
        send(
          head('200 OK', 'content-type: text/event-stream', `content-length: ${STREAM.length + 99}`),
          BEGUN,
        ),
        'end',
        'left',
      ],
    ],
    expect: { ...cutStream, client: [{ status: 200, broken: true }] },
  },
  {
    name: 'sends a chunk size that is no number',
    upstream: [['asked', send(SSE_HEAD, chunk(BEGUN), 'size\r\n')]],
    expect: cutStream,
  },
  {
    name: 'sends more in a chunk than its size says',
    upstream: [['asked', send(SSE_HEAD, '4\r\n', BEGUN)]],
    expect: cutStream,
  },
  {
    name: 'states both a length and chunks',
    upstream: [
      [
        'asked',
        send(head('200 OK', 'content-length: 5', 'transfer-encoding: chunked'), chunk(STREAM), LAST_CHUNK),
      ],
    ],
    expect: noAnswer,
  },
  {
    name: 'states two different lengths',
    upstream: [['asked', send(head('200 OK', 'content-length: 5', 'content-length: 6'), '123456')]],
    expect: noAnswer,
  },
  {
    name: 'floods its head with a megabyte',
    upstream: [['asked', send(head('200 OK', `x-flood: ${'y'.repeat(2 ** 20)}`)), 'left']],
    expect: noAnswer,
  },
  {
    name: 'floods its head with lines that never end',
    upstream: [['asked', send('HTTP/1.1 200 OK\r\n', 'x-flood: y\r\n'.repeat(50_000)), 'left']],
    expect: noAnswer,
  },
  {
    name: 'sends a header name that is none',
    upstream: [['asked', send(head('200 OK', 'no name: x', 'content-length: 0'))]],
    expect: noAnswer,
  },
  {
    name: 'sends a control character in a header',
    upstream: [['asked', send(head('200 OK', 'x-bell: \x07', 'content-length: 0'))]],
    expect: noAnswer,
  },
  {
    name: 'sends a control character in its status line',
    upstream: [['asked', send(sized(JSON_ANSWER, undefined, '200 O\x07K'))]],
    expect: passedOn(JSON_ANSWER),
  },
  {
    name: 'answers with status 000',
    upstream: [['asked', send(sized(JSON_ANSWER, undefined, '000 None'))]],
    expect: noAnswer,
  },
  {
    name: 'answers with status 099',
    upstream: [['asked', send(sized(JSON_ANSWER, undefined, '099 Less'))]],
    expect: noAnswer,
  },
  {
    name: 'answers with status 999',
    upstream: [['asked', send(sized(JSON_ANSWER, undefined, '999 More'))]],
    expect: {
      client: [{ status: 999, body: JSON_ANSWER }],
      asked: 1,
      records: [{ status: 999, finish: 'failed', code: 'http_999', origin: 'upstream' }],
    },
  },
  {
    name: 'sends 100, 102 and 103 before its answer',
    upstream: [
      [
        'asked',
        send(
          head('100 Continue'),
          head('102 Processing'),
          head('103 Early Hints', 'link: </x>'),
          SSE_HEAD,
          chunk(STREAM),
          LAST_CHUNK,
        ),
      ],
    ],
    expect: wholeStream,
  },
  {
    name: 'sends 103 and nothing more',
    upstream: [['asked', send(head('103 Early Hints')), 'end', 'left']],
    expect: noAnswer,
  },
  {
    name: 'switches to a protocol that nobody asked for',
    upstream: [
      ['asked', send(head('101 Switching Protocols', 'upgrade: h2c', 'connection: upgrade')), 'left'],
    ],
    expect: noAnswer,
  },
  {
    name: 'sends a body with 204',
    upstream: [['asked', send(sized(JSON_ANSWER, undefined, '204 No Content'))]],
    expect: passedOn('', 204),
  },
  {
    name: 'says 304 to what was not conditional',
    upstream: [['asked', send(sized(JSON_ANSWER, undefined, '304 Not Modified'))]],
    expect: redirected,
  },
  ...(['301 Moved', '302 Found', '307 Temporary Redirect', '308 Permanent Redirect'] as const).map(
    (status): Fault => ({
      name: `redirects with ${status} to itself, and is not asked again`,
      upstream: [['asked', send(head(status, 'location: /v1/responses', 'content-length: 0'))]],
      expect: redirected,
    }),
  ),
  {
    name: 'compresses its stream although it was asked not to',
    upstream: [
      [
        'asked',
        send(
          head(
            '200 OK',
            'content-type: text/event-stream',
            'content-encoding: gzip',
            `content-length: ${ZIPPED.length}`,
          ),
          ZIPPED,
        ),
      ],
    ],
    expect: passedOn(ZIPPED),
  },
  {
    name: 'compresses its stream and resets in the middle of it',
    upstream: [
      [
        'asked',
        send(
          head(
            '200 OK',
            'content-type: text/event-stream',
            'content-encoding: gzip',
            'transfer-encoding: chunked',
          ),
          chunk(ZIPPED.subarray(0, 50)),
        ),
        { clientHas: ZIPPED.subarray(30, 50).toString('latin1') },
        'reset',
      ],
    ],
    expect: brokenAnswer,
  },
  {
    name: 'answers before it has read the request, and goes',
    upstream: [
      [send(sized(JSON_ANSWER, undefined, '413 Too Large')), 'end', { clientHas: 'output' }, 'left'],
    ],
    client: [
      { send: lastRequest({ body: JSON.stringify({ model: 'gpt-test', input: 'x'.repeat(4 * 2 ** 20) }) }) },
      'left',
    ],
    expect: {
      client: [{ status: 413, body: JSON_ANSWER }],
      asked: 1,
      records: [{ status: 413, finish: 'failed', code: 'http_413', origin: 'upstream' }],
    },
  },
  {
    name: 'sends a second answer behind the first, for the next client to find',
    upstream: [
      ['asked', send(sized(JSON_ANSWER), sized('{"stolen":true}'))],
      ['asked', send(sized(JSON_ANSWER))],
    ],
    client: [{ send: request() }, { received: JSON_ANSWER }, { send: lastRequest() }, 'left'],
    expect: {
      client: [
        { status: 200, body: JSON_ANSWER },
        { status: 200, body: JSON_ANSWER },
      ],
      asked: 2,
      records: [
        { status: 200, finish: 'completed' },
        { status: 200, finish: 'completed' },
      ],
    },
  },
  {
    name: 'sends a second answer once its connection is idle, for the next client to find',
    upstream: [
      [
        'asked',
        send(sized(JSON_ANSWER)),
        { clientHas: JSON_ANSWER },
        send(sized('{"stolen":true}')),
        { silentMs: 50 },
        { mark: 'planted' },
      ],
      ['asked', send(sized(JSON_ANSWER))],
    ],
    client: [{ send: request() }, { after: 'planted' }, { send: lastRequest() }, 'left'],
    expect: {
      client: [
        { status: 200, body: JSON_ANSWER },
        { status: 200, body: JSON_ANSWER },
      ],
      asked: 2,
      records: [
        { status: 200, finish: 'completed' },
        { status: 200, finish: 'completed' },
      ],
    },
  },
];
