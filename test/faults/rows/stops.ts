import type { Fault } from '../../support/faults/fault.ts';
import { BEGUN, chunk, lastRequest, SSE_HEAD, STREAM, send } from '../../support/faults/messages.ts';

const SHUTTING_DOWN = { code: 'shutting_down', origin: 'gateway' } as const;
const REQUEST = lastRequest();

/** What becomes of an exchange when the gateway is stopped and it has no time left to end. */
export const STOP_FAULTS: readonly Fault[] = [
  {
    name: 'while the client sends its body',
    client: [{ send: REQUEST.slice(0, -10) }, { mark: 'begun' }, 'left'],
    stopAfter: 'begun',
    expect: { client: [], asked: 0, records: [] },
  },
  {
    name: 'before the answer begins',
    upstream: [['asked', 'left']],
    stopAfter: 'asked',
    expect: {
      client: [{ status: 503, ...SHUTTING_DOWN }],
      asked: 1,
      records: [{ status: 503, finish: 'failed', ...SHUTTING_DOWN }],
    },
  },
  {
    name: 'between the head and the first event',
    upstream: [['asked', send(SSE_HEAD), { clientHas: '\r\n\r\n' }, { mark: 'begun' }, 'left']],
    stopAfter: 'begun',
    expect: {
      client: [{ status: 200, code: SHUTTING_DOWN.code }],
      asked: 1,
      records: [{ status: 200, finish: 'truncated', ...SHUTTING_DOWN }],
    },
  },
  {
    name: 'in the middle of a stream',
    upstream: [
      ['asked', send(SSE_HEAD, chunk(BEGUN)), { clientHas: 'response.created' }, { mark: 'begun' }, 'left'],
    ],
    stopAfter: 'begun',
    expect: {
      client: [{ status: 200, code: SHUTTING_DOWN.code }],
      asked: 1,
      records: [{ status: 200, finish: 'truncated', ...SHUTTING_DOWN }],
    },
  },
  {
    name: 'after the last event, before the end of the stream',
    upstream: [
      [
        'asked',
        send(SSE_HEAD, chunk(STREAM)),
        { clientHas: 'response.completed' },
        { mark: 'begun' },
        'left',
      ],
    ],
    stopAfter: 'begun',
    expect: {
      client: [{ status: 200, body: STREAM }],
      asked: 1,
      records: [{ status: 200, finish: 'completed' }],
    },
  },
  {
    name: 'in the middle of an answer that is no stream',
    upstream: [
      [
        'asked',
        { send: 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"begun":' },
        { clientHas: 'begun' },
        { mark: 'begun' },
        'left',
      ],
    ],
    stopAfter: 'begun',
    expect: {
      client: [{ status: 200, broken: true }],
      asked: 1,
      records: [{ status: 200, finish: 'truncated', ...SHUTTING_DOWN }],
    },
  },
];
