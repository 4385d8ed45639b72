import http from 'node:http';
import https from 'node:https';

export interface StoreRequest {
  readonly method: 'PUT' | 'GET' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  /** Sends the body when the server wants it: one that refuses it may else close before its answer is read. */
  readonly asksFirst: boolean;
  /** Of the answer; the answer to a failure is cut to `MAX_ERROR_BYTES`. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface StoreAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

const MAX_ERROR_BYTES = 64 * 1024;
/** Not every server says that it wants a body. */
const CONTINUE_WITHIN_MS = 1_000;

/**
 * Sends one request. Redirects are not followed: they would take a signature elsewhere.
 * @throws what node:http has, and RangeError where the answer is longer than it may be
 */
export const askStore = (
  { method, url, headers, body, asksFirst, maxBytes, signal }: StoreRequest,
  agent: http.Agent,
): Promise<StoreAnswer> =>
  new Promise((resolve, reject) => {
    const { request: open } = url.protocol === 'https:' ? https : http;
    const isAsked = asksFirst && body !== undefined;
    const request = open(url, {
      agent,
      method,
      signal,
      headers: {
        ...headers,
        ...(body && { 'content-length': body.length }),
        ...(isAsked && { expect: '100-continue' }),
      },
    });
    // Also what fails behind the answer.
    request.on('error', reject);
    request.once('response', (answer) => {
      const isUnsent = !request.writableEnded;
      collect(answer, maxBytes).then(resolve, reject);
      if (isUnsent) answer.once('end', () => request.destroy());
    });
    if (!isAsked) {
      request.end(body);
      return;
    }
    request.flushHeaders();
    const send = (): void => {
      clearTimeout(timer);
      if (!request.destroyed && !request.writableEnded) request.end(body);
    };
    const timer = setTimeout(send, CONTINUE_WITHIN_MS);
    request.once('continue', send);
    request.once('response', () => clearTimeout(timer));
    request.once('close', () => clearTimeout(timer));
  });

const collect = (answer: http.IncomingMessage, maxBytes: number): Promise<StoreAnswer> =>
  new Promise((resolve, reject) => {
    const { statusCode: status = 502, headers } = answer;
    const isFailure = status >= 300;
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (): void => resolve({ status, headers, body: Buffer.concat(chunks) });
    answer.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= (isFailure ? MAX_ERROR_BYTES : maxBytes)) {
        chunks.push(chunk);
        return;
      }
      if (isFailure) end();
      else reject(new RangeError('the answer is longer than what was asked for'));
      answer.destroy();
    });
    answer.once('end', end);
    answer.on('error', reject);
    answer.once('close', () => {
      if (!answer.complete) reject(new Error('the answer was cut off'));
    });
  });
