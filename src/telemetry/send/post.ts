import http from 'node:http';
import https from 'node:https';
import { gzipSync } from 'node:zlib';
import { errorCodeOf } from '../../base/system-error.ts';
import type { TelemetryTarget } from '../../config/telemetry.ts';
import { readPartialSuccess } from './read-partial-success.ts';

/** What became of one request to a collector. */
export type Posted =
  /** `rejected`: how many of the items it could do nothing with. */
  | { readonly kind: 'taken'; readonly rejected: number; readonly why?: string }
  /** May fare better another time. */
  | { readonly kind: 'again'; readonly why: string; readonly afterMs?: number }
  | { readonly kind: 'refused'; readonly why: string };

export type Post = (body: Buffer, contentType: string, contentEncoding?: string) => Promise<Posted>;

/** As OTLP has it: these alone are worth another request. */
const PASSING = new Set([429, 502, 503, 504]);
const MAX_ANSWER_BYTES = 64 * 1024;

const retryAfterOf = (value: string | undefined): { afterMs?: number } => {
  const seconds = Number(value);
  if (value !== undefined && Number.isFinite(seconds) && seconds >= 0) return { afterMs: seconds * 1000 };
  const until = Date.parse(value ?? '');
  return Number.isNaN(until) ? {} : { afterMs: Math.max(0, until - Date.now()) };
};

const judge = (status: number, headers: http.IncomingHttpHeaders, body: Buffer): Posted => {
  if (status >= 200 && status < 300)
    return { kind: 'taken', ...readPartialSuccess(body, headers['content-type']) };
  const why = `HTTP ${status}`;
  return PASSING.has(status)
    ? { kind: 'again', why, ...retryAfterOf(headers['retry-after']) }
    : { kind: 'refused', why };
};

/**
 * Asks a collector to take something, once, within the target's timeout. Redirects are not followed: they would take
 * a credential elsewhere.
 * @returns settles always
 */
export const createPost =
  ({ url, headers, compresses, timeoutMs }: TelemetryTarget, agent: http.Agent): Post =>
  (plain, contentType, contentEncoding) =>
    new Promise((resolve) => {
      const isPacked = compresses && contentEncoding === undefined;
      const body = isPacked ? gzipSync(plain) : plain;
      const coding = isPacked ? 'gzip' : contentEncoding;
      const failed = (error: unknown): void => {
        const name = error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : '';
        resolve({ kind: 'again', why: name || errorCodeOf(error) || 'no answer' });
      };
      const { request: open } = url.protocol === 'https:' ? https : http;
      const request = open(url, {
        agent,
        method: 'POST',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          ...headers,
          'content-type': contentType,
          'content-length': body.length,
          ...(coding !== undefined && { 'content-encoding': coding }),
        },
      });
      request.once('error', failed);
      request.once('response', (answer) => {
        const chunks: Buffer[] = [];
        let length = 0;
        const end = (): void =>
          resolve(judge(answer.statusCode ?? 502, answer.headers, Buffer.concat(chunks)));
        answer.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length <= MAX_ANSWER_BYTES) chunks.push(chunk);
          else {
            end();
            answer.destroy();
          }
        });
        answer.once('end', end);
        answer.once('error', failed);
      });
      request.end(body);
    });
