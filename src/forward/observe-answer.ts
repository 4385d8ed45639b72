import type { IncomingMessage } from 'node:http';
import type { Exchange } from '../audit/exchange.ts';
import { GatewayError } from '../base/errors.ts';
import { type AnswerSummary, type Api, apiOfPath } from '../sse/answer-summary.ts';
import { type AnswerTap, createStreamTap } from '../sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../sse/summarize-json-answer.ts';
import { truncationEvent } from '../sse/truncation-event.ts';

/** Answers that are not streams are read when they are whole; a larger one is only counted. */
const MAX_JSON_BYTES = 64 * 2 ** 20;

/** Looks at an answer beside its way, and writes what it learns into the exchange's record. */
export interface AnswerObserver {
  see(chunk: Buffer): void;
  /** Nothing more comes; the record is complete. */
  end(): void;
  /** True once a stream's terminal event has come: whatever happens to the connection, it is whole. */
  readonly isWhole: boolean;
  /** True while a stream whose end can be known has not had its terminal event. */
  readonly expectsMore: boolean;
  truncation(what: string): GatewayError;
  /** The answer was ended from this side. */
  cut(reason: GatewayError): void;
  /** What to send in place of the missing end; undefined where only breaking off is honest. */
  farewell(reason: GatewayError): Buffer | undefined;
}

const isUncoded = (response: IncomingMessage): boolean =>
  /^(?:identity)?$/i.test(response.headers['content-encoding'] ?? '');

const apply = (exchange: Exchange, summary: AnswerSummary): void => {
  const { record } = exchange;
  if (summary.model !== undefined) record.model = summary.model;
  if (summary.responseId !== undefined) record.responseId = summary.responseId;
  if (summary.usage !== undefined) record.usage = summary.usage;
  if (summary.toolCalls.length > 0) record.response.toolCalls = [...summary.toolCalls];
  if (summary.finish !== undefined) record.response.finish = summary.finish;
  if (summary.error !== undefined) record.error ??= { origin: 'upstream', ...summary.error };
};

/**
 * @param path below `/v1`, which says what API the answer speaks
 */
export const observeAnswer = (
  upstreamResponse: IncomingMessage,
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
  const upstreamRequestId = upstreamResponse.headers['x-request-id'];
  if (typeof upstreamRequestId === 'string') record.upstreamRequestId = upstreamRequestId;

  let bytes = 0;
  let ended = false;
  const jsonChunks: Buffer[] = [];

  const finishRecord = (): void => {
    record.response.bytes = bytes;
    if (tap) {
      tap.end();
      record.response.events = tap.events;
      apply(exchange, tap.summary);
    } else if (readsJson && bytes <= MAX_JSON_BYTES) {
      apply(exchange, summarizeJsonAnswer(Buffer.concat(jsonChunks), api ?? 'responses'));
    }
    if (status >= 400) {
      record.response.finish = 'failed';
      record.error ??= {
        origin: 'upstream',
        code: `http_${status}`,
        message: `the upstream answered ${status} ${upstreamResponse.statusMessage ?? ''}`.trimEnd(),
      };
    }
  };

  return {
    see: (chunk) => {
      bytes += chunk.length;
      exchange.appendResponseBody(chunk);
      if (tap) tap.push(chunk);
      else if (readsJson && bytes <= MAX_JSON_BYTES) jsonChunks.push(chunk);
    },
    end: () => {
      if (ended) return;
      ended = true;
      finishRecord();
      record.response.finish ??= 'completed';
    },
    get isWhole() {
      return tap?.terminal ?? false;
    },
    get expectsMore() {
      return tap !== undefined && !tap.terminal;
    },
    truncation: (what) => {
      const after = tap ? `after ${tap.events} events` : `after ${bytes} bytes`;
      return new GatewayError(
        'upstream_stream_truncated',
        `${what}, ${after}: the answer is not whole. This was not the gateway's doing; try again.`,
      );
    },
    cut: (reason) => {
      ended = true;
      finishRecord();
      record.response.finish = 'truncated';
      record.error = { origin: reason.origin, code: reason.code, message: reason.message };
    },
    farewell: ({ code, message }) =>
      tap?.closing({ code, message: `gomodel-ts: ${message}`, atMs: Date.now() }),
  };
};
