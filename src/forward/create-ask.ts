import type { Exchange } from '../audit/exchange.ts';
import type { GatewayError } from '../base/errors.ts';
import type { Upstream } from '../providers/upstream.ts';
import type { ChosenDestination } from './choose-destination.ts';
import type { Way } from './create-way.ts';
import { noteDestination } from './note-destination.ts';
import type { AskedRequest, Prepare } from './prepare-request.ts';
import { translateAnswer } from './translate-answer.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

export interface AskDeps {
  readonly prepare: Prepare;
  readonly wayTo: (upstream: Upstream) => Way;
}

export interface AskInput {
  readonly asked: AskedRequest;
  readonly destination: ChosenDestination;
  readonly exchange: Exchange;
}

interface AskHandlers {
  /** In the API that the client speaks. */
  onAnswer(answer: UpstreamAnswer): void;
  /** Called at most once, and only while no answer has come. */
  onFailure(error: GatewayError): void;
}

/**
 * Asks a destination for what a client asked, in its own API, and notes in the record where that went.
 * @returns what ends it, answered or not, without another word
 * @throws GatewayError invalid_request where the destination cannot be asked that; then nothing was sent
 */
export type Ask = (input: AskInput, handlers: AskHandlers) => () => void;

export const createAsk =
  ({ prepare, wayTo }: AskDeps): Ask =>
  ({ asked, destination, exchange }, { onAnswer, onFailure }) => {
    const { request, translation } = prepare(asked, destination);
    noteDestination(exchange.record, destination, asked.model, translation);
    exchange.commit();
    exchange.update();
    return wayTo(destination.upstream).send(request, {
      onAnswer: (message) => onAnswer(translation ? translateAnswer(message, translation) : message),
      onFailure,
    });
  };
