import { setTimeout as pause } from 'node:timers/promises';
import { GatewayError } from '../../base/errors.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { FailoverConfig } from '../../config/providers/failover.ts';
import type { Attempt } from '../../log/record.ts';
import type { UpstreamAnswer } from '../relay/upstream-answer.ts';
import type { ChosenDestination, Destination } from '../route/destination.ts';
import { AttemptFailure, type FailedAttempt } from './attempt-failure.ts';
import type { RunGuarded } from './create-breakers.ts';

interface TriesInput {
  readonly destination: ChosenDestination;
  /** Asks one destination. @throws AttemptFailure where another attempt may fare better */
  readonly tryOne: (destination: Destination) => Promise<UpstreamAnswer>;
  /** Aborted where the client leaves: then nothing further is tried. */
  readonly signal: AbortSignal;
  /** Gets all attempts so far, after each of them. */
  readonly onAttempt: (attempts: readonly Attempt[]) => void;
}

export interface TriesDeps {
  readonly failover: FailoverConfig;
  readonly runGuarded: RunGuarded;
  readonly clock: Clock;
}

/**
 * @returns the answer that came, which may be an error; where there was one attempt alone, whatever that was
 * @throws GatewayError attempts_failed, or any error of `tryOne` other than an AttemptFailure
 */
export type TryDestinations = (input: TriesInput) => Promise<UpstreamAnswer>;

/** Doubled with each attempt, between half of it and the whole. */
const backoffMs = (attempt: number, { initialBackoffMs, maxBackoffMs }: FailoverConfig): number =>
  Math.min(maxBackoffMs, initialBackoffMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);

const describe = ({ provider, model, status, error }: Attempt): string =>
  `${provider}${model === undefined ? '' : `/${model}`}: ${status === undefined ? '' : `${status}, `}${error?.message}`;

/** Tells of all attempts, with the last one's status. */
const allFailed = (
  attempts: readonly Attempt[],
  { status, origin, retryAfterMs }: FailedAttempt,
): GatewayError => {
  const list = [...new Set(attempts.map(describe))].join('; ');
  return new GatewayError('attempts_failed', `no attempt was answered. ${list}`, {
    origin,
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && {
      headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
    }),
  });
};

/**
 * Asks one destination after another, each as often as the configuration says, until one answers: a request
 * whose answer has begun is never sent again.
 */
export const createTryDestinations =
  ({ failover, runGuarded, clock }: TriesDeps): TryDestinations =>
  async ({ destination, tryOne, signal, onAttempt }) => {
    const attempts: Attempt[] = [];
    let last: AttemptFailure | undefined;
    const beganAtMs = clock.monotonic();

    let next: readonly Destination[] = [destination, ...destination.fallbacks];
    const failed: Destination[] = [];
    for (let one = next[0]; one; one = next[0]) {
      const { upstream, model } = one;
      for (let count = 1; count <= failover.attempts; count++) {
        const startedAt = clock.monotonic();
        const note = (outcome: Pick<Attempt, 'status' | 'error'>): void => {
          const times = { startedMs: startedAt - beganAtMs, durationMs: clock.monotonic() - startedAt };
          attempts.push({ provider: upstream.name, ...(model && { model }), ...outcome, ...times });
          onAttempt(attempts);
        };
        try {
          const answer = await runGuarded(upstream, () => tryOne(one));
          note(answer.statusCode === undefined ? {} : { status: answer.statusCode });
          return answer;
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof AttemptFailure)) throw error;
          last = error;
          const { message, origin, code, status, mayRepeat, retryAfterMs = 0 } = error.failed;
          note({ error: { origin, code, message }, ...(status !== undefined && { status }) });
          const waitMs = Math.max(backoffMs(count, failover), retryAfterMs);
          // There is no second attempt if the provider asks to wait longer than we have.
          if (!mayRepeat || waitMs > failover.maxBackoffMs || count === failover.attempts) break;
          await pause(waitMs, undefined, { signal });
        }
      }
      failed.push(one);
      next = (next.length > 1 && (await destination.goOn?.(failed))) || next.slice(1);
      signal.throwIfAborted();
    }
    if (!last) throw new GatewayError('internal_error', 'no destination was tried.');
    const { told } = last.failed;
    if (attempts.length > 1 || told === undefined) throw allFailed(attempts, last.failed);
    if (told instanceof GatewayError) throw told;
    return told;
  };
