/** What happens when a provider fails before the first byte of its answer. */
export interface FailoverConfig {
  /** How often one provider is asked, the first time included; 1: never again. Fallbacks are asked after that. */
  readonly attempts: number;
  /** Before the second attempt; doubled before each further one, and jittered. */
  readonly initialBackoffMs: number;
  /** No wait is longer, `Retry-After` included: a provider that asks for more is given up. */
  readonly maxBackoffMs: number;
  readonly breaker: {
    /** Failures in a row after which a provider is asked no more for a while; 0: never. */
    readonly failures: number;
    readonly pauseMs: number;
  };
}

/**
 * One attempt: clients ask again themselves, and what is asked again unseen costs their users' money. An
 * alias that names fallbacks gets them all the same.
 */
export const NO_FAILOVER: FailoverConfig = {
  attempts: 1,
  initialBackoffMs: 500,
  maxBackoffMs: 10_000,
  breaker: { failures: 5, pauseMs: 30_000 },
};

/** Where the file asks for failover, and says no more. */
export const FAILOVER: FailoverConfig = { ...NO_FAILOVER, attempts: 3 };
