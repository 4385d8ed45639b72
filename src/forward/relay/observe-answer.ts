import { GatewayError } from '../../base/errors.ts';
import type { Exchange } from '../../log/exchange.ts';
import { type AnswerSummary, apiOfPath } from '../../sse/answer-summary.ts';
import { type AnswerTap, createStreamTap } from '../../sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../../sse/summarize-json-answer.ts';
import { applySummary } from './apply-summary.ts';
import { readQuota } from './read-quota.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

/** Answers that are not streams are read when they are whole; a larger one is only counted. */
const MAX_JSON_BYTES = 64 * 2 ** 20;

type AnswerOutcome =
  | { readonly kind: 'whole' }
  /** The client left. */
  | { readonly kind: 'aborted' }
  | { readonly kind: 'cut'; readonly failure: GatewayError };

/** Looks at an answer beside its way, and writes what it learns into the exchange's record. */
export interface AnswerObserver {
  see(chunk: Buffer): void;
  /** Nothing more comes from the upstream. */
  end(): void;
  /** Of a stream: whether its last event has come. Undefined where only the connection's end can tell. */
  hasEnded(): boolean | undefined;
  /** What the missing rest of the answer means. */
  truncation(what: string): GatewayError;
  /** Writes what was read, and the outcome, into the record. */
  conclude(outcome: AnswerOutcome): void;
  /** What the client still needs, after `end`; undefined where only breaking off is honest. */
  closing(failure: GatewayError | undefined): Buffer | undefined;
}

const isUncoded = (response: UpstreamAnswer): boolean =>
  /^(?:identity)?$/i.test(response.headers['content-encoding'] ?? '');

/**
 * @param path below `/v1`, which says what API the answer speaks
 */
export const observeAnswer = (
  upstreamResponse: UpstreamAnswer,
  exchange: Exchange,
  path: string,
): AnswerObserver => {
  const { record } = exchange;
  const status = upstreamResponse.statusCode ?? 0;
  const contentType = upstreamResponse.headers['content-type'] ?? '';
  const api = apiOfPath(path);
  const readable = isUncoded(upstreamResponse);
  const isStream = /^text\/event-stream\b/i.test(contentType);
  const tap: AnswerTap | undefined = api && isStream && readable ? createStreamTap(api) : undefined;
  const readsJson =
    !isStream && readable && /\bjson\b/i.test(contentType) && (api !== undefined || status >= 400);

  record.stream = isStream;
  exchange.keepResponseHeaders(upstreamResponse.rawHeaders);
  // Anthropic's has no `x-`.
  const { 'x-request-id': named, 'request-id': upstreamRequestId = named } = upstreamResponse.headers;
  if (typeof upstreamRequestId === 'string') record.upstreamRequestId = upstreamRequestId;

  const quota = readQuota(upstreamResponse.headers, Date.now());
  if (quota) record.quota = quota;

  let bytes = 0;
  const jsonChunks: Buffer[] = [];

  const readAnswer = (): AnswerSummary | undefined => {
    if (tap) return tap.summary;
    if (!readsJson || bytes > MAX_JSON_BYTES) return undefined;
    return summarizeJsonAnswer(Buffer.concat(jsonChunks), api ?? 'responses');
  };

  return {
    see: (chunk) => {
      bytes += chunk.length;
      record.response.bytes = bytes;
      exchange.appendResponseBody(chunk);
      if (tap) {
        tap.push(chunk);
        record.response.events = tap.events;
      } else if (readsJson && bytes <= MAX_JSON_BYTES) jsonChunks.push(chunk);
    },
    end: () => tap?.end(),
    hasEnded: () => tap?.terminal,
    truncation: (what) => {
      const after = tap ? `after ${tap.events} events` : `after ${bytes} bytes`;
      return new GatewayError('upstream_stream_truncated', `${what} ${after}: it is not whole. Try again.`);
    },
    conclude: (outcome) => {
      record.response.bytes = bytes;
      if (tap && tap.skippedEvents > 0) record.response.unreadableEvents = tap.skippedEvents;
      const summary = readAnswer();
      if (summary) applySummary(exchange.record, summary);
      if (outcome.kind === 'cut' && summary?.error) {
        // The upstream had said itself what went wrong, and the client is told that.
        record.response.finish = 'failed';
      } else if (outcome.kind === 'cut') {
        const { origin, code, message } = outcome.failure;
        record.response.finish = 'truncated';
        record.error = { origin, code, message };
      } else if (outcome.kind === 'aborted') {
        record.response.finish = 'aborted';
      } else if (status >= 400) {
        record.response.finish = 'failed';
        record.error ??= {
          origin: 'upstream',
          code: `http_${status}`,
          message: `the upstream answered ${status}`,
        };
      } else {
        record.response.finish ??= 'completed';
      }
    },
    closing: (failure) => {
      if (!tap) return failure ? undefined : Buffer.alloc(0);
      const { code, message } = failure ?? { code: 'internal_error', message: '' };
      return tap.closing({ code, message, atMs: Date.now() });
    },
  };
};
