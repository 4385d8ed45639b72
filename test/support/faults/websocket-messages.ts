import { encodeFrame } from '../websocket/raw-frames.ts';
import { EVENTS } from './messages.ts';
import type { Step } from './play-steps.ts';
import { closeFrame } from './websocket-steps.ts';

/** A client's request, as text. */
export const CREATE_TEXT = '{"type":"response.create","model":"gpt-test","store":false,"input":"hello"}';

/** The request for an upgrade, with other header lines where they are said. */
export const upgrade = (lines: readonly string[] = [], path = '/v1/responses'): string =>
  [
    `GET ${path} HTTP/1.1`,
    ...['host: localhost', 'connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'],
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    ...lines,
    '',
    '',
  ].join('\r\n');

/** A client's message. */
export const said = (text: string | Buffer, opcode = 1): Buffer =>
  encodeFrame({ opcode, payload: Buffer.from(text) });
/** The same as a frame. */
export const CREATE = said(CREATE_TEXT);

/** An upstream's message. */
export const told = (text: string | Buffer, opcode = 1): Buffer =>
  encodeFrame({ opcode, payload: Buffer.from(text), isMasked: false });

/** A whole answer, message by message. */
export const MESSAGES = EVENTS.map((event) => JSON.stringify(event));
const FRAMES = MESSAGES.map((message) => told(message));
export const FIRST_FRAME = FRAMES[0] ?? Buffer.alloc(0);
export const ALL_FRAMES = Buffer.concat(FRAMES);
/** All but the first, that is: what is missing after it. */
export const OTHER_FRAMES = Buffer.concat(FRAMES.slice(1));

export const CONNECT: readonly Step[] = [{ send: upgrade() }, { received: '\r\n\r\n' }];
export const ASK: readonly Step[] = [...CONNECT, { send: CREATE }];
export const CLIENT_CLOSES: readonly Step[] = [{ send: closeFrame(1000, true) }, 'agreed'];
export const upstreamCloses = (code: number): readonly Step[] => [
  { send: closeFrame(code, false) },
  'agreed',
];
