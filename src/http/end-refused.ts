import type { IncomingMessage, ServerResponse } from 'node:http';
import { endConnection } from '../guard/checks/last-on-connection.ts';
import type { ErrorAnswer } from '../guard/error-answer.ts';

/** A client that is still sending when it is refused may go on for this long, so that it reads the answer. */
const LINGER_MS = 5_000;

/** Whether what a request's body still lacks can be read: not where it is malformed. */
export type BodyState = 'readable' | 'unreadable';

const hasUnreadBody = ({ complete, headers }: IncomingMessage): boolean =>
  !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);

/**
 * Answers with a refusal. Where the request's body has not come yet, the connection ends with the answer, and
 * nothing behind it is a request. The client has the whole answer at once; the connection is closed when the
 * rest of the body was read and dropped, since a client whose bytes meet a closed one would lose the answer.
 * @see RFC 9112 §9.6 (tear-down)
 */
export const endRefused = (
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: ErrorAnswer,
  rest: BodyState = 'readable',
): void => {
  const lingers = rest === 'readable' && hasUnreadBody(request);
  const closes = lingers || headers.connection === 'close' || !response.shouldKeepAlive;
  if (closes) endConnection(request.socket);
  response.writeHead(status, closes ? { ...headers, connection: 'close' } : headers);
  const answer = request.method === 'HEAD' ? undefined : body;
  if (!lingers) {
    response.end(answer);
    return;
  }
  if (answer === undefined) response.flushHeaders();
  else response.write(answer);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.once('end', end).once('close', end).resume();
};
