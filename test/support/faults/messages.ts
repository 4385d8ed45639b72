import { encodeEvent, responsesStream } from '../upstream/responses-stream.ts';
import type { Step } from './play-steps.ts';

const BODY = '{"model":"gpt-test","stream":true,"input":"hello"}';

interface Wish {
  readonly path?: string;
  readonly body?: string;
  readonly headers?: readonly string[];
}

/** A request as bytes. Its connection stays open. */
export const request = ({ path = '/v1/responses', body = BODY, headers = [] }: Wish = {}): string =>
  [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
    '',
    body,
  ].join('\r\n');

/** The same, and the connection ends with its answer. */
export const lastRequest = (wish: Wish = {}): string =>
  request({ ...wish, headers: ['connection: close', ...(wish.headers ?? [])] });

/** A whole answer, event by event. */
export const EVENTS = responsesStream([{ text: 'grüße' }]);
const TEXTS = EVENTS.map(encodeEvent);
/** The same as a stream. */
export const STREAM = TEXTS.join('');
/** All of it but its last event. */
export const BEGUN = TEXTS.slice(0, -1).join('');
export const LAST_EVENT = TEXTS.at(-1) ?? '';

export const head = (status: string, ...lines: readonly string[]): string =>
  `HTTP/1.1 ${status}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

export const chunk = (data: string | Buffer): Buffer => {
  const bytes = Buffer.from(data);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
};
export const LAST_CHUNK = '0\r\n\r\n';

export const SSE_HEAD = head('200 OK', 'content-type: text/event-stream', 'transfer-encoding: chunked');

/** Text as it is looked for in what has been received. */
export const asReceived = (text: string): string => Buffer.from(text).toString('latin1');

/** A step that sends several things in one write. */
export const send = (...parts: readonly (string | Buffer)[]): Step => ({
  send: Buffer.concat(parts.map((part) => Buffer.from(part))),
});

export const JSON_ANSWER = '{"object":"response","status":"completed","output":[]}';
export const sized = (body: string, length = Buffer.byteLength(body), status = '200 OK'): string =>
  head(status, 'content-type: application/json', `content-length: ${length}`) + body;

/** An answer as it should be. */
export const GOOD = ['asked', send(SSE_HEAD, chunk(STREAM), LAST_CHUNK)] as const;
