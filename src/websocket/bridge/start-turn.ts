import { GatewayError } from '../../base/errors.ts';
import { createId } from '../../base/ids.ts';
import type { Stopwatch } from '../../base/time/stopwatch.ts';
import type { Room } from '../../coding/body-budget.ts';
import type { Ask } from '../../forward/retry/create-ask.ts';
import { checkCredential } from '../../forward/route/check-credential.ts';
import { noteDestination } from '../../forward/route/note-destination.ts';
import type { Passage } from '../../guard/limits/create-metering.ts';
import type { Exchange } from '../../log/exchange.ts';
import type { Place, ResponseHistory } from '../../translate/response-history.ts';
import { asSse } from '../as-sse.ts';
import { beginSpending } from '../begin-spending.ts';
import type { CreateFrame } from '../client/read-client-frame.ts';
import type { ConnectionContext } from '../session.ts';
import { turnHeaders } from '../turn-headers.ts';
import { composeBody, joinItems, ownItems } from './compose-body.ts';
import type { Answered } from './conclude-turn.ts';
import { createPendingTurn } from './pending-turn.ts';
import { type RunningTurn, runTurn } from './run-turn.ts';
import { warmUpFrames } from './warm-up-frames.ts';

export interface BridgeContext extends ConnectionContext {
  readonly ask: Ask;
  readonly history: ResponseHistory;
  /** Bound of a body, once it holds the whole conversation. */
  readonly maxBodyBytes: number;
}

export interface Turn {
  readonly frame: CreateFrame;
  /** The memory of the message, and of the body that it becomes. */
  readonly room: Room;
  readonly exchange: Exchange;
  readonly stopwatch: Stopwatch;
}

interface TurnHandlers {
  /** Sends a frame in the turn's lane. @returns false if the client reads slowly */
  emit(frame: Buffer): boolean;
  onEnd(): void;
  /** It is refused after this returned: then nothing was sent, and `onEnd` is not called. */
  onRefused(error: unknown): void;
}

const notFound = (responseId: string): GatewayError =>
  new GatewayError(
    'previous_response_not_found',
    `the response ${responseId.slice(0, 100)} is not known on this connection. Send the whole input without previous_response_id.`,
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
 * @returns undefined if it was answered without the upstream
 * @throws GatewayError previous_response_not_found, request_too_large, provider_not_configured,
 *   invalid_request, overloaded, budget_exceeded; then nothing was sent, and `onEnd` is not called
 */
export const startTurn = (
  context: BridgeContext,
  turn: Turn,
  handlers: TurnHandlers,
): RunningTurn | undefined => {
  const { history, upgrade, clock } = context;
  const { frame, exchange, stopwatch } = turn;
  const { record } = exchange;
  const destination = context.destinationOf(frame);
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

  try {
    if (destination.fallbacks.length === 0) checkCredential(destination.upstream);
    const body = composeBody(frame, place, context.maxBodyBytes);
    if (!turn.room.tryResize(frame.bytes.length + body.length)) throw turn.room.exhausted();
    record.request.bodyBytes = body.length;
    if (frame.model !== undefined) record.route = destination.why;
    if (destination.balance) record.balance = destination.balance;
    exchange.keepRequestBody(body, 'identity');
    const asked = {
      method: 'POST',
      path: upgrade.path,
      headers: turnHeaders(upgrade.headers, frame.metadata),
      model: frame.model,
      body,
      members: undefined,
    };
    noteDestination(record, destination, frame.model);
    const run = (passage: Passage | undefined): RunningTurn => {
      stopwatch.stop();
      return runTurn({
        context,
        exchange,
        stopwatch,
        ask: context.ask,
        asked: { asked, destination },
        passage,
        emit: handlers.emit,
        onEnd: end,
      });
    };
    const begun = beginSpending(context, { exchange, frame, destination, body });
    if (!(begun instanceof Promise)) return run(begun);
    return createPendingTurn(begun, {
      run,
      onRefused: (error) => {
        if (place) history.giveBack(place);
        handlers.onRefused(error);
      },
      onLeft: () => {
        exchange.record.response.finish = 'aborted';
        exchange.close();
        end(undefined);
      },
    });
  } catch (error) {
    if (place) history.giveBack(place);
    throw error;
  }
};
