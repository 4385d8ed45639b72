import type { WebSocketFault } from '../../support/faults/fault.ts';
import {
  BEGUN,
  chunk,
  GOOD,
  LAST_CHUNK,
  SSE_HEAD,
  STREAM,
  send,
  sized,
} from '../../support/faults/messages.ts';
import type { Step } from '../../support/faults/play-steps.ts';
import type { UpstreamScript } from '../../support/faults/start-scripted-upstream.ts';
import {
  ASK,
  CLIENT_CLOSES,
  CONNECT,
  CREATE,
  MESSAGES,
  said,
} from '../../support/faults/websocket-messages.ts';
import { encodeEvent } from '../../support/upstream/responses-stream.ts';

const BRIDGE = { env: { WEBSOCKETS: 'bridge' } };
const COMPLETED = { status: 200, finish: 'completed' } as const;
const TRUNCATED = { code: 'upstream_stream_truncated', origin: 'upstream' } as const;

/** What the client gets is its answer, told in an error frame or in a last event. */
const answered = (
  upstream: UpstreamScript,
  expected: Pick<WebSocketFault['expect'], 'client' | 'records'>,
  messages = 1,
): Omit<WebSocketFault, 'name'> => ({
  upstream: [upstream],
  client: [...ASK, { messages }, ...CLIENT_CLOSES],
  gateway: BRIDGE,
  expect: { asked: 1, upstream: [], ...expected },
});
const failed = (upstream: UpstreamScript, status: number, code: string): Omit<WebSocketFault, 'name'> =>
  answered(upstream, {
    client: { status, code },
    records: [{ status, finish: 'failed', code, origin: 'upstream' }],
  });
const refused = (status: string): Omit<WebSocketFault, 'name'> => {
  const body = '{"error":{"message":"no","type":"t","code":"refused","param":null}}';
  return failed(['asked', { send: sized(body, undefined, status) }], Number.parseInt(status, 10), 'refused');
};
const cut = (...steps: readonly (Step | 'asked')[]): Omit<WebSocketFault, 'name'> => ({
  ...answered(['asked', ...steps], {
    client: { code: TRUNCATED.code },
    records: [{ status: 200, finish: 'truncated', ...TRUNCATED }],
  }),
  client: [...ASK, { received: TRUNCATED.code }, ...CLIENT_CLOSES],
});
/** The first message is refused by the gateway itself; the next one is answered on the same connection. */
const goesOn = (sent: Buffer, status: number, code: string): Omit<WebSocketFault, 'name'> => ({
  client: [
    ...CONNECT,
    { send: sent },
    { received: code },
    { send: CREATE },
    { messages: 1 + MESSAGES.length },
    ...CLIENT_CLOSES,
  ],
  gateway: BRIDGE,
  expect: {
    client: { whole: true, status, code },
    asked: 1,
    upstream: [],
    records: [{ status, finish: 'failed', code, origin: 'client' }, COMPLETED],
  },
});

const HUGE = { type: 'response.output_text.delta', delta: 'x'.repeat(20 * 2 ** 20) };
const FIRST_LENGTH = STREAM.indexOf('\n\n') + 2;
const [FIRST_EVENT, OTHER_EVENTS] = [STREAM.slice(0, FIRST_LENGTH), STREAM.slice(FIRST_LENGTH)];
const ERROR_EVENT = encodeEvent({
  ...{ type: 'error', code: 'server_is_overloaded', message: 'Overloaded.', param: null },
});

/** Upstreams that are asked over HTTP for a client that speaks WebSocket. */
export const WEBSOCKET_BRIDGE_FAULTS: readonly WebSocketFault[] = [
  { name: 'refuses with 400', ...refused('400 Bad Request') },
  { name: 'refuses with 401', ...refused('401 Unauthorized') },
  { name: 'refuses with 429', ...refused('429 Too Many Requests') },
  { name: 'fails with 500', ...refused('500 Internal Server Error') },
  { name: 'fails with 503', ...refused('503 Unavailable') },
  { name: 'resets before it answers', ...failed(['asked', 'reset'], 502, 'upstream_unreachable') },
  {
    name: 'ends the connection without an answer',
    ...failed(['asked', 'end', 'left'], 502, 'upstream_unreachable'),
  },
  {
    name: 'answers in JSON, where a stream was asked for',
    ...failed(['asked', { send: sized('{"object":"response","output":[]}') }], 502, 'upstream_unreachable'),
  },
  {
    name: 'resets between its head and its first event',
    ...cut(send(SSE_HEAD), 'reset'),
  },
  {
    name: 'resets in the middle of an event',
    ...cut(send(SSE_HEAD, chunk(BEGUN.slice(0, -20))), { clientHas: 'response.created' }, 'reset'),
  },
  {
    name: 'ends its stream properly before its last event',
    ...cut(send(SSE_HEAD, chunk(BEGUN), LAST_CHUNK)),
  },
  {
    name: 'sends a chunk size that is no number',
    ...cut(send(SSE_HEAD, chunk(BEGUN), 'size\r\n'), 'left'),
  },
  {
    name: 'says in an error event what went wrong, and breaks off',
    ...answered(['asked', send(SSE_HEAD, chunk(BEGUN + ERROR_EVENT)), 'reset'], {
      client: { code: 'server_is_overloaded' },
      records: [{ status: 200, finish: 'failed', code: 'server_is_overloaded', origin: 'upstream' }],
    }),
    client: [...ASK, { received: 'server_is_overloaded' }, ...CLIENT_CLOSES],
  },
  {
    name: 'sends an event whose JSON is broken',
    ...answered(
      ['asked', send(SSE_HEAD, chunk(`${FIRST_EVENT}data: {"type":\n\n${OTHER_EVENTS}`), LAST_CHUNK)],
      {
        client: { whole: true, messages: [MESSAGES[0] ?? '', '{"type":', ...MESSAGES.slice(1)] },
        records: [COMPLETED],
      },
      MESSAGES.length + 1,
    ),
  },
  {
    name: 'sends an event of 20 MB',
    ...answered(
      ['asked', send(SSE_HEAD, chunk(FIRST_EVENT + encodeEvent(HUGE) + OTHER_EVENTS), LAST_CHUNK)],
      {
        client: { whole: true, messages: [MESSAGES[0] ?? '', JSON.stringify(HUGE), ...MESSAGES.slice(1)] },
        records: [COMPLETED],
      },
      MESSAGES.length + 1,
    ),
  },
  {
    name: 'sends its answer one byte a packet',
    ...answered(
      [
        'asked',
        { send: Buffer.concat([Buffer.from(SSE_HEAD), chunk(STREAM)]), pieceBytes: 1 },
        { send: LAST_CHUNK },
      ],
      { client: { whole: true }, records: [COMPLETED] },
      MESSAGES.length,
    ),
  },
  {
    name: 'is still answering when its client closes',
    upstream: [['asked', send(SSE_HEAD, chunk(BEGUN)), 'left']],
    client: [...ASK, { received: 'response.created' }, ...CLIENT_CLOSES],
    gateway: BRIDGE,
    expect: { client: {}, asked: 1, upstream: [], records: [{ status: 200, finish: 'aborted' }] },
  },
  {
    name: 'is still answering when its client resets',
    upstream: [['asked', send(SSE_HEAD, chunk(BEGUN)), 'left']],
    client: [...ASK, { received: 'response.created' }, 'reset'],
    gateway: BRIDGE,
    expect: { asked: 1, upstream: [], records: [{ status: 200, finish: 'aborted' }] },
  },
  {
    name: 'is not asked what is no JSON, and then what is',
    ...goesOn(said('{"type":"response.create","input":'), 400, 'invalid_json'),
  },
  {
    name: 'fails with 503, and answers the next request on the same connection',
    upstream: [['asked', { send: sized('{"error":{"code":"once"}}', undefined, '503 Unavailable') }], GOOD],
    client: [...ASK, { messages: 1 }, { send: CREATE }, { messages: 1 + MESSAGES.length }, ...CLIENT_CLOSES],
    gateway: BRIDGE,
    expect: {
      client: { whole: true, status: 503, code: 'once' },
      asked: 2,
      upstream: [],
      records: [{ status: 503, finish: 'failed', code: 'once', origin: 'upstream' }, COMPLETED],
    },
  },
];
