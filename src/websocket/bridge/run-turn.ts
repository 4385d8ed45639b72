import type { IncomingMessage } from 'node:http';
import type { Exchange } from '../../audit/exchange.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Stopwatch } from '../../base/stopwatch.ts';
import { applySummary } from '../../forward/apply-summary.ts';
import type { Send, SentRequest } from '../../forward/create-sender.ts';
import { letEnd } from '../../forward/let-end.ts';
import { readQuota } from '../../forward/read-quota.ts';
import { failureEventData } from '../../sse/failure-event.ts';
import { createErrorFrame, createGatewayErrorFrame } from '../error-frame.ts';
import { closeRefused } from '../open-turn.ts';
import type { ConnectionContext } from '../session.ts';
import { headerFrames, tellingHeaders } from './header-frames.ts';
import { interruptionFrames } from './interruption-frames.ts';
import { readRefusedAnswer } from './read-refused-answer.ts';
import { createStreamReader } from './read-stream.ts';

/** Of a refusal, more is not read. */
const MAX_REFUSAL_BYTES = 2 ** 20;

/** An answer that the conversation can go on from. */
export interface Answered {
  readonly responseId: string;
  /** JSON items with commas between. */
  readonly output: Buffer;
}

export interface TurnInput {
  readonly context: ConnectionContext;
  readonly exchange: Exchange;
  readonly stopwatch: Stopwatch;
  readonly request: SentRequest;
  readonly send: Send;
  readonly streamId: string | undefined;
  /** @returns false where the client reads slowly */
  emit(frame: Buffer): boolean;
  /** Called once, when the exchange is closed. */
  onEnd(answered: Answered | undefined): void;
}

/** A request that is on its way, or being answered. */
export interface RunningTurn {
  readonly responseId: string | undefined;
  /** Ends the answer as its client asks, with what is finished of it. */
  interrupt(kind: 'interrupt' | 'cancel'): void;
  /** Ends it from this side, and says why. */
  cut(reason: GatewayError): void;
  /** The client has left: what it asked for must not run on at the provider, at its user's cost. */
  abort(): void;
  onDrain(): void;
}

const isStream = ({ statusCode = 0, headers }: IncomingMessage): boolean =>
  statusCode >= 200 &&
  statusCode < 300 &&
  /^text\/event-stream\b/i.test(headers['content-type'] ?? '') &&
  /^(?:identity)?$/i.test(headers['content-encoding'] ?? '');

/** Asks the upstream over HTTP, and gives its answer on event by event. */
export const runTurn = (input: TurnInput): RunningTurn => {
  const { context, exchange, stopwatch, request, send, streamId, emit, onEnd } = input;
  const { clock, upgrade } = context;
  const { record } = exchange;
  const { host } = upgrade.upstream.baseUrl;
  // Codex asks for its own form of the protocol by this field; others know the API's events alone.
  const beta = upgrade.headers['openai-beta'];
  const understandsHeaderFrames = typeof beta === 'string' && beta.includes('responses_websockets');
  let settled = false;
  let upstreamResponse: IncomingMessage | undefined;

  const emitOrHold = (frame: Buffer): void => {
    if (!emit(frame)) upstreamResponse?.pause();
  };
  const reader = createStreamReader(emitOrHold);

  const settle = (conclude: () => void, answered?: Answered): void => {
    if (settled) return;
    settled = true;
    if (upstreamResponse) {
      record.response.events = reader.events;
      applySummary(record, reader.summary);
    }
    conclude();
    exchange.close();
    onEnd(answered);
  };

  /** Before an answer has begun. */
  const refuse = (error: GatewayError): void => {
    if (settled) return;
    const frame = createGatewayErrorFrame(error, exchange.id, streamId);
    emit(frame);
    settle(() => closeRefused(exchange, error, frame));
  };

  /** In the midst of an answer. */
  const truncate = (error: GatewayError): void => {
    if (settled) return;
    const { responseId, model, error: told } = reader.summary;
    const { code, message } = told ?? { code: error.code, message: `gomodel-ts: ${error.message}` };
    const sequenceNumber = reader.nextSequenceNumber;
    const failure = { code, message, atMs: clock.now() };
    emit(Buffer.from(failureEventData('responses', failure, { responseId, model, sequenceNumber })));
    settle(() => {
      record.response.finish = 'truncated';
      record.error = { origin: error.origin, code: error.code, message: error.message };
    });
  };

  const missing = (what: string): GatewayError =>
    new GatewayError(
      'upstream_stream_truncated',
      `${host} ${what} after ${reader.events} events: it is not whole. Try again.`,
    );

  const complete = (response: IncomingMessage): void => {
    const { responseId, finish } = reader.summary;
    const canGoOn = responseId !== undefined && finish !== 'failed';
    settle(() => {}, canGoOn ? { responseId, output: reader.items.finished() } : undefined);
    letEnd(response);
  };

  const passOn = (response: IncomingMessage): void => {
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      if (settled) return;
      record.ttfbMs ??= clock.monotonic() - exchange.openedAtMs;
      reader.push(chunk);
      bytes += chunk.length;
      record.response.bytes = bytes;
      exchange.appendResponseBody(chunk);
      if (reader.hasEnded) complete(response);
    });
    const onOver = (what: string) => (): void => {
      if (settled) return;
      reader.end();
      if (reader.hasEnded) complete(response);
      else truncate(missing(what));
    };
    response.once('end', onOver('ended the answer before its last event,'));
    response.once('error', onOver('broke off its answer'));
    response.once('close', onOver('broke off its answer'));
  };

  const passRefusalOn = (response: IncomingMessage, status: number): void => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const conclude = (): void => {
      if (settled) return;
      const { told, error } = readRefusedAnswer(status, Buffer.concat(chunks));
      emit(
        createErrorFrame({ status, error, headers: tellingHeaders(response.headers, exchange.id), streamId }),
      );
      settle(() => {
        record.response.finish = 'failed';
        record.error = { origin: 'upstream', ...told };
      });
      response.destroy();
    };
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      record.response.bytes = bytes;
      exchange.appendResponseBody(chunk);
      if (bytes > MAX_REFUSAL_BYTES) conclude();
    });
    response.once('end', conclude);
    response.once('error', conclude);
    response.once('close', conclude);
  };

  const onAnswer = (response: IncomingMessage): void => {
    stopwatch.start();
    upstreamResponse = response;
    const status = response.statusCode ?? 502;
    record.status = status;
    exchange.keepResponseHeaders(response.rawHeaders);
    const upstreamRequestId = response.headers['x-request-id'];
    if (typeof upstreamRequestId === 'string') record.upstreamRequestId = upstreamRequestId;
    const quota = readQuota(response.headers, clock.now());
    if (quota) record.quota = quota;
    if (isStream(response)) {
      if (understandsHeaderFrames) {
        for (const frame of headerFrames(tellingHeaders(response.headers, exchange.id))) emitOrHold(frame);
      }
      passOn(response);
    } else if (status >= 400) {
      passRefusalOn(response, status);
    } else {
      const what = response.headers['content-type'] ?? 'no content type';
      refuse(
        new GatewayError(
          'upstream_unreachable',
          `${host} answered ${status} with ${what}, where a stream of events was asked for.`,
          { origin: 'upstream' },
        ),
      );
      response.destroy();
    }
    stopwatch.stop();
    record.overheadMs = stopwatch.spentMs;
    exchange.update();
  };

  const end = send(request, { onAnswer, onFailure: refuse });

  return {
    get responseId() {
      return reader.summary.responseId;
    },
    interrupt: (kind) => {
      const { responseId, model } = reader.summary;
      if (settled || responseId === undefined) return;
      const { items, nextSequenceNumber: sequenceNumber } = reader;
      const facts = { responseId, model, nowMs: clock.now(), sequenceNumber, items, kind };
      for (const frame of interruptionFrames(facts)) emit(frame);
      end();
      settle(
        () => {
          record.response.finish = 'incomplete';
        },
        { responseId, output: items.finished() },
      );
    },
    cut: (reason) => {
      if (upstreamResponse) truncate(reason);
      else refuse(reason);
      end();
    },
    abort: () => {
      end();
      settle(() => {
        record.response.finish = 'aborted';
      });
    },
    onDrain: () => upstreamResponse?.resume(),
  };
};
