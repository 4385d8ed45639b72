import type { ClientSeesWebSocket, RecordSays, WebSocketFault } from '../../support/faults/fault.ts';
import { GOOD, head, sized } from '../../support/faults/messages.ts';
import { nowhere } from '../../support/faults/places.ts';
import type { Step } from '../../support/faults/play-steps.ts';
import type { UpstreamScript } from '../../support/faults/start-scripted-upstream.ts';
import {
  ALL_FRAMES,
  ASK,
  CLIENT_CLOSES,
  FIRST_FRAME,
  MESSAGES,
  OTHER_FRAMES,
  told,
  upstreamCloses,
} from '../../support/faults/websocket-messages.ts';
import { encodeFrame } from '../../support/websocket/raw-frames.ts';

const COMPLETED = { status: 200, finish: 'completed' } as const;
const TRUNCATED = {
  finish: 'truncated',
  code: 'upstream_stream_truncated',
  origin: 'upstream',
} as const;
const LOST = 1011;

/** An upstream that takes the connection and the request, and then does this. */
const relayed = (...steps: readonly Step[]): readonly UpstreamScript[] => [
  [{ accept: [] }, { messages: 1 }, ...steps],
];
const answering = (...frames: readonly Buffer[]): readonly UpstreamScript[] =>
  relayed({ send: Buffer.concat(frames) }, 'close back');
const whole: WebSocketFault['expect'] = {
  client: { whole: true },
  asked: 1,
  upstream: [{ messages: 1, close: 1000 }],
  records: [COMPLETED],
};
const passedOn = (messages: ClientSeesWebSocket['messages']): WebSocketFault['expect'] => ({
  ...whole,
  client: { whole: true, ...(messages && { messages }) },
});
const waitFor = (messages: number): readonly Step[] => [...ASK, { messages }, ...CLIENT_CLOSES];
/** The client hears nothing, or some of it, and then that the connection is closed. */
const closedBy = (
  close: number,
  upstream: number | undefined,
  status?: number,
): Pick<WebSocketFault, 'client' | 'expect'> => ({
  client: [...ASK, 'close back'],
  expect: {
    client: { close },
    asked: 1,
    upstream: [{ messages: 1, ...(upstream !== undefined && { close: upstream }) }],
    records: [{ ...TRUNCATED, ...(status && { status }) }],
  },
});
const brokenBy = (
  frame: Buffer,
  ownClose: number,
): Pick<WebSocketFault, 'upstream' | 'client' | 'expect'> => ({
  // It does not answer the close that it is sent for it either.
  upstream: relayed({ send: Buffer.concat([FIRST_FRAME, frame]) }, 'left'),
  client: [...ASK, 'close back'],
  expect: {
    client: { close: LOST },
    asked: 1,
    upstream: [{ messages: 1, close: ownClose }],
    records: [{ ...TRUNCATED, status: 200, message: 'broke the WebSocket protocol (' }],
  },
});

const REFUSAL = '{"error":{"message":"no","type":"t","code":"refused","param":null}}';
/** Refused in HTTP, and over HTTP as well. */
const refusedAlike = (status: string, record: RecordSays): Omit<WebSocketFault, 'name'> => ({
  upstream: [
    [{ send: sized(REFUSAL, undefined, status) }],
    ['asked', { send: sized(REFUSAL, undefined, status) }],
  ],
  client: waitFor(1),
  expect: {
    client: { status: Number.parseInt(status, 10), code: 'refused' },
    asked: 2,
    upstream: [],
    records: [record],
  },
});
const refusal = (status: string): Omit<WebSocketFault, 'name'> =>
  refusedAlike(status, {
    status: Number.parseInt(status, 10),
    finish: 'failed',
    code: 'refused',
    origin: 'upstream',
  });
/** What the upstream answers to the upgrade; over HTTP it answers well. */
const bridgedAfter = (...steps: UpstreamScript): Omit<WebSocketFault, 'name'> => ({
  upstream: [steps, GOOD],
  expect: { client: { whole: true }, asked: 2, upstream: [], records: [COMPLETED] },
});

const BIG = JSON.stringify({ type: 'response.output_text.delta', delta: 'x'.repeat(20 * 2 ** 20) });
const ERROR = JSON.stringify({
  ...{ type: 'error', status: 429, error: { type: 't', code: 'usage_limit', message: 'later' } },
});
const BROKEN_JSON = '{"type":"response.output_text.delta","delta":';
const UNKNOWN = '{"type":"nobody.knows"}';

/** Upstreams that speak WebSocket, or should, and do not do it well. */
export const WEBSOCKET_UPSTREAM_FAULTS: readonly WebSocketFault[] = [
  { name: 'refuses the upgrade with 401, and the request as well', ...refusal('401 Unauthorized') },
  { name: 'refuses the upgrade with 429, and the request as well', ...refusal('429 Too Many Requests') },
  { name: 'refuses the upgrade with 503, and the request as well', ...refusal('503 Unavailable') },
  {
    name: 'refuses the upgrade with 503, and answers over HTTP',
    ...bridgedAfter({ send: sized(REFUSAL, undefined, '503 Unavailable') }),
  },
  {
    name: 'redirects the upgrade to itself, and is not asked again',
    ...bridgedAfter({ send: head('307 Temporary Redirect', 'location: /v1/responses', 'content-length: 0') }),
  },
  {
    name: 'answers the upgrade as if it were none',
    ...bridgedAfter({ send: sized('{}') }),
  },
  { name: 'resets when the upgrade has come, and answers over HTTP', ...bridgedAfter('reset') },
  {
    name: 'ends the connection when the upgrade has come, and answers over HTTP',
    ...bridgedAfter('end', 'left'),
  },
  {
    name: 'accepts the upgrade of somebody else, and answers over HTTP',
    ...bridgedAfter(
      {
        send: head(
          '101 Switching Protocols',
          ...['connection: upgrade', 'upgrade: websocket', 'sec-websocket-accept: bm9uZSBvZiB5b3Vycw=='],
        ),
      },
      'left',
    ),
  },
  {
    name: 'does not answer the upgrade, and answers over HTTP',
    ...bridgedAfter('left'),
    gateway: { timeouts: { handshakeMs: 100 } },
  },
  {
    name: 'cannot be reached at the upgrade, and not over HTTP',
    place: () => nowhere((port) => `http://127.0.0.1:${port}/v1`),
    client: waitFor(1),
    expect: {
      client: { status: 502, code: 'upstream_unreachable' },
      asked: 0,
      upstream: [],
      records: [{ status: 502, finish: 'failed', code: 'upstream_unreachable', origin: 'network' }],
    },
  },
  {
    name: 'accepts, and says no word until the client has left',
    upstream: relayed({ mark: 'silent' }, 'close back'),
    client: [...ASK, { after: 'silent' }, ...CLIENT_CLOSES],
    expect: {
      client: {},
      asked: 1,
      upstream: [{ messages: 1, close: 1000 }],
      records: [{ finish: 'aborted' }],
    },
  },
  {
    name: 'accepts, and answers neither a request nor a ping',
    upstream: relayed('left'),
    ...closedBy(LOST, undefined),
    gateway: { timeouts: { heartbeatMs: 300 } },
  },
  {
    name: 'closes with 1000 before the first event',
    upstream: relayed(...upstreamCloses(1000)),
    ...closedBy(1000, 1000),
  },
  {
    name: 'closes with 1000 in mid-turn',
    upstream: relayed({ send: FIRST_FRAME }, ...upstreamCloses(1000)),
    ...closedBy(1000, 1000, 200),
  },
  {
    name: 'closes with 1011 in mid-turn',
    upstream: relayed({ send: FIRST_FRAME }, ...upstreamCloses(1011)),
    ...closedBy(1011, 1011, 200),
  },
  { name: 'resets before the first event', upstream: relayed('reset'), ...closedBy(LOST, undefined) },
  {
    name: 'resets in mid-turn',
    upstream: relayed({ send: FIRST_FRAME }, { clientHas: 'response.created' }, 'reset'),
    ...closedBy(LOST, undefined, 200),
  },
  {
    name: 'ends the connection in mid-turn without a close',
    upstream: relayed({ send: FIRST_FRAME }, 'end', 'left'),
    ...closedBy(LOST, undefined, 200),
  },
  {
    name: 'resets in the middle of a frame',
    upstream: relayed(
      { send: Buffer.concat([FIRST_FRAME, told(UNKNOWN).subarray(0, -3)]) },
      { clientHas: 'response.created' },
      'reset',
    ),
    ...closedBy(LOST, undefined, 200),
  },
  {
    name: 'resets after its last event',
    upstream: relayed({ send: ALL_FRAMES }, { clientHas: 'response.completed"' }, 'reset'),
    client: [...ASK, 'close back'],
    expect: {
      client: { whole: true, close: LOST },
      asked: 1,
      upstream: [{ messages: 1 }],
      records: [COMPLETED],
    },
  },
  {
    name: 'sends a frame of a kind that is reserved',
    ...brokenBy(encodeFrame({ opcode: 3, payload: Buffer.from('x'), isMasked: false }), 1002),
  },
  {
    name: 'sends a frame that is masked, as only a client’s may be',
    ...brokenBy(encodeFrame({ opcode: 1, payload: Buffer.from(UNKNOWN) }), 1002),
  },
  {
    name: 'sends a frame that is compressed, which was not agreed on',
    ...brokenBy(
      encodeFrame({ opcode: 1, reserved: 4, payload: Buffer.from(UNKNOWN), isMasked: false }),
      1002,
    ),
  },
  {
    name: 'sends a frame that claims to hold 2 GB',
    ...brokenBy(
      encodeFrame({ opcode: 1, payload: Buffer.from('x'), claimedBytes: 2 ** 31, isMasked: false }),
      1009,
    ),
  },
  { name: 'sends a text that is not UTF-8', ...brokenBy(told(Buffer.from([0xc3, 0x28])), 1007) },
  {
    name: 'closes with a code that no close may have',
    ...brokenBy(encodeFrame({ opcode: 8, payload: Buffer.from([0x03, 0xed]), isMasked: false }), 1002),
  },
  {
    name: 'sends a binary message in mid-turn',
    upstream: answering(FIRST_FRAME, told(Buffer.from([0xff, 0]), 2), OTHER_FRAMES),
    client: waitFor(MESSAGES.length + 1),
    expect: passedOn([MESSAGES[0] ?? '', Buffer.from([0xff, 0]), ...MESSAGES.slice(1)]),
  },
  {
    name: 'sends an event whose JSON is broken',
    upstream: answering(FIRST_FRAME, told(BROKEN_JSON), OTHER_FRAMES),
    client: waitFor(MESSAGES.length + 1),
    expect: passedOn([MESSAGES[0] ?? '', BROKEN_JSON, ...MESSAGES.slice(1)]),
  },
  {
    name: 'sends an event before it was asked for any',
    upstream: [[{ accept: [told(UNKNOWN)] }, { messages: 1 }, { send: ALL_FRAMES }, 'close back']],
    client: waitFor(MESSAGES.length + 1),
    expect: passedOn([UNKNOWN, ...MESSAGES]),
  },
  {
    name: 'sends an event of 20 MB',
    upstream: answering(FIRST_FRAME, told(BIG), OTHER_FRAMES),
    client: waitFor(MESSAGES.length + 1),
    expect: passedOn([MESSAGES[0] ?? '', BIG, ...MESSAGES.slice(1)]),
  },
  {
    name: 'sends its answer one byte a packet',
    upstream: relayed({ send: ALL_FRAMES, pieceBytes: 1 }, 'close back'),
    expect: whole,
  },
  {
    name: 'answers, and answers again what nobody asked',
    upstream: answering(ALL_FRAMES, ALL_FRAMES),
    client: waitFor(2 * MESSAGES.length),
    expect: passedOn([...MESSAGES, ...MESSAGES]),
  },
  {
    name: 'says in an error what went wrong, and resets',
    upstream: relayed({ send: Buffer.concat([FIRST_FRAME, told(ERROR)]) }, { clientHas: 'later' }, 'reset'),
    client: [...ASK, 'close back'],
    expect: {
      client: { code: 'usage_limit', status: 429, close: LOST },
      asked: 1,
      upstream: [{ messages: 1 }],
      records: [{ status: 429, finish: 'failed', code: 'usage_limit', origin: 'upstream' }],
    },
  },
];
