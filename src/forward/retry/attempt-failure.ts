import type { ErrorOrigin, GatewayError } from '../../base/errors.ts';
import type { UpstreamAnswer } from '../relay/upstream-answer.ts';

export interface FailedAttempt {
  /** The provider's own words, or the gateway's. */
  readonly message: string;
  readonly origin: ErrorOrigin;
  readonly code: string;
  /** Absent if no answer came. */
  readonly status?: number;
  /** What the provider asks to wait. */
  readonly retryAfterMs?: number;
  /** False if the same provider would say the same again. */
  readonly mayRepeat: boolean;
  /** Whether it says that the provider is down. */
  readonly isOutage: boolean;
  /** What the client is told where this was the only attempt; absent if that is to be composed. */
  readonly told?: UpstreamAnswer | GatewayError;
}

/** One attempt at a provider that came to nothing before the first byte of an answer. */
export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure';
  readonly failed: FailedAttempt;
  readonly isOutage: boolean;

  constructor(failed: FailedAttempt) {
    super(failed.message);
    this.failed = failed;
    this.isOutage = failed.isOutage;
  }
}
