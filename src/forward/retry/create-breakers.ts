import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleType,
} from 'cockatiel';
import type { FailoverConfig } from '../../config/providers/failover.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { AttemptFailure } from './attempt-failure.ts';

/** `half_open`: one request tries whether the upstream answers again. */
export type BreakerState = 'closed' | 'open' | 'half_open';

/** A breaker for each upstream. */
export interface Breakers {
  readonly run: RunGuarded;
  /** By the upstream's name; of those alone that were asked. */
  states(): Readonly<Record<string, BreakerState>>;
}

/** Runs an attempt, unless its upstream has failed too often in a row. @throws what the attempt throws */
export type RunGuarded = <Result>(upstream: Upstream, attempt: () => Promise<Result>) => Promise<Result>;

const STATES: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
  // By hand, which nobody does.
  [CircuitState.Isolated]: 'open',
};

/** Thrown in place of an attempt. */
const pausing = ({ failures, pauseMs }: FailoverConfig['breaker']): AttemptFailure =>
  new AttemptFailure({
    message: `not asked: it failed ${failures} times in a row, and gets ${Math.round(pauseMs / 1000)} s of rest`,
    origin: 'upstream',
    code: 'breaker_open',
    mayRepeat: false,
    isOutage: false,
  });

/**
 * A breaker for each upstream: what fails again and again is left alone for a while, then tried by one
 * request before all others.
 */
export const createBreakers = (config: FailoverConfig['breaker']): Breakers => {
  const policies = new Map<Upstream, CircuitBreakerPolicy>();
  const policyOf = (upstream: Upstream): CircuitBreakerPolicy => {
    const known = policies.get(upstream);
    if (known) return known;
    // A used-up quota or a client that disconnects is not an outage.
    const outages = handleType(AttemptFailure, ({ isOutage }) => isOutage);
    const policy = circuitBreaker(outages, {
      halfOpenAfter: config.pauseMs,
      breaker: new ConsecutiveBreaker(config.failures),
    });
    policies.set(upstream, policy);
    return policy;
  };

  const run: RunGuarded = async (upstream, attempt) => {
    if (config.failures === 0) return attempt();
    const policy = policyOf(upstream);
    // Else all would wait for the one that tries.
    if (policy.state === CircuitState.HalfOpen) throw pausing(config);
    try {
      return await policy.execute(attempt);
    } catch (error) {
      throw error instanceof BrokenCircuitError ? pausing(config) : error;
    }
  };
  return {
    run,
    states: () => Object.fromEntries([...policies].map(([{ name }, { state }]) => [name, STATES[state]])),
  };
};
