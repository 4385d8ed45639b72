import type { ServerResponse } from 'node:http';
import type { Clock } from '../../base/time/clock.ts';
import type { FailoverConfig } from '../../config/providers/failover.ts';
import type { Forwarding } from '../forwarding.ts';
import { createDeliveries, type Deliveries, type Fail } from '../relay/deliver-answer.ts';
import type { ChosenDestination } from '../route/destination.ts';
import { type Ask, type AskInput, mayTryAgain } from './create-ask.ts';

export interface RetryingForwarderDeps {
  readonly ask: Ask;
  readonly failover: FailoverConfig;
  readonly clock: Clock;
  /** After so long without a byte a stream is ended; 0: never. */
  readonly stallTimeoutMs?: number;
}

/** Forwards requests that cannot be proxied unchanged: they are translated, or may be sent more than once. */
export interface RetryingForwarder extends Pick<Deliveries, 'cut'> {
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
    fail: Fail,
  ): void;
}

export const createRetryingForwarder = ({
  ask,
  failover,
  clock,
  stallTimeoutMs,
}: RetryingForwarderDeps): RetryingForwarder => {
  const { deliver, cut } = createDeliveries(clock, stallTimeoutMs);
  return {
    mayTryAgain: (destination, path) => mayTryAgain(failover, destination, path),
    forward: (response, forwarding, { asked, destination }, fail) => {
      const { exchange, stopwatch } = forwarding;
      deliver(response, forwarding, (handlers) => ask({ asked, destination, exchange }, handlers), fail);
      stopwatch.stop();
    },
    cut,
  };
};
