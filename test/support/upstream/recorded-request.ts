import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A request as the upstream saw it. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  /** Names and values in turn, as they came over the wire. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Hex SHA-256 of the body. */
  readonly sha256: string;
  /** Monotonic milliseconds. */
  readonly headAtMs: number;
  readonly bodyAtMs: number;
  /** Resolves when the connection of the answer closes; true where the client left before its end. */
  readonly closed: Promise<{ readonly aborted: boolean; readonly atMs: number }>;
  /** The body as JSON. */
  json(): Record<string, unknown>;
}

/** Reads a request whole. */
export const recordRequest = async (
  request: IncomingMessage,
  closed: RecordedRequest['closed'],
): Promise<RecordedRequest> => {
  const headAtMs = performance.now();
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    rawHeaders: request.rawHeaders,
    headers: request.headers,
    body,
    sha256: createHash('sha256').update(body).digest('hex'),
    headAtMs,
    bodyAtMs: performance.now(),
    closed,
    json: () => JSON.parse(body.toString()),
  };
};
