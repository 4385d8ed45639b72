import { GatewayError } from '../../base/errors.ts';
import type { Clock } from '../../base/time/clock.ts';
import { toGatewayError } from '../../base/to-gateway-error.ts';
import type { FailoverConfig } from '../../config/providers/failover.ts';
import type { Exchange } from '../../log/exchange.ts';
import type { TargetOutcome } from '../../providers/balance/target-health.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { apiOfPath } from '../../sse/answer-summary.ts';
import { translateAnswer } from '../relay/translate-answer.ts';
import type { UpstreamAnswer } from '../relay/upstream-answer.ts';
import { checkCredential } from '../route/check-credential.ts';
import type { ChosenDestination, Destination } from '../route/destination.ts';
import { noteDestination } from '../route/note-destination.ts';
import type { UpstreamClient } from '../send/create-upstream-client.ts';
import type { AskedRequest, Prepare } from '../send/prepare-request.ts';
import type { WatchHandlers } from '../send/watch-request.ts';
import { AttemptFailure } from './attempt-failure.ts';
import type { RunGuarded } from './create-breakers.ts';
import { createSendThoughts, mayBeForeign } from './drop-foreign-thoughts.ts';
import { isPassing, readFailedAnswer } from './read-failed-answer.ts';
import { createTryDestinations } from './try-destinations.ts';

export interface AskDeps {
  readonly prepare: Prepare;
  readonly clientFor: (upstream: Upstream) => UpstreamClient;
  readonly failover: FailoverConfig;
  readonly clock: Clock;
  /** Counts an attempt at one of several destinations. @throws GatewayError rate_limit_exceeded, or rejects with it */
  readonly takeProvider: TakeProvider;
  readonly runGuarded: RunGuarded;
  /** Told how each attempt at one of several destinations fared. */
  readonly noteOutcome: NoteOutcome;
}

type NoteOutcome = (destination: Destination, outcome: TargetOutcome) => void;

export type TakeProvider = (
  exchange: Exchange,
  provider: string,
  model: string | undefined,
  bodyBytes: number,
) => void | Promise<void>;

export interface AskInput {
  readonly asked: AskedRequest;
  readonly destination: ChosenDestination;
  readonly exchange: Exchange;
}

/** The answer is in the API that the client speaks. */
type AskHandlers = WatchHandlers<UpstreamAnswer>;

/**
 * Asks a destination for what a client asked, in its own API, and notes in the record where that went. Where
 * the configuration says so, it asks again, or elsewhere, when that fails before an answer has begun.
 * @returns what ends it, answered or not, without another word
 * @throws GatewayError invalid_request where the destination cannot be asked that; then nothing was sent
 */
export type Ask = (input: AskInput, handlers: AskHandlers) => () => void;

/** Whether a request may be sent more than once. @param path below `/v1` */
export const mayTryAgain = (
  { attempts }: FailoverConfig,
  { fallbacks }: Pick<ChosenDestination, 'fallbacks'>,
  path: string,
): boolean => (attempts > 1 || fallbacks.length > 0) && apiOfPath(path) !== undefined;

/** No answer came, or a redirect, which will be the same the next time. */
const unanswered = (told: GatewayError): AttemptFailure =>
  new AttemptFailure({
    ...factsOf(told),
    told,
    mayRepeat: told.code !== 'upstream_redirected',
    isOutage: true,
  });

/** What cannot be asked of one destination may be asked of the next. */
const unasked = (told: GatewayError): AttemptFailure =>
  new AttemptFailure({ ...factsOf(told), told, mayRepeat: false, isOutage: false });

const factsOf = ({ message, origin, code }: GatewayError) => ({ message, origin, code });

export const createAsk = (deps: AskDeps): Ask => {
  const { prepare, clientFor, failover, clock, takeProvider, runGuarded, noteOutcome } = deps;
  const sendThoughts = createSendThoughts(clock);
  const send = (
    { asked, exchange }: AskInput,
    destination: Destination,
    handlers: AskHandlers,
  ): (() => void) => {
    const onAnswer = (answer: UpstreamAnswer): void => handlers.onAnswer(answer);
    const { request, translation } = prepare(asked, destination);
    noteDestination(exchange.record, destination, asked.model, translation);
    exchange.commit();
    exchange.update();
    const { upstream } = destination;
    const client = clientFor(upstream);
    if (!translation && mayBeForeign(asked.path, upstream, request.body)) {
      return sendThoughts({ request, send: client.send, upstream, exchange }, handlers);
    }
    return client.send(request, {
      onAnswer: (message) => {
        if (translation) translateAnswer(message, translation, upstream.name, onAnswer);
        else onAnswer(message);
      },
      onFailure: (error) => handlers.onFailure(error),
    });
  };

  const tryOne = (input: AskInput, destination: Destination, signal: AbortSignal): Promise<UpstreamAnswer> =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        leave?.();
        reject(signal.reason);
      };
      const fail = (failure: unknown): void => {
        signal.removeEventListener('abort', stop);
        reject(failure);
      };
      let leave: (() => void) | undefined;
      signal.addEventListener('abort', stop, { once: true });
      const begin = (): void => {
        const startedAtMs = clock.monotonic();
        const noted = (outcome: Omit<TargetOutcome, 'ms'>): void =>
          noteOutcome(destination, { ...outcome, ms: clock.monotonic() - startedAtMs });
        leave = send(input, destination, {
          onAnswer: (answer) => {
            noted({ status: answer.statusCode, headers: answer.headers });
            if (!isPassing(answer.statusCode ?? 502)) resolve(answer);
            else readFailedAnswer(answer, clock.now()).then(fail, fail);
          },
          onFailure: (error) => {
            noted({});
            fail(unanswered(error));
          },
        });
      };
      const refuse = (error: unknown): void => fail(error instanceof GatewayError ? unasked(error) : error);
      try {
        checkCredential(destination.upstream);
        // One that is saturated is passed over.
        const { asked, exchange } = input;
        const taken =
          input.destination.fallbacks.length > 0
            ? takeProvider(exchange, destination.upstream.name, destination.model, asked.body.length)
            : undefined;
        if (!(taken instanceof Promise)) begin();
        else taken.then(() => (signal.aborted ? undefined : begin())).catch(refuse);
      } catch (error) {
        refuse(error);
      }
    });

  const tryDestinations = createTryDestinations({
    failover,
    runGuarded,
    clock,
  });

  const askAgain: Ask = (input, handlers) => {
    const left = new AbortController();
    const { exchange, destination } = input;
    tryDestinations({
      destination,
      signal: left.signal,
      tryOne: (one) => tryOne(input, one, left.signal),
      onAttempt: (attempts) => {
        if (attempts.length > 1) exchange.record.attempts = [...attempts];
        exchange.update();
      },
    })
      .then((answer) => {
        if (left.signal.aborted) answer.destroy();
        else handlers.onAnswer(answer);
      })
      .catch((error: unknown) => {
        if (!left.signal.aborted) handlers.onFailure(toGatewayError(error));
      });
    return () => left.abort();
  };

  return (input, handlers) =>
    mayTryAgain(failover, input.destination, input.asked.path)
      ? askAgain(input, handlers)
      : send(input, input.destination, handlers);
};
