import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorAnswer } from '../guard/error-answer.ts';

/** A client that is still sending when it is refused may go on for this long, so that it reads the answer. */
const LINGER_MS = 5_000;

/**
 * Answers with a refusal. Where the body of the request is not there yet, the connection ends with it: the rest
 * of the body is read and dropped, since a client whose bytes meet a closed connection would lose the answer.
 * @see RFC 9112 §9.6 (tear-down)
 */
export const endRefused = (
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: ErrorAnswer,
): void => {
  response.writeHead(status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(timer));
};
