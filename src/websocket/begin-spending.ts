import type { Destination } from '../forward/route/destination.ts';
import { describeBody } from '../guard/budgets/describe-spending.ts';
import type { Passage } from '../guard/limits/create-metering.ts';
import type { Repetition } from '../guard/runaway/find-repetition.ts';
import type { Exchange } from '../log/exchange.ts';
import type { CreateFrame } from './client/read-client-frame.ts';
import type { ConnectionContext } from './session.ts';

export interface TurnToSpend {
  readonly exchange: Exchange;
  readonly frame: CreateFrame;
  readonly destination: Destination & { readonly fallbacks: readonly Destination[] };
  /** As it goes to the upstream. */
  readonly body: Buffer;
  /** Where the body holds only what is new. */
  readonly findRepetition?: () => Repetition | undefined;
}

/**
 * Asks limits and budgets for room, as for a request over HTTP.
 * @throws GatewayError rate_limit_exceeded, budget_exceeded, or rejects with one of them
 */
export const beginSpending = (
  { metering, upgrade }: ConnectionContext,
  { exchange, frame, destination, body, findRepetition }: TurnToSpend,
): Passage | undefined | Promise<Passage | undefined> => {
  if (frame.isWarmUp) return undefined;
  const isWhole = body !== frame.bytes;
  return metering.begin({
    exchange,
    caller: upgrade.caller,
    headers: upgrade.headers,
    provider: destination.upstream.name,
    model: frame.model,
    upstreamModel: destination.model,
    isOnlyDestination: destination.fallbacks.length === 0,
    ...describeBody({ path: upgrade.path, bytes: body, members: isWhole ? undefined : frame.members }),
    ...(findRepetition && { findRepetition }),
  });
};
