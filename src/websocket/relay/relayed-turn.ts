import type { GatewayError } from '../../base/errors.ts';
import type { Clock } from '../../base/time/clock.ts';
import { applySummary } from '../../forward/relay/apply-summary.ts';
import { passesCeiling } from '../../forward/relay/output-ceiling.ts';
import type { Exchange } from '../../log/exchange.ts';
import type { AnswerSummary } from '../../sse/answer-summary.ts';
import type { Breach } from '../../sse/breach.ts';
import { decodeEventData } from '../../sse/frame-events.ts';
import { createResponsesReader } from '../../sse/readers/read-responses.ts';
import { readSequenceNumber } from '../../sse/readers/read-sequence-number.ts';
import { asSse } from '../as-sse.ts';
import { eventTypeOf } from '../event-type.ts';
import { quotaOfEvent } from './quota-of-event.ts';

/** A request that was relayed, and what its answer says as it passes. */
export interface RelayedTurn {
  readonly streamId: string | undefined;
  readonly summary: AnswerSummary;
  /** Its output is more than a budget's ceiling leaves. */
  isOverCeiling(): boolean;
  nextSequenceNumber(): number;
  /** @returns true if this frame was the answer's last */
  see(frame: Buffer): boolean;
  /** Set where the last frame breaks the grammar of the API: it must not reach the client. */
  breach(): Breach | undefined;
  /** It ended without its last frame. */
  breakOff(finish: 'truncated' | 'aborted' | 'failed', failure?: GatewayError): void;
}

export interface RelayedTurnInput {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly streamId: string | undefined;
  /** Output tokens at which it is ended; absent: none. */
  readonly maxOutputTokens?: number | undefined;
}

const STATUS = /"status(?:_code)?"\s*:\s*(\d{3})\b/;

export const createRelayedTurn = ({
  exchange,
  clock,
  streamId,
  maxOutputTokens = Number.POSITIVE_INFINITY,
}: RelayedTurnInput): RelayedTurn => {
  const { record } = exchange;
  const reader = createResponsesReader();
  let events = 0;
  let bytes = 0;
  let lastNumber: number | undefined;

  const close = (conclude: () => void): void => {
    record.response.events = events;
    record.response.bytes = bytes;
    applySummary(record, reader.summary);
    conclude();
    exchange.close();
  };

  return {
    streamId,
    summary: reader.summary,
    breach: () => reader.breach,
    isOverCeiling: () => passesCeiling(events, maxOutputTokens),
    nextSequenceNumber: () => (lastNumber ?? events - 1) + 1,
    see: (frame) => {
      if (events === 0) {
        record.ttfbMs = clock.monotonic() - exchange.openedAtMs;
        exchange.update();
      }
      events++;
      bytes += frame.length;
      record.response.events = events;
      record.response.bytes = bytes;
      exchange.appendResponseBody(asSse(frame));
      const data = frame.toString('latin1');
      reader.apply(undefined, data, decodeEventData);
      lastNumber = readSequenceNumber(data) ?? lastNumber;
      const type = eventTypeOf(undefined, data);
      const quota = type === 'codex.rate_limits' ? quotaOfEvent(data, clock.now()) : undefined;
      if (quota) record.quota = quota;
      // An error is the last word too, though over HTTP it is not.
      const isRefusal = !reader.terminal && type === 'error';
      if (!reader.terminal && !isRefusal) return false;
      close(() => {
        record.status = isRefusal ? Number(STATUS.exec(data)?.[1] ?? 502) : 200;
        record.response.finish ??= isRefusal ? 'failed' : 'completed';
      });
      return true;
    },
    breakOff: (finish, failure) =>
      close(() => {
        if (events > 0) record.status = 200;
        record.response.finish = finish;
        if (failure) record.error = { origin: failure.origin, code: failure.code, message: failure.message };
      }),
  };
};
