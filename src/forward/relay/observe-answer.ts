import { GatewayError } from '../../base/errors.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import { noteTier } from '../../sse/readers/note-tier.ts';
import type { Forwarding } from '../forwarding.ts';
import { applySummary } from './apply-summary.ts';
import { codeInStream } from './output-ceiling.ts';
import { type AnswerBody, createAnswerBody } from './read-answer-body.ts';
import { readQuota } from './read-quota.ts';
import { isMediaPath } from './read-side-answer.ts';
import { countSpoken } from './spoken-characters.ts';
import { codingsOf, keepCodedAnswer } from './undo-coding.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

/** Speech is answered with sound alone: what was read says what it cost, for models that are charged so. */
const noteSpoken = (record: ExchangeRecord, characters: number | undefined): void => {
  if (record.usage === undefined && characters !== undefined) record.usage = { characters };
};

/** Sound is often answered with sound alone, and pictures without a word of what they cost. */
const noteUnknownCost = (record: ExchangeRecord): void => {
  const { usage, statedCostUsd, provider } = record;
  if (usage !== undefined || statedCostUsd !== undefined || provider === 'demo') return;
  const message = `${provider} has not said what this used, so that its cost is not known and no budget counts it.`;
  record.warnings = [...(record.warnings ?? []), { code: 'unknown_cost', message }];
};

type AnswerOutcome =
  | { readonly kind: 'whole' }
  /** The client left. */
  | { readonly kind: 'aborted' }
  | { readonly kind: 'cut'; readonly failure: GatewayError };

/** Observes an answer while it is relayed, and writes what it learns into the exchange's record. */
export interface AnswerObserver {
  see(chunk: Buffer): void;
  /** Whether a chunk has to be admitted before it leaves, since it may end an event that clients act on. */
  mustAdmit(chunk: Buffer): boolean;
  /** Sees a chunk before it leaves. @returns how many of its bytes may: fewer than all where there is a breach */
  admit(chunk: Buffer): number;
  /** How the answer has broken the grammar of its API; of a compressed one only the record says so. */
  breach(): GatewayError | undefined;
  /** The upstream sends nothing more. */
  end(): void;
  /** Whether a stream has sent its last event. Undefined if only the end of the connection can tell. */
  hasEnded(): boolean | undefined;
  /** What the missing rest of the answer means. */
  truncation(what: string): GatewayError;
  /** Writes what was read, and the outcome, into the record. */
  conclude(outcome: AnswerOutcome): void;
  /** What the client still needs, after `end`; undefined if only breaking off is honest. */
  closing(failure: GatewayError | undefined): Buffer | undefined;
}

/**
 * An answer is read by what its bytes are. A compressed one is decoded for the log when it has passed.
 */
export const observeAnswer = (
  upstreamResponse: UpstreamAnswer,
  { exchange, path, body: asked, onStored }: Pick<Forwarding, 'exchange' | 'path' | 'body' | 'onStored'>,
  clock: Pick<Clock, 'now'>,
): AnswerObserver => {
  const { record } = exchange;
  const status = upstreamResponse.statusCode ?? 0;
  const contentType = upstreamResponse.headers['content-type'] ?? '';
  const codings = codingsOf(upstreamResponse.headers['content-encoding']);
  const coded = codings?.length === 0 ? undefined : keepCodedAnswer(codings);
  const body: AnswerBody = createAnswerBody({ path, status, contentType });

  record.stream = /^\s*text\/event-stream\b/i.test(contentType);
  exchange.keepResponseHeaders(upstreamResponse.rawHeaders);
  // Anthropic's has no `x-`.
  const { 'x-request-id': named, 'request-id': upstreamRequestId = named } = upstreamResponse.headers;
  if (typeof upstreamRequestId === 'string') record.upstreamRequestId = upstreamRequestId;

  // Google's API says it here alone.
  noteTier(record, upstreamResponse.headers['x-gemini-service-tier']);

  const quota = readQuota(upstreamResponse.headers, clock.now());
  if (quota) record.quota = quota;

  let bytes = 0;
  let hasBeenDecoded = false;

  const noteRead = (): void => {
    const tap = body.tap();
    if (tap) record.response.events = tap.events;
    record.stream = body.isStream() ?? record.stream ?? false;
  };
  const read = (chunk: Buffer): void => {
    exchange.appendResponseBody(chunk);
    body.push(chunk);
    noteRead();
  };
  const breach = (): GatewayError | undefined => {
    const found = body.tap()?.breach();
    return found && new GatewayError(found.code, found.message);
  };
  const decode = (): void => {
    if (coded === undefined || hasBeenDecoded) return;
    hasBeenDecoded = true;
    const decoded = coded.decoded();
    if (decoded === undefined) for (const chunk of coded.raw()) exchange.appendResponseBody(chunk);
    else if (decoded.length > 0) read(decoded);
  };
  const truncation = (what: string): GatewayError => {
    const tap = body.tap();
    const after = tap ? `after ${tap.events} events` : `after ${bytes} bytes`;
    return new GatewayError('upstream_stream_truncated', `${what} ${after}: it is not whole. Try again.`);
  };
  /** Nothing can be added to a compressed stream that is not whole; the record says so. */
  const noteMissingEnd = (): void => {
    const tap = body.tap();
    if (coded === undefined || tap === undefined || tap.terminal || record.response.finish) return;
    const broken = breach();
    record.response.finish = broken ? 'failed' : 'truncated';
    const { origin, code, message } =
      broken ?? truncation(`${record.upstream} ended the answer before its last event,`);
    record.error ??= { origin, code, message };
  };

  return {
    see: (chunk) => {
      bytes += chunk.length;
      record.response.bytes = bytes;
      if (coded) coded.push(chunk);
      else read(chunk);
    },
    // Compressed bytes are read when all of them have passed: nothing of them can be held back.
    mustAdmit: (chunk) => coded === undefined && body.mustAdmit(chunk),
    admit: (chunk) => {
      bytes += chunk.length;
      record.response.bytes = bytes;
      exchange.appendResponseBody(chunk);
      const admitted = body.admit(chunk);
      noteRead();
      return admitted;
    },
    breach: () => (coded ? undefined : breach()),
    end: () => {
      decode();
      body.end();
    },
    hasEnded: () => (coded ? body.tap()?.terminal || undefined : body.tap()?.terminal),
    truncation,
    conclude: (outcome) => {
      record.response.bytes = bytes;
      const tap = body.tap();
      if (tap && tap.skippedEvents > 0) record.response.unreadableEvents = tap.skippedEvents;
      const summary = body.summary();
      if (summary) applySummary(exchange.record, summary);
      if (outcome.kind === 'whole' && status < 300 && isMediaPath(path)) {
        noteSpoken(record, countSpoken(path, asked, record));
        noteUnknownCost(record);
      }
      if (summary?.storedIds && status < 300) onStored?.(summary.storedIds);
      if (outcome.kind === 'cut' && summary?.error) {
        // The upstream has reported the failure itself, and the client gets that report.
        record.response.finish = 'failed';
      } else if (outcome.kind === 'cut') {
        const { origin, code, message } = outcome.failure;
        record.response.finish = breach() ? 'failed' : 'truncated';
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
        noteMissingEnd();
        record.response.finish ??= 'completed';
      }
    },
    closing: (failure) => {
      const tap = coded ? undefined : body.tap();
      if (!tap) return failure ? undefined : Buffer.alloc(0);
      const { code, message } = failure ?? { code: 'internal_error', message: '' };
      return tap.closing({ code: codeInStream(code), message, atMs: clock.now() });
    },
  };
};
