import type { Fault } from '../../support/faults/fault.ts';
import { chunk, LAST_CHUNK, SSE_HEAD, STREAM, send } from '../../support/faults/messages.ts';

const HALF = 300;
/** Longer than a minute, in which much that is idle is given up, and not a model that thinks. */
const SILENT_MS = 61_000;

const wholeStream: Fault['expect'] = {
  client: [{ status: 200, body: STREAM }],
  asked: 1,
  records: [{ status: 200, finish: 'completed' }],
};

export const SILENCE: readonly Fault[] = [
  {
    name: 'is silent for a minute in the middle of its stream',
    upstream: [
      [
        'asked',
        send(SSE_HEAD, chunk(STREAM.slice(0, HALF))),
        { silentMs: SILENT_MS },
        send(chunk(STREAM.slice(HALF)), LAST_CHUNK),
      ],
    ],
    expect: wholeStream,
  },
];
