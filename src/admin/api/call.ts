import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from '../../guard/viewer.ts';

/** One question to the API, on its way to its answer. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** Who asks. On a route that is open, somebody without any rights. */
  readonly viewer: Viewer;
  /** What the route's pattern has caught. */
  readonly params: readonly string[];
}

/** Answers, or throws what is told to the client as a refusal. */
export type Handle = (call: Call) => Promise<void> | void;

export const sendJson = ({ response }: Pick<Call, 'response'>, body: unknown, status = 200): void => {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
};

export const sendNothing = (
  { response }: Pick<Call, 'response'>,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(204, headers);
  response.end();
};
