import type { GatewayError } from '../../base/errors.ts';
import type { Clock } from '../../base/time/clock.ts';
import { applySummary } from '../../forward/relay/apply-summary.ts';
import { codeInStream } from '../../forward/relay/output-ceiling.ts';
import type { Exchange } from '../../log/exchange.ts';
import { failureEventData } from '../../sse/failure-event.ts';
import { createErrorFrame, createGatewayErrorFrame } from '../error-frame.ts';
import { closeRefused } from '../open-turn.ts';
import { interruptionFrames } from './interruption-frames.ts';
import type { Refusal } from './read-refusal.ts';
import type { StreamReader } from './read-stream.ts';

/** An answer that the conversation can go on from. */
export interface Answered {
  readonly responseId: string;
  /** JSON items separated by commas. */
  readonly output: Buffer;
}

export interface TurnEndingDeps {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly reader: StreamReader;
  /** Sends a frame in the turn's lane. */
  emit(frame: Buffer): boolean;
  /** Called once, when the exchange is closed. */
  onEnd(answered: Answered | undefined): void;
}

/** The ways a turn can end. The first one wins: it is sent to the client and written into the record. */
export interface TurnEnding {
  isSettled(): boolean;
  /** The upstream's last event has been sent. */
  complete(): void;
  /** The gateway refuses, before an answer has begun. */
  refuse(error: GatewayError): void;
  /** The upstream has refused. */
  passRefusal(status: number, refusal: Refusal, headers: Readonly<Record<string, string>>): void;
  /** The answer was cut off. @param finish the outcome in the record */
  truncate(error: GatewayError, finish?: 'truncated' | 'failed'): void;
  /** The client wants no more of it. @returns false if nothing has begun that could be interrupted */
  interrupt(kind: 'interrupt' | 'cancel'): boolean;
  /** The client has left. */
  abort(): void;
}

export const createTurnEnding = (deps: TurnEndingDeps): TurnEnding => {
  const { exchange, clock, reader, emit, onEnd } = deps;
  const { record } = exchange;
  let isSettled = false;

  const settle = (conclude: () => void, answered?: Answered): void => {
    isSettled = true;
    const events = reader.events();
    if (events > 0) record.response.events = events;
    applySummary(record, reader.summary);
    conclude();
    exchange.close();
    onEnd(answered);
  };

  return {
    isSettled: () => isSettled,
    complete: () => {
      if (isSettled) return;
      const { responseId, finish } = reader.summary;
      const canGoOn = responseId !== undefined && finish !== 'failed';
      settle(() => {}, canGoOn ? { responseId, output: reader.items.finished() } : undefined);
    },
    refuse: (error) => {
      if (isSettled) return;
      const frame = createGatewayErrorFrame(error, exchange.id);
      emit(frame);
      settle(() => closeRefused(exchange, error, frame));
    },
    passRefusal: (status, { told, error }, headers) => {
      if (isSettled) return;
      emit(createErrorFrame({ status, error, headers }));
      settle(() => {
        record.response.finish = 'failed';
        record.error = { origin: 'upstream', ...told };
      });
    },
    truncate: (error, finish = 'truncated') => {
      if (isSettled) return;
      const { responseId, model, error: said } = reader.summary;
      const { code, message } = said ?? {
        code: codeInStream(error.code),
        message: `gomodel-ts: ${error.message}`,
      };
      const failure = { code, message, atMs: clock.now() };
      const answer = { responseId, model, sequenceNumber: reader.nextSequenceNumber() };
      emit(Buffer.from(failureEventData('responses', failure, answer)));
      settle(() => {
        // The upstream has reported the failure itself, and the client gets that report.
        record.response.finish = said ? 'failed' : finish;
        if (!said) record.error = { origin: error.origin, code: error.code, message: error.message };
      });
    },
    interrupt: (kind) => {
      const { responseId, model } = reader.summary;
      if (isSettled || responseId === undefined) return false;
      const { items } = reader;
      const sequenceNumber = reader.nextSequenceNumber();
      const facts = { responseId, model, nowMs: clock.now(), sequenceNumber, items, kind };
      for (const frame of interruptionFrames(facts)) emit(frame);
      settle(
        () => {
          record.response.finish = 'incomplete';
        },
        { responseId, output: items.finished() },
      );
      return true;
    },
    abort: () => {
      if (isSettled) return;
      settle(() => {
        record.response.finish = 'aborted';
      });
    },
  };
};
