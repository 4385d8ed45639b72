import type { ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import type { GatewayError } from '../../base/errors.ts';
import { LinkedList } from '../../base/linked-list.ts';
import type { FailoverConfig } from '../../config/failover.ts';
import { beginForwarding, type Forwarding } from '../forwarding.ts';
import { relayAnswer } from '../relay/relay-answer.ts';
import type { ChosenDestination } from '../route/choose-destination.ts';
import { type Ask, type AskInput, mayTryAgain } from './create-ask.ts';
import { lacksCompaction, noCompaction } from './lacks-compaction.ts';

export interface RetryingForwarderDeps {
  readonly ask: Ask;
  readonly failover: FailoverConfig;
  readonly clock: Clock;
}

/** For requests that do not leave as they came: those that are translated, or may be sent more than once. */
export interface RetryingForwarder {
  /** @param path below `/v1` */
  mayTryAgain(destination: ChosenDestination, path: string): boolean;
  /**
   * @param fail called at most once, and only while nothing was sent to the client
   * @throws GatewayError invalid_request where the destination cannot be asked that
   */
  forward(
    response: ServerResponse,
    forwarding: Forwarding,
    input: Omit<AskInput, 'exchange'>,
    fail: (error: GatewayError) => void,
  ): void;
  /** Ends what still runs: with an event that says why where a stream can carry one. */
  cutAll(reason: GatewayError): void;
}

export const createRetryingForwarder = ({
  ask,
  failover,
  clock,
}: RetryingForwarderDeps): RetryingForwarder => {
  const active = new LinkedList<(reason: GatewayError) => void>();

  return {
    mayTryAgain: (destination, path) => mayTryAgain(failover, destination, path),
    forward: (response, begun, { asked, destination }, fail) => {
      const forwarding = beginForwarding(begun);
      const { exchange, stopwatch, path } = forwarding;
      let cutAnswer: ((reason: GatewayError) => void) | undefined;

      const failWith = (error: GatewayError): void => {
        if (forwarding.settled) return;
        forwarding.settled = true;
        fail(error);
      };
      const leave = ask(
        { asked, destination, exchange },
        {
          onAnswer: (upstreamResponse) => {
            if (lacksCompaction(upstreamResponse, path)) {
              upstreamResponse.resume();
              failWith(noCompaction(exchange.record.upstream ?? ''));
              return;
            }
            cutAnswer = relayAnswer({ upstreamResponse, response, forwarding, clock });
          },
          onFailure: failWith,
        },
      );
      const cut = (reason: GatewayError): void => {
        if (cutAnswer) {
          cutAnswer(reason);
          return;
        }
        leave();
        failWith(reason);
      };
      const place = active.add(cut);
      response.once('close', () => {
        active.remove(place);
        // The client has left: what it asked for must not run on at the provider, at its user's cost.
        if (!cutAnswer) leave();
        forwarding.settled = true;
      });
      stopwatch.stop();
    },
    cutAll: (reason) => {
      for (const cut of active.values()) cut(reason);
    },
  };
};
