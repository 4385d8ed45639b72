import { GatewayError } from '../../base/errors.ts';
import type { Stopwatch } from '../../base/time/stopwatch.ts';
import { drainForReuse } from '../../forward/relay/drain-for-reuse.ts';
import { overCeiling, passesCeiling } from '../../forward/relay/output-ceiling.ts';
import type { UpstreamAnswer } from '../../forward/relay/upstream-answer.ts';
import type { Ask, AskInput } from '../../forward/retry/create-ask.ts';
import type { Passage } from '../../guard/limits/create-metering.ts';
import type { Exchange } from '../../log/exchange.ts';
import type { Breach } from '../../sse/breach.ts';
import { sniffForm } from '../../sse/sniff-answer.ts';
import { noteHeaders } from '../note-headers.ts';
import { type ConnectionContext, speaksAsCodex } from '../session.ts';
import { type Answered, createTurnEnding } from './conclude-turn.ts';
import { headerFrames, tellingHeaders, withTerms } from './header-frames.ts';
import { mapRefusal, readRefusal } from './read-refusal.ts';
import { createStreamReader } from './read-stream.ts';
import { createSignsOfLife, KEEP_ALIVE } from './signs-of-life.ts';
import { withoutCoding } from './without-coding.ts';

export interface TurnInput {
  readonly context: ConnectionContext;
  readonly exchange: Exchange;
  /** Runs while the gateway works. */
  readonly stopwatch: Stopwatch;
  readonly asked: Omit<AskInput, 'exchange'>;
  readonly ask: Ask;
  /** What limits and budgets have to say; undefined where nothing holds. */
  readonly passage: Passage | undefined;
  /** Sends a frame in the turn's lane. @returns false if the client reads slowly */
  emit(frame: Buffer): boolean;
  /** Called once, when the exchange is closed. */
  onEnd(answered: Answered | undefined): void;
}

/** A request that is on its way, or being answered. */
export interface RunningTurn {
  responseId(): string | undefined;
  /** Ends the answer at the client's request, keeping its finished items. */
  interrupt(kind: 'interrupt' | 'cancel'): void;
  /** Ends it from this side, and says why. */
  cut(reason: GatewayError): void;
  /** The client has left: what it asked for must not run on at the provider, at its user's cost. */
  abort(): void;
  /** The client reads again. */
  onDrain(): void;
}

const mayBeStream = ({ statusCode = 0 }: UpstreamAnswer): boolean => statusCode >= 200 && statusCode < 300;

const saysStream = ({ headers }: UpstreamAnswer): boolean =>
  /^text\/event-stream\b/i.test(headers['content-type'] ?? '');

/** Servers send streams under any content type: the first bytes tell. The answer is then as before. */
const sniffStream = (response: UpstreamAnswer, done: (isStream: boolean) => void): void => {
  const onEnd = (): void => done(false);
  response.once('end', onEnd);
  response.once('data', (chunk: Buffer) => {
    response.off('end', onEnd);
    response.pause();
    response.unshift(chunk);
    done(sniffForm(chunk.toString('latin1', 0, 2048), true) === 'events');
    response.resume();
  });
};

const noStream = (host: string | undefined, { statusCode, headers }: UpstreamAnswer): GatewayError => {
  const what = headers['content-type'] ?? 'no content type';
  const message = `${host} answered ${statusCode} with ${what}, where a stream of events was asked for.`;
  return new GatewayError('upstream_unreachable', message, { origin: 'upstream' });
};

/**
 * Asks over HTTP, and gives the answer on event by event.
 * @throws GatewayError invalid_request where the destination cannot be asked that; then nothing was sent
 */
export const runTurn = (input: TurnInput): RunningTurn => {
  const { context, exchange, stopwatch, emit, onEnd, passage } = input;
  const { clock, upgrade } = context;
  const { record } = exchange;
  const maxOutputTokens = passage?.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  let upstreamResponse: UpstreamAnswer | undefined;

  const life = createSignsOfLife(clock);
  const emitOrHold = (frame: Buffer): void => {
    life.note();
    if (!emit(frame)) upstreamResponse?.pause();
  };
  const reader = createStreamReader(emitOrHold, () => {
    if (!reader.hasEnded() && life.isWanted()) emit(KEEP_ALIVE);
  });
  const ending = createTurnEnding({ exchange, clock, reader, emit, onEnd });

  const missing = (what: string): GatewayError =>
    new GatewayError(
      'upstream_stream_truncated',
      `${record.upstream} ${what} after ${reader.events()} events: it is not whole. Try again.`,
    );

  const passOn = (response: UpstreamAnswer): void => {
    let bytes = 0;
    const complete = (): void => {
      ending.complete();
      drainForReuse(response);
    };
    const endBroken = ({ code, message }: Breach): void => {
      ending.truncate(new GatewayError(code, message), 'failed');
      response.destroy();
    };
    const concludeIfOver = (): boolean => {
      const breach = reader.breach();
      if (breach) endBroken(breach);
      else if (reader.hasEnded()) complete();
      return ending.isSettled();
    };
    response.on('data', (chunk: Buffer) => {
      if (ending.isSettled()) return;
      record.ttfbMs ??= clock.monotonic() - exchange.openedAtMs;
      reader.push(chunk);
      bytes += chunk.length;
      record.response.bytes = bytes;
      exchange.appendResponseBody(chunk);
      const isOver = concludeIfOver();
      if (isOver || !passesCeiling(reader.events(), maxOutputTokens)) return;
      ending.truncate(overCeiling());
      response.destroy();
    });
    const onOver = (what: string) => (): void => {
      if (ending.isSettled()) return;
      reader.end();
      if (!concludeIfOver()) ending.truncate(missing(what));
    };
    response.once('end', onOver('ended the answer before its last event,'));
    response.once('error', onOver('broke off its answer'));
    response.once('close', onOver('broke off its answer'));
  };

  const passRefusalOn = (response: UpstreamAnswer, status: number): void => {
    const see = (chunk: Buffer, bytes: number): void => {
      record.response.bytes = bytes;
      exchange.appendResponseBody(chunk);
    };
    readRefusal(response, see, (body) =>
      ending.passRefusal(status, mapRefusal(status, body), tellingHeaders(response, exchange.id)),
    );
  };

  const passStreamOn = (response: UpstreamAnswer): void => {
    if (speaksAsCodex(upgrade.headers)) {
      const told = withTerms(tellingHeaders(response, exchange.id), passage?.lines ?? []);
      for (const frame of headerFrames(told)) emitOrHold(frame);
    }
    passOn(response);
  };
  const refuseOther = (response: UpstreamAnswer): void => {
    ending.refuse(noStream(record.upstream, response));
    response.destroy();
  };

  const onAnswer = (answer: UpstreamAnswer): void => {
    stopwatch.start();
    const status = answer.statusCode ?? 502;
    const response = status < 400 ? withoutCoding(answer) : answer;
    upstreamResponse = response;
    record.status = status;
    noteHeaders(exchange, response, clock.now());
    if (status >= 400) {
      passRefusalOn(response, status);
    } else if (!mayBeStream(response)) {
      refuseOther(response);
    } else if (saysStream(response)) {
      passStreamOn(response);
    } else {
      sniffStream(response, (isStream) => {
        if (ending.isSettled()) return;
        if (isStream) passStreamOn(response);
        else refuseOther(response);
      });
    }
    stopwatch.stop();
    record.overheadMs = stopwatch.spentMs;
    exchange.update();
  };

  const end = input.ask({ ...input.asked, exchange }, { onAnswer, onFailure: ending.refuse });

  return {
    responseId: () => reader.summary.responseId,
    interrupt: (kind) => {
      if (ending.interrupt(kind)) end();
    },
    cut: (reason) => {
      if (upstreamResponse) ending.truncate(reason);
      else ending.refuse(reason);
      end();
    },
    abort: () => {
      ending.abort();
      end();
    },
    onDrain: () => upstreamResponse?.resume(),
  };
};
