import type { Fault } from '../../support/faults/fault.ts';
import {
  BEGUN,
  chunk,
  GOOD,
  LAST_EVENT,
  lastRequest,
  request,
  SSE_HEAD,
  STREAM,
  send,
  sized,
} from '../../support/faults/messages.ts';
import type { Step } from '../../support/faults/play-steps.ts';

const COMPLETED = { status: 200, finish: 'completed' } as const;
const TRUNCATED = {
  status: 200,
  finish: 'truncated',
  code: 'upstream_stream_truncated',
  origin: 'upstream',
} as const;
const wholeStream: Fault['expect'] = {
  client: [{ status: 200, body: STREAM }],
  asked: 1,
  records: [COMPLETED],
};
const refused = (status: number, code: string): Fault['expect'] => ({
  client: [{ status, code, origin: 'client' }],
  asked: 0,
  records: [{ status, finish: 'failed', code, origin: 'client' }],
});
const left = (asked: number, status?: number): Fault['expect'] => ({
  client: [],
  asked,
  records: [{ ...(status && { status }), finish: 'aborted' }],
});
const nothing: Fault['expect'] = { client: [], asked: 0, records: [] };

const REQUEST = lastRequest();
const [HEAD_END, WHOLE] = [REQUEST.indexOf('\r\n\r\n') + 4, REQUEST.length];
const SHORT_BODY = REQUEST.slice(0, WHOLE - 10);
const HALF_HEAD = REQUEST.slice(0, HEAD_END - 20);
const QUICK = { timeouts: { bodyIdleMs: 100, headMs: 100 } };
const MEGABYTES = 'x'.repeat(20 * 2 ** 20);
const BIG = sized(`{"object":"response","output":"${MEGABYTES}"}`);
const BIG_BODY = BIG.slice(BIG.indexOf('{'));
const UPLOAD = ['content-type: multipart/form-data; boundary=b', 'connection: close'];
const upload = (length: number): string =>
  ['POST /v1/files HTTP/1.1', 'host: localhost', `content-length: ${length}`, ...UPLOAD, '', ''].join('\r\n');
const CHUNKED_HEAD = [
  'POST /v1/responses HTTP/1.1',
  ...['host: localhost', 'content-type: application/json', 'transfer-encoding: chunked', 'connection: close'],
  ...['', ''],
].join('\r\n');

const ask = (sent: string | Buffer): readonly Step[] => [{ send: sent }, 'left'];
const leave = (...steps: readonly Step[]): readonly Step[] => [{ send: REQUEST }, ...steps, 'reset'];

/** Clients that do not behave as they should. */
export const CLIENT_FAULTS: readonly Fault[] = [
  {
    name: 'sends its request one byte a packet',
    client: [{ send: REQUEST, pieceBytes: 1 }, 'left'],
    expect: wholeStream,
  },
  {
    name: 'ends its side of the connection once it has asked',
    upstream: [['asked', 'left']],
    client: [{ send: REQUEST }, { after: 'asked' }, 'end', 'left'],
    expect: left(1),
  },
  {
    name: 'stops in its head',
    client: ask(HALF_HEAD),
    gateway: QUICK,
    expect: refused(408, 'request_timeout'),
  },
  { name: 'connects and says nothing', client: ['left'], gateway: QUICK, expect: nothing },
  {
    name: 'stops in its body',
    client: ask(SHORT_BODY),
    gateway: QUICK,
    expect: refused(408, 'request_timeout'),
  },
  {
    name: 'stops in a body without a length',
    client: ask(`${CHUNKED_HEAD}10\r\n{"model"`),
    gateway: QUICK,
    expect: refused(408, 'request_timeout'),
  },
  {
    name: 'stops in an upload that streams through',
    upstream: [['left']],
    client: ask(`${upload(1000)}--b\r\n`),
    gateway: QUICK,
    expect: { ...refused(408, 'request_timeout'), asked: 1 },
  },
  {
    name: 'ends the connection in its head',
    client: [{ send: HALF_HEAD }, 'end', 'left'],
    expect: refused(400, 'invalid_request'),
  },
  { name: 'ends the connection in its body', client: [{ send: SHORT_BODY }, 'end', 'left'], expect: left(0) },
  {
    name: 'leaves in an upload that streams through',
    upstream: [['left']],
    client: [{ send: `${upload(1000)}--b\r\n` }, { after: 'seen' }, 'reset'],
    expect: left(1),
  },
  {
    name: 'leaves before the answer begins',
    upstream: [['asked', 'left']],
    client: leave({ after: 'asked' }),
    expect: left(1),
  },
  {
    name: 'leaves between the head and the first event',
    upstream: [['asked', send(SSE_HEAD), 'left']],
    client: leave({ received: '\r\n\r\n' }),
    expect: left(1, 200),
  },
  {
    name: 'leaves in the middle of a stream',
    upstream: [['asked', send(SSE_HEAD, chunk(BEGUN)), 'left']],
    client: leave({ received: 'response.created' }),
    expect: left(1, 200),
  },
  {
    name: 'leaves after the last event, before the end',
    upstream: [['asked', send(SSE_HEAD, chunk(STREAM)), 'left']],
    client: leave({ received: LAST_EVENT.slice(-40) }),
    expect: { client: [], asked: 1, records: [COMPLETED] },
  },
  {
    name: 'reads nothing while 20 MB come, and then all of it',
    upstream: [['asked', send(BIG), { mark: 'sent' }]],
    client: ['stop reading', { send: REQUEST }, { after: 'sent' }, { silentMs: 100 }, 'read on', 'left'],
    expect: { client: [{ status: 200, body: BIG_BODY }], asked: 1, records: [COMPLETED] },
  },
  {
    name: 'reads nothing while 20 MB come, and leaves',
    upstream: [['asked', send(BIG), { mark: 'sent' }, 'left']],
    client: ['stop reading', { send: REQUEST }, { after: 'sent' }, 'reset'],
    expect: left(1, 200),
  },
  {
    name: 'pipelines three requests',
    client: [{ send: request() + request() + REQUEST }, 'left'],
    expect: {
      client: [
        { status: 200, body: STREAM },
        { status: 200, body: STREAM },
        { status: 200, body: STREAM },
      ],
      asked: 3,
      records: [COMPLETED, COMPLETED, COMPLETED],
    },
  },
  {
    name: 'pipelines two requests of which the later is answered first',
    upstream: [
      ['asked', { after: 'second' }, send(sized('{"first":1}'))],
      ['asked', send(sized('{"second":2}')), { mark: 'second' }],
    ],
    client: [{ send: request() + REQUEST }, 'left'],
    expect: {
      client: [
        { status: 200, body: '{"first":1}' },
        { status: 200, body: '{"second":2}' },
      ],
      asked: 2,
      records: [COMPLETED, COMPLETED],
    },
  },
  {
    name: 'pipelines two requests and leaves',
    upstream: [
      ['asked', { mark: 'first' }, 'left'],
      ['asked', { mark: 'second' }, 'left'],
    ],
    client: [{ send: request() + request() }, { after: 'first' }, { after: 'second' }, 'reset'],
    expect: {
      client: [],
      asked: 2,
      records: [{ finish: 'aborted' }, { finish: 'aborted' }],
    },
  },
  {
    name: 'asks again over a connection on which an answer was cut off',
    upstream: [['asked', send(SSE_HEAD, chunk(BEGUN)), 'end'], GOOD],
    client: [{ send: request() }, { received: 'upstream_stream_truncated' }, { send: REQUEST }, 'left'],
    expect: {
      client: [
        { status: 200, code: 'upstream_stream_truncated' },
        { status: 200, body: STREAM },
      ],
      asked: 2,
      records: [TRUNCATED, COMPLETED],
    },
  },
  {
    name: 'asks again over a connection on which it was refused for its size',
    client: [
      { send: request({ body: `"${'x'.repeat(70_000)}"` }) },
      { received: 'request_too_large' },
      { send: REQUEST },
      'left',
    ],
    gateway: { env: { BODY_SIZE_LIMIT: '64K' } },
    // Nothing behind a refusal is executed: who knows what its client takes for the next request.
    expect: {
      client: [{ status: 413, code: 'request_too_large', origin: 'client' }],
      asked: 0,
      records: [{ status: 413, finish: 'failed', code: 'request_too_large', origin: 'client' }],
    },
  },
  {
    name: 'sends more than its Content-Length says, while it is being answered',
    upstream: [['asked', 'left']],
    client: [{ send: request() }, { after: 'asked' }, { send: 'more than that\r\n\r\n' }, 'left'],
    expect: left(1),
  },
  {
    name: 'sends more than its Content-Length says, when it has been answered',
    client: [{ send: request() }, { received: '\r\n0\r\n\r\n' }, { send: 'more than that\r\n\r\n' }, 'left'],
    expect: {
      client: [
        { status: 200, body: STREAM },
        { status: 400, code: 'invalid_request', origin: 'client' },
      ],
      asked: 1,
      records: [COMPLETED, { status: 400, finish: 'failed', code: 'invalid_request', origin: 'client' }],
    },
  },
  {
    name: 'sends a chunk size that is no number',
    client: ask(`${CHUNKED_HEAD}size\r\n`),
    expect: refused(400, 'invalid_request'),
  },
  {
    name: 'states both a length and chunks',
    client: ask(CHUNKED_HEAD.replace('\r\n\r\n', '\r\ncontent-length: 5\r\n\r\n0\r\n\r\n')),
    expect: refused(400, 'invalid_request'),
  },
  {
    name: 'floods its head with a megabyte',
    client: ask(lastRequest({ headers: [`x-flood: ${'y'.repeat(2 ** 20)}`] })),
    expect: refused(431, 'invalid_request'),
  },
  {
    name: 'asks for a path of 100 KB',
    client: ask(`GET /${'y'.repeat(100_000)} HTTP/1.1\r\n\r\n`),
    expect: refused(431, 'invalid_request'),
  },
  {
    name: 'speaks TLS to a port that does not',
    client: ask(Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0])),
    expect: refused(400, 'invalid_request'),
  },
  {
    name: 'begins HTTP/2',
    client: ask('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    expect: refused(400, 'invalid_request'),
  },
  {
    name: 'waits for 100 Continue',
    client: [
      { send: `${lastRequest({ headers: ['expect: 100-continue'] }).slice(0, -10)}` },
      { received: '100 Continue' },
      { send: REQUEST.slice(-10) },
      'left',
    ],
    expect: wholeStream,
  },
  {
    name: 'expects something unheard of',
    client: ask(lastRequest({ headers: ['expect: wonders'] })),
    expect: wholeStream,
  },
  {
    name: 'asks for a tunnel',
    client: ask('CONNECT localhost:1 HTTP/1.1\r\nhost: localhost\r\n\r\n'),
    expect: refused(405, 'method_not_allowed'),
  },
  {
    name: 'asks for HTTP/2 by an upgrade',
    client: ask(
      lastRequest({ headers: ['upgrade: h2c'] }).replace('connection: close', 'connection: upgrade, close'),
    ),
    expect: wholeStream,
  },
];
