import type { WebSocketFault } from '../../support/faults/fault.ts';
import { lastRequest } from '../../support/faults/messages.ts';
import type { Step } from '../../support/faults/play-steps.ts';
import type { UpstreamScript } from '../../support/faults/start-scripted-upstream.ts';
import {
  ALL_FRAMES,
  ASK,
  CLIENT_CLOSES,
  CONNECT,
  CREATE,
  CREATE_TEXT,
  FIRST_FRAME,
  MESSAGES,
  OTHER_FRAMES,
  said,
  told,
  upgrade,
  upstreamCloses,
} from '../../support/faults/websocket-messages.ts';
import { encodeFrame } from '../../support/websocket/raw-frames.ts';

const COMPLETED = { status: 200, finish: 'completed' } as const;
/** The client's connection was lost: there is no code to pass on. */
const NO_CODE = 1005;

const relayed = (...steps: readonly Step[]): readonly UpstreamScript[] => [[{ accept: [] }, ...steps]];
const ANSWERING = relayed({ messages: 1 }, { send: ALL_FRAMES }, 'close back');
const BEGINNING = relayed({ messages: 1 }, { send: FIRST_FRAME }, 'close back');
const IDLE = relayed('close back');

const answered = (...client: readonly Step[]): Omit<WebSocketFault, 'name'> => ({
  upstream: ANSWERING,
  client: [...client, { messages: MESSAGES.length }, ...CLIENT_CLOSES],
  expect: {
    client: { whole: true },
    asked: 1,
    upstream: [{ messages: [CREATE_TEXT], close: 1000 }],
    records: [COMPLETED],
  },
});
/** It is gone in the middle of its answer. */
const leaving = (close: number, ...client: readonly Step[]): Omit<WebSocketFault, 'name'> => ({
  upstream: BEGINNING,
  client: [...ASK, { received: 'response.created' }, ...client],
  expect: {
    asked: 1,
    upstream: [{ messages: 1, close }],
    records: [{ status: 200, finish: 'aborted' }],
  },
});
/** What it sends breaks the protocol, and never reaches the upstream. */
const refused = (
  close: number,
  sent: Buffer,
  record: { readonly status: number; readonly code: string } = { status: 400, code: 'invalid_request' },
  upstreamClose = NO_CODE,
): Omit<WebSocketFault, 'name'> => ({
  upstream: IDLE,
  client: [...CONNECT, { send: sent }, 'close back'],
  expect: {
    client: { close },
    asked: 1,
    upstream: [{ messages: 0, close: upstreamClose }],
    records: [{ ...record, finish: 'failed', origin: 'client' }],
  },
});
const refusedUpgrade = (
  sent: string,
  status: number,
  code: string,
  asked = 0,
): Omit<WebSocketFault, 'name'> => ({
  client: [{ send: sent }, 'left'],
  expect: {
    refused: { status, code, origin: 'client' },
    asked,
    upstream: [],
    records: [{ status, finish: 'failed', code, origin: 'client' }],
  },
});

const BROKEN_JSON = '{"type":"response.create","input":';
const NO_ANSWER = told('{"type":"error","status":400,"error":{"code":"invalid_json","message":"no JSON"}}');
const DELTA = JSON.stringify({ type: 'response.output_text.delta', delta: 'x'.repeat(2 ** 16) });
const DELTAS = Array<string>(768).fill(DELTA);
const MUCH = Buffer.concat([FIRST_FRAME, ...DELTAS.map((delta) => told(delta)), OTHER_FRAMES]);
/** More than connections hold between the gateway and its two sides. */
const HELD_BACK_BYTES = 12 * 2 ** 20;
const MUCH_ANSWER: readonly Step[] = [
  { messages: 1 },
  { send: MUCH },
  { silentMs: 300 },
  { unsentBytes: HELD_BACK_BYTES },
  { mark: 'held back' },
];

/** Clients that speak WebSocket, or should, and do not do it well. The upstream does. */
export const WEBSOCKET_CLIENT_FAULTS: readonly WebSocketFault[] = [
  { name: 'closes in mid-turn', ...leaving(1000, ...CLIENT_CLOSES) },
  { name: 'resets in mid-turn', ...leaving(NO_CODE, 'reset') },
  { name: 'ends its side in mid-turn without a close', ...leaving(NO_CODE, 'end', 'left') },
  {
    name: 'resets before the first event',
    upstream: relayed({ messages: 1 }, { mark: 'asked' }, 'close back'),
    client: [...ASK, { after: 'asked' }, 'reset'],
    expect: { asked: 1, upstream: [{ messages: 1, close: NO_CODE }], records: [{ finish: 'aborted' }] },
  },
  {
    name: 'leaves while its upgrade is still asked for upstream',
    upstream: [[{ mark: 'upgrading' }, 'left']],
    client: [{ send: upgrade() }, { after: 'upgrading' }, 'reset'],
    expect: { asked: 1, upstream: [], records: [] },
  },
  {
    name: 'connects, says nothing and leaves',
    upstream: IDLE,
    client: [...CONNECT, 'reset'],
    expect: { asked: 1, upstream: [{ messages: 0, close: NO_CODE }], records: [] },
  },
  {
    name: 'resets in the middle of its message',
    upstream: IDLE,
    client: [...CONNECT, { send: CREATE.subarray(0, -10) }, 'reset'],
    expect: { asked: 1, upstream: [{ messages: 0, close: NO_CODE }], records: [] },
  },
  {
    name: 'sends its message one byte a packet',
    ...answered(...CONNECT, { send: CREATE, pieceBytes: 1 }),
  },
  {
    name: 'sends its message in the packet of its upgrade',
    ...answered({ send: Buffer.concat([Buffer.from(upgrade()), CREATE]) }),
  },
  {
    name: 'sends JSON that is broken, which is the upstream’s to refuse',
    upstream: relayed({ messages: 1 }, { send: NO_ANSWER }, 'close back'),
    client: [...CONNECT, { send: said(BROKEN_JSON) }, { messages: 1 }, ...CLIENT_CLOSES],
    expect: {
      client: { status: 400, code: 'invalid_json' },
      asked: 1,
      upstream: [{ messages: [BROKEN_JSON], close: 1000 }],
      records: [{ status: 400, finish: 'failed', code: 'invalid_json', origin: 'upstream' }],
    },
  },
  {
    name: 'sends a message above BODY_SIZE_LIMIT',
    ...refused(1009, said('x'.repeat(70_000)), { status: 413, code: 'request_too_large' }),
    gateway: { env: { BODY_SIZE_LIMIT: '64K' } },
  },
  {
    name: 'sends a frame that claims to hold 2 GB',
    ...refused(1009, encodeFrame({ opcode: 1, payload: Buffer.from('x'), claimedBytes: 2 ** 31 }), {
      status: 413,
      code: 'request_too_large',
    }),
  },
  {
    name: 'sends a frame that is not masked',
    ...refused(1002, encodeFrame({ opcode: 1, payload: Buffer.from(CREATE_TEXT), isMasked: false })),
  },
  { name: 'sends a text that is not UTF-8', ...refused(1007, said(Buffer.from([0xc3, 0x28]))) },
  { name: 'sends its request as a binary message', ...refused(1003, said(CREATE_TEXT, 2), undefined, 1003) },
  {
    name: 'asks twice before the first answer',
    upstream: relayed({ messages: 2 }, { send: Buffer.concat([ALL_FRAMES, ALL_FRAMES]) }, 'close back'),
    client: [...ASK, { send: CREATE }, { messages: 2 * MESSAGES.length }, ...CLIENT_CLOSES],
    expect: {
      client: { whole: true, messages: [...MESSAGES, ...MESSAGES] },
      asked: 1,
      upstream: [{ messages: 2, close: 1000 }],
      records: [COMPLETED, COMPLETED],
    },
  },
  {
    name: 'reads nothing while 48 MB come, which holds the upstream back, and then all of it',
    upstream: relayed(...MUCH_ANSWER, ...upstreamCloses(1000)),
    client: [...CONNECT, 'stop reading', { send: CREATE }, { after: 'held back' }, 'read on', 'close back'],
    expect: {
      client: {
        whole: true,
        messages: [MESSAGES[0] ?? '', ...DELTAS, ...MESSAGES.slice(1)],
        close: 1000,
      },
      asked: 1,
      upstream: [{ messages: 1, close: 1000 }],
      records: [COMPLETED],
    },
  },
  {
    name: 'reads nothing while 48 MB come, and leaves',
    upstream: relayed(...MUCH_ANSWER, 'close back'),
    client: [...CONNECT, 'stop reading', { send: CREATE }, { after: 'held back' }, 'reset'],
    expect: {
      asked: 1,
      upstream: [{ messages: 1, close: NO_CODE }],
      records: [{ status: 200, finish: 'aborted' }],
    },
  },
  {
    name: 'speaks a version of WebSocket that nobody speaks',
    ...refusedUpgrade(upgrade().replace('version: 13', 'version: 99'), 426, 'websocket_not_supported'),
  },
  {
    name: 'asks for an upgrade without a key of its own',
    ...refusedUpgrade(upgrade().replace(/sec-websocket-key: \S+\r\n/, ''), 400, 'invalid_request'),
  },
  {
    name: 'asks for an upgrade by POST',
    ...refusedUpgrade(
      lastRequest({ headers: ['upgrade: websocket', 'sec-websocket-version: 13'] }).replace(
        'connection: close',
        'connection: upgrade',
      ),
      400,
      'invalid_request',
    ),
  },
  {
    name: 'asks for WebSocket where none is spoken',
    ...refusedUpgrade(upgrade([], '/v1/chat/completions'), 426, 'websocket_not_supported'),
  },
];
