import type { ServerResponse } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import type { Clock } from '../../base/time/clock.ts';
import { apiOfPath } from '../../sse/answer-summary.ts';
import type { ActiveForwarding } from '../forwarding.ts';
import { reasonPhrase } from '../send/check-status.ts';
import { createClientHeaders } from './client-headers.ts';
import { drainForReuse } from './drain-for-reuse.ts';
import { type AnswerObserver, observeAnswer } from './observe-answer.ts';
import { overCeiling, passesCeiling } from './output-ceiling.ts';
import { PROVIDER_BYTES, type UpstreamAnswer } from './upstream-answer.ts';

export interface RelayInput {
  readonly upstreamResponse: UpstreamAnswer;
  readonly response: ServerResponse;
  readonly forwarding: ActiveForwarding;
  readonly clock: Clock;
  /** After so long without a byte a stream is ended; 0: never. */
  readonly stallTimeoutMs: number;
}

const NOTHING = Buffer.alloc(0);

const formatMs = (ms: number): string => ms.toFixed(2);

/**
 * Passes the upstream's answer to the client, byte for byte and as it arrives; a client that reads slowly
 * holds the upstream back. If the answer is cut off or breaks its own grammar, the client is told in the form of its API.
 * @returns what cuts the answer off from this side, for a shutdown
 */
export const relayAnswer = (input: RelayInput): ((reason: GatewayError) => void) => {
  const { upstreamResponse, response, forwarding, clock, stallTimeoutMs } = input;
  const { exchange, stopwatch } = forwarding;
  const { record } = exchange;
  const maxOutputTokens = forwarding.passage?.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  stopwatch.start();
  const observer: AnswerObserver = observeAnswer(upstreamResponse, forwarding, clock);

  let firstByteSeen = false;
  const status = upstreamResponse.statusCode ?? 502;
  record.status = status;
  // Time spent before the head is written; the write itself cannot be included.
  const timing = `gateway;dur=${formatMs(stopwatch.spentMs)};desc="spent in gomodel-ts"`;
  const added = ['server-timing', timing];
  if (status >= 400) added.push('x-gomodel-error-origin', 'upstream');
  // Anthropic's own clients show their user this one; a translated answer has none of its provider's.
  if (upstreamResponse.ownLines !== undefined && apiOfPath(forwarding.path) === 'messages') {
    added.push('request-id', exchange.id);
  }
  response.writeHead(
    status,
    reasonPhrase(upstreamResponse.statusMessage),
    createClientHeaders(upstreamResponse, exchange.id, added, forwarding.passage?.lines),
  );
  stopwatch.stop();
  record.overheadMs = stopwatch.spentMs;
  exchange.update();
  // A body's first bytes mostly come with the head and leave with it; where they do not, the head goes alone.
  setImmediate(() => {
    if (!firstByteSeen && !response.writableEnded && !response.destroyed) response.flushHeaders();
  });

  /** Ends the answer once: as complete, or so that no client mistakes it for complete. */
  const end = (failure?: GatewayError): void => {
    if (forwarding.settled) return;
    forwarding.settled = true;
    stopWatching();
    if (failure) upstreamResponse.destroy();
    observer.end();
    // After its last event an answer is complete, even if the connection breaks.
    const cut = observer.hasEnded() === true ? undefined : failure;
    observer.conclude(cut ? { kind: 'cut', failure: cut } : { kind: 'whole' });
    // An answer that the upstream ended itself is relayed unchanged, even without its last blank line.
    const closing = failure ? observer.closing(cut) : NOTHING;
    if (closing === undefined) response.destroy();
    else response.end(closing);
  };

  const stalled = (): void => {
    // A slow client, or an answer in one piece, is not a stalled stream.
    if (upstreamResponse.isPaused() || record.stream !== true) {
      stallTimer?.refresh();
      return;
    }
    const seconds = stallTimeoutMs / 1000;
    end(
      new GatewayError(
        'upstream_timeout',
        `${record.upstream} has sent nothing for ${seconds} s (STREAM_STALL_TIMEOUT): the stream was ended. Try again.`,
      ),
    );
  };
  const stallTimer = stallTimeoutMs > 0 ? setTimeout(stalled, stallTimeoutMs) : undefined;
  const stopWatching = (): void => clearTimeout(stallTimer);

  // Prepended: the record must be complete when the exchange closes, upon the same event.
  response.prependOnceListener('close', () => {
    stopWatching();
    if (forwarding.settled) return;
    forwarding.settled = true;
    observer.end();
    observer.conclude(observer.hasEnded() === true ? { kind: 'whole' } : { kind: 'aborted' });
    // Codex leaves when it has its last event: the upstream's connection is kept if it ends in time.
    if (observer.hasEnded() === true) drainForReuse(upstreamResponse);
    else upstreamResponse.destroy();
  });

  upstreamResponse.on(PROVIDER_BYTES, () => stallTimer?.refresh());
  upstreamResponse.on('data', (chunk: Buffer) => {
    stallTimer?.refresh();
    if (forwarding.settled) return;
    if (!firstByteSeen) {
      firstByteSeen = true;
      record.ttfbMs = clock.monotonic() - exchange.openedAtMs;
    }
    // An event that clients act on is read before it leaves, and stays here where it is not whole.
    const isAdmitted = observer.mustAdmit(chunk);
    const admitted = isAdmitted ? observer.admit(chunk) : chunk.length;
    const passed = admitted === chunk.length ? chunk : chunk.subarray(0, admitted);
    if (passed.length > 0 && !response.write(passed)) upstreamResponse.pause();
    // The tap must not delay other bytes: it sees them after they were written.
    if (!isAdmitted) observer.see(chunk);
    const breach = observer.breach();
    if (breach) {
      end(breach);
      return;
    }
    const { events = 0 } = record.response;
    if (passesCeiling(events, maxOutputTokens) && observer.hasEnded() === false) end(overCeiling());
  });
  response.on('drain', () => upstreamResponse.resume());

  const { upstream } = record;
  upstreamResponse.once('end', () => {
    if (!upstreamResponse.complete) return;
    observer.end();
    const isCut = observer.hasEnded() === false;
    const truncation = (): GatewayError =>
      observer.truncation(`${upstream} ended the answer before its last event,`);
    end(observer.breach() ?? (isCut ? truncation() : undefined));
  });
  const onBroken = (): void => {
    if (forwarding.settled) return;
    observer.end();
    const isCut = observer.hasEnded() !== true;
    end(
      observer.breach() ?? (isCut ? observer.truncation(brokenOff(upstreamResponse, upstream)) : undefined),
    );
  };
  upstreamResponse.once('error', onBroken);
  upstreamResponse.once('close', onBroken);
  return end;
};

/** What ended an answer before its end, in words: the gateway itself ends what a change of network has cut off. */
const brokenOff = ({ socket }: UpstreamAnswer, upstream: string | undefined): string =>
  socket?.errored instanceof GatewayError
    ? `the network of this machine has changed, which broke off the answer of ${upstream}`
    : `${upstream} broke off its answer`;
