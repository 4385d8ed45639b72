import { GatewayError } from '../../base/errors.ts';
import { codeInStream } from '../../forward/relay/output-ceiling.ts';
import { failureEventData } from '../../sse/failure-event.ts';
import { inLane } from '../in-lane.ts';
import type { RelayedTurn } from './relayed-turn.ts';

/** The last frame of an answer that the gateway ends. */
export const failureFrame = (turn: RelayedTurn, reason: GatewayError, nowMs: number): Buffer => {
  const { streamId, summary } = turn;
  const failure = { code: codeInStream(reason.code), message: `gomodel-ts: ${reason.message}`, atMs: nowMs };
  const sequenceNumber = turn.nextSequenceNumber();
  const answer = { responseId: summary.responseId, model: summary.model, sequenceNumber };
  return inLane(streamId, Buffer.from(failureEventData('responses', failure, answer)));
};

/** How an answer has broken the grammar of its API. */
export const breachOf = (turn: RelayedTurn): GatewayError => {
  const breach = turn.breach();
  return breach
    ? new GatewayError(breach.code, breach.message)
    : new GatewayError('internal_error', 'an answer ended without a reason. Please report this.');
};

/** Of the answers that run beside a broken one. */
export const besideBroken = (host: string): GatewayError =>
  new GatewayError(
    'upstream_stream_truncated',
    `another answer on the connection to ${host} was invalid, so the connection was closed. Try again.`,
  );
