import type { SignalFault } from '../../support/faults/hold-process-against.ts';
import {
  BEGUN,
  chunk,
  LAST_CHUNK,
  LAST_EVENT,
  lastRequest,
  request,
  SSE_HEAD,
  STREAM,
  send,
} from '../../support/faults/messages.ts';
import type { Step } from '../../support/faults/play-steps.ts';
import type { UpstreamScript } from '../../support/faults/start-scripted-upstream.ts';

const EXPECTING = lastRequest({ headers: ['expect: 100-continue'] });
const [FIRST, REST] = [EXPECTING.slice(0, -10), EXPECTING.slice(-10)];
const ASK: readonly Step[] = [{ send: lastRequest() }, 'left'];
const HERE: Step = { mark: 'here' };
const GO_ON: Step = { after: 'signalled' };

interface Phase {
  readonly name: string;
  readonly asked: number;
  readonly upstream?: UpstreamScript;
  readonly client: readonly Step[];
}

/** The life of an exchange. The answer goes on after the signal, where there is still somebody to pass it on. */
const PHASES: readonly Phase[] = [
  {
    name: 'while the client sends its body',
    asked: 1,
    client: [{ send: FIRST }, { received: '100 Continue' }, HERE, GO_ON, { send: REST }, 'left'],
  },
  {
    name: 'before the answer begins',
    asked: 1,
    upstream: ['asked', HERE, GO_ON, send(SSE_HEAD, chunk(STREAM), LAST_CHUNK)],
    client: ASK,
  },
  {
    name: 'between the head and the first event',
    asked: 1,
    upstream: [
      'asked',
      send(SSE_HEAD),
      { clientHas: '\r\n\r\n' },
      HERE,
      GO_ON,
      send(chunk(STREAM), LAST_CHUNK),
    ],
    client: ASK,
  },
  {
    name: 'in the middle of a stream',
    asked: 1,
    upstream: [
      'asked',
      send(SSE_HEAD, chunk(BEGUN)),
      { clientHas: 'response.created' },
      HERE,
      GO_ON,
      send(chunk(LAST_EVENT), LAST_CHUNK),
    ],
    client: ASK,
  },
];

const IDLE: Pick<SignalFault, 'client' | 'logged'> = {
  client: [{ send: request() }, { received: '\r\n0\r\n\r\n' }, HERE, 'left'],
  logged: ({ response }) => response.finish === 'completed',
};
const BROKEN = { client: 'a broken connection', exitCode: null } as const;
const WHOLE = { client: 'a whole answer', asked: 1, finish: 'completed' } as const;

export const SIGNAL_FAULTS: readonly SignalFault[] = [
  ...PHASES.map((phase): SignalFault => ({ ...phase, signal: 'SIGTERM', expect: { ...WHOLE, exitCode: 0 } })),
  { name: 'while a connection is kept open', ...IDLE, signal: 'SIGTERM', expect: { ...WHOLE, exitCode: 0 } },
  ...PHASES.map(
    (phase, index): SignalFault => ({
      ...phase,
      signal: 'SIGKILL',
      logged: () => true,
      expect: { ...BROKEN, asked: index === 0 ? 0 : 1, finish: 'interrupted' },
    }),
  ),
  {
    name: 'while a connection is kept open',
    ...IDLE,
    signal: 'SIGKILL',
    expect: { ...WHOLE, exitCode: null },
  },
];
