import type { WebSocketFault } from '../../support/faults/fault.ts';
import type { SignalFault } from '../../support/faults/hold-process-against.ts';
import { BEGUN, chunk, LAST_CHUNK, LAST_EVENT, SSE_HEAD, send } from '../../support/faults/messages.ts';
import type { ScriptedClient } from '../../support/faults/play-client.ts';
import type { Step } from '../../support/faults/play-steps.ts';
import type { UpstreamScript } from '../../support/faults/start-scripted-upstream.ts';
import {
  ASK,
  CONNECT,
  FIRST_FRAME,
  MESSAGES,
  OTHER_FRAMES,
} from '../../support/faults/websocket-messages.ts';

const BRIDGE = { WEBSOCKETS: 'bridge' };
const SHUTTING_DOWN = { code: 'shutting_down', origin: 'gateway' } as const;
const [GOING_AWAY, SERVICE_RESTART] = [1001, 1012];

const BEGINNING_OVER_WEBSOCKET: UpstreamScript = [
  { accept: [] },
  { messages: 1 },
  { send: FIRST_FRAME },
  { clientHas: 'response.created' },
];
const BEGINNING_OVER_HTTP: UpstreamScript = [
  'asked',
  send(SSE_HEAD, chunk(BEGUN)),
  { clientHas: 'response.created' },
];
const BEGUN_MARK: Step = { mark: 'begun' };
const CLIENT: readonly Step[] = [...ASK, 'close back'];
const CUT: Pick<WebSocketFault['expect'], 'client' | 'records'> = {
  client: { code: SHUTTING_DOWN.code, close: SERVICE_RESTART },
  records: [{ status: 200, finish: 'truncated', ...SHUTTING_DOWN }],
};

/** What becomes of a WebSocket connection when the gateway is stopped and has no time left. */
export const WEBSOCKET_STOP_FAULTS: readonly WebSocketFault[] = [
  {
    name: 'while a WebSocket connection is idle',
    upstream: [[{ accept: [] }, { clientHas: '\r\n\r\n' }, BEGUN_MARK, 'close back']],
    client: [...CONNECT, 'close back'],
    stopAfter: 'begun',
    expect: {
      client: { close: GOING_AWAY },
      asked: 1,
      upstream: [{ messages: 0, close: GOING_AWAY }],
      records: [],
    },
  },
  {
    name: 'before the first event over WebSocket',
    upstream: [[{ accept: [] }, { messages: 1 }, BEGUN_MARK, 'close back']],
    client: CLIENT,
    stopAfter: 'begun',
    expect: {
      ...CUT,
      asked: 1,
      upstream: [{ messages: 1, close: SERVICE_RESTART }],
      records: [{ finish: 'truncated', ...SHUTTING_DOWN }],
    },
  },
  {
    name: 'in the middle of a turn over WebSocket',
    upstream: [[...BEGINNING_OVER_WEBSOCKET, BEGUN_MARK, 'close back']],
    client: CLIENT,
    stopAfter: 'begun',
    expect: { ...CUT, asked: 1, upstream: [{ messages: 1, close: SERVICE_RESTART }] },
  },
  {
    name: 'in the middle of a turn over WebSocket whose upstream is asked over HTTP',
    upstream: [[...BEGINNING_OVER_HTTP, BEGUN_MARK, 'left']],
    client: CLIENT,
    gateway: { env: BRIDGE },
    stopAfter: 'begun',
    expect: { ...CUT, asked: 1, upstream: [] },
  },
];

const HERE_AND_ON: readonly Step[] = [{ mark: 'here' }, { after: 'signalled' }];
const isWhole = ({ frames }: ScriptedClient): boolean =>
  frames.messages.at(-1)?.toString() === MESSAGES.at(-1);

const PHASES: readonly Pick<SignalFault, 'name' | 'client' | 'upstream' | 'env' | 'isWhole'>[] = [
  {
    name: 'in the middle of a turn over WebSocket',
    upstream: [...BEGINNING_OVER_WEBSOCKET, ...HERE_AND_ON, { send: OTHER_FRAMES }, 'close back'],
    client: CLIENT,
    isWhole,
  },
  {
    name: 'in the middle of a turn over WebSocket whose upstream is asked over HTTP',
    upstream: [...BEGINNING_OVER_HTTP, ...HERE_AND_ON, send(chunk(LAST_EVENT), LAST_CHUNK)],
    client: CLIENT,
    env: BRIDGE,
    isWhole,
  },
];

export const WEBSOCKET_SIGNAL_FAULTS: readonly SignalFault[] = [
  ...PHASES.map(
    (phase): SignalFault => ({
      ...phase,
      signal: 'SIGTERM',
      expect: { client: 'a whole answer', exitCode: 0, asked: 1, finish: 'completed' },
    }),
  ),
  ...PHASES.map(
    (phase): SignalFault => ({
      ...phase,
      signal: 'SIGKILL',
      logged: () => true,
      expect: { client: 'a broken connection', exitCode: null, asked: 1, finish: 'interrupted' },
    }),
  ),
];
