import type { Exchange } from '../../audit/exchange.ts';
import { GatewayError } from '../../base/errors.ts';
import { createId } from '../../base/ids.ts';
import type { Stopwatch } from '../../base/stopwatch.ts';
import type { Send } from '../../forward/create-sender.ts';
import { createUpstreamHeaders } from '../../forward/upstream-headers.ts';
import { asSse } from '../as-sse.ts';
import type { CreateFrame } from '../read-client-frame.ts';
import type { ConnectionContext } from '../session.ts';
import { turnHeaders } from '../turn-headers.ts';
import { composeBody, joinItems, ownItems } from './compose-body.ts';
import type { Answered } from './conclude-turn.ts';
import type { Place, ResponseHistory } from './response-history.ts';
import { type RunningTurn, runTurn } from './run-turn.ts';
import { warmUpFrames } from './warm-up-frames.ts';

export interface BridgeContext extends ConnectionContext {
  readonly send: Send;
  readonly history: ResponseHistory;
  /** This process as `Via` names it. */
  readonly via: string;
  /** Bound of a body, once it holds the whole conversation. */
  readonly maxBodyBytes: number;
}

export interface Turn {
  readonly frame: CreateFrame;
  readonly exchange: Exchange;
  readonly stopwatch: Stopwatch;
}

interface TurnHandlers {
  /** Sends a frame in the turn's lane. @returns false where the client reads slowly */
  emit(frame: Buffer): boolean;
  onEnd(): void;
}

const notFound = (responseId: string): GatewayError =>
  new GatewayError(
    'previous_response_not_found',
    `the response ${responseId.slice(0, 100)} is not known on this connection. Send the whole input, without previous_response_id.`,
    { param: 'previous_response_id' },
  );

/**
 * Where the conversation goes on. A response that this connection does not know may be one that the
 * upstream has stored: then the upstream is asked by its id.
 * @throws GatewayError previous_response_not_found where it is said that nothing is stored
 */
const takePlace = (history: ResponseHistory, frame: CreateFrame): Place | undefined => {
  const { previousResponseId, bytes, members } = frame;
  if (previousResponseId === undefined) return undefined;
  const place = history.take(previousResponseId);
  const store = members.get('store');
  const isStored = !store || bytes.toString('latin1', store.start, store.end) !== 'false';
  if (!place && !isStored) throw notFound(previousResponseId);
  return place;
};

/** Answers `generate: false`, which needs no model. @returns the id to go on from */
const warmUp = ({ frame, exchange }: Turn, nowMs: number, emit: TurnHandlers['emit']): Answered => {
  const responseId = createId('resp', nowMs);
  const { record } = exchange;
  exchange.keepRequestBody(frame.bytes, 'identity');
  record.request.bodyBytes = frame.bytes.length;
  record.status = 200;
  record.responseId = responseId;
  const events = warmUpFrames(responseId, frame.model, nowMs);
  for (const event of events) {
    emit(event);
    exchange.appendResponseBody(asSse(event));
  }
  const bytes = events.reduce((sum, event) => sum + event.length, 0);
  record.response = { finish: 'completed', events: events.length, bytes };
  return { responseId, output: Buffer.alloc(0) };
};

/**
 * Begins to answer a request whose turn it is.
 * @param handlers `onEnd` is called when the exchange is closed, maybe before this returns
 * @returns undefined where it was answered without the upstream
 * @throws GatewayError previous_response_not_found, request_too_large; then nothing was sent, and `onEnd`
 *   is not called
 */
export const startTurn = (
  context: BridgeContext,
  turn: Turn,
  handlers: TurnHandlers,
): RunningTurn | undefined => {
  const { history, upgrade, clock } = context;
  const { upstream } = upgrade;
  const { frame, exchange, stopwatch } = turn;
  const place = takePlace(history, frame);

  const end = (answered: Answered | undefined): void => {
    // Where only the upstream knows what came before, what comes after cannot be told either.
    const isKnown = place !== undefined || frame.previousResponseId === undefined;
    if (answered && isKnown) {
      const items = Buffer.concat(joinItems([ownItems(frame), answered.output]));
      history.add(answered.responseId, place, items);
    }
    if (place) history.giveBack(place);
    handlers.onEnd();
  };

  if (frame.isWarmUp) {
    const answered = warmUp(turn, clock.now(), handlers.emit);
    exchange.close();
    end(answered);
    return undefined;
  }

  let body: Buffer;
  try {
    body = composeBody(frame, place, context.maxBodyBytes);
  } catch (error) {
    if (place) history.giveBack(place);
    throw error;
  }
  const { record } = exchange;
  const { host } = upstream.baseUrl;
  record.request.bodyBytes = body.length;
  record.provider = upstream.name;
  record.upstream = host;
  exchange.keepRequestBody(body, 'identity');
  exchange.commit();
  exchange.update();
  const headers = createUpstreamHeaders({
    headers: turnHeaders(upgrade.headers, frame.metadata),
    host,
    credential: upstream.credential,
    bodyBytes: body.length,
    via: context.via,
  });
  stopwatch.stop();
  return runTurn({
    context,
    exchange,
    stopwatch,
    send: context.send,
    request: { method: 'POST', path: upgrade.path, headers, body },
    emit: handlers.emit,
    onEnd: end,
  });
};
