import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import type { GatewayError } from '../base/errors.ts';
import { createClientHeaders } from './client-headers.ts';
import type { ActiveForwarding } from './forwarding.ts';
import { type AnswerObserver, observeAnswer } from './observe-answer.ts';

export interface RelayInput {
  readonly upstreamResponse: IncomingMessage;
  readonly response: ServerResponse;
  readonly forwarding: ActiveForwarding;
  readonly clock: Clock;
}

const formatMs = (ms: number): string => ms.toFixed(2);

/**
 * Passes the upstream's answer to the client, byte for byte and as it arrives; a client that reads slowly
 * holds the upstream back. Where the answer is cut off, the client is told in the form of its API.
 * @returns what cuts the answer off from this side, for a shutdown
 */
export const relayAnswer = (input: RelayInput): ((reason: GatewayError) => void) => {
  const { upstreamResponse, response, forwarding, clock } = input;
  const { exchange, stopwatch } = forwarding;
  const { record } = exchange;
  stopwatch.start();
  const observer: AnswerObserver = observeAnswer(upstreamResponse, exchange, forwarding.path);

  let firstByteSeen = false;
  const status = upstreamResponse.statusCode ?? 502;
  record.status = status;
  // What is spent until the head leaves; writing the head itself cannot be in the head.
  const timing = `gateway;dur=${formatMs(stopwatch.spentMs)};desc="spent in gomodel-ts"`;
  const added = ['server-timing', timing];
  if (status >= 400) added.push('x-gomodel-error-origin', 'upstream');
  response.writeHead(
    status,
    upstreamResponse.statusMessage,
    createClientHeaders(upstreamResponse, exchange.id, added),
  );
  stopwatch.stop();
  record.overheadMs = stopwatch.spentMs;
  exchange.update();
  // A body's first bytes mostly come with the head and leave with it; where they do not, the head goes alone.
  setImmediate(() => {
    if (!firstByteSeen && !response.writableEnded && !response.destroyed) response.flushHeaders();
  });

  const settle = (): boolean => {
    if (forwarding.settled) return false;
    forwarding.settled = true;
    return true;
  };

  /** The answer has no end of its own: the client must not take it for a whole one. */
  const cut = (reason: GatewayError): void => {
    if (!settle()) return;
    upstreamResponse.destroy();
    observer.cut(reason);
    const farewell = observer.farewell(reason);
    if (farewell === undefined) response.destroy();
    else response.end(farewell);
  };

  upstreamResponse.on('data', (chunk: Buffer) => {
    if (!firstByteSeen) {
      firstByteSeen = true;
      record.ttfbMs = clock.monotonic() - exchange.openedAtMs;
    }
    if (!response.write(chunk)) upstreamResponse.pause();
    // The tap must not delay bytes: it sees each chunk after it was written.
    observer.see(chunk);
  });
  response.on('drain', () => upstreamResponse.resume());

  /** The answer is whole, however the upstream's connection ended. */
  const finish = (): void => {
    if (!settle()) return;
    observer.end();
    response.end();
  };

  upstreamResponse.once('end', () => {
    if (!upstreamResponse.complete) return;
    if (observer.expectsMore)
      cut(observer.truncation(`${record.upstream} ended the stream before its last event`));
    else finish();
  });
  const onBroken = (): void => {
    if (forwarding.settled) return;
    if (observer.isWhole) finish();
    else cut(observer.truncation(`${record.upstream} closed the connection in the middle of its answer`));
  };
  upstreamResponse.once('error', onBroken);
  upstreamResponse.once('close', onBroken);
  return cut;
};
