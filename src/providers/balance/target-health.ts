import type { Clock } from '../../base/time/clock.ts';
import { readWaitOfHeaders } from '../../base/time/read-wait.ts';

type AnswerHeaders = Parameters<typeof readWaitOfHeaders>[0];

/** How a target fared with one request. */
export interface TargetOutcome {
  /** Absent where no answer came. */
  readonly status?: number | undefined;
  readonly headers?: AnswerHeaders;
  /** Until the answer began. */
  readonly ms: number;
}

/** Which targets are down or saturated for now, and how fast the others are. */
export interface TargetHealth {
  note(target: string, outcome: TargetOutcome): void;
  /** Milliseconds until it is to be asked again; 0 where it can be asked. */
  restOf(target: string): number;
  /** Milliseconds until an answer begins, the latest counting most; undefined where it was never asked. */
  latencyOf(target: string): number | undefined;
}

/** The rest after a failure, doubled with each further one. */
const FIRST_REST_MS = 5_000;
const MAX_REST_MS = 60_000;
/** After a 429 without a time. */
const LIMITED_MS = 10_000;
/** What the latest answer counts in the average. */
const LATEST_SHARE = 0.3;

interface Known {
  failures: number;
  restsUntilMs: number;
  latencyMs: number | undefined;
}

export const createTargetHealth = (clock: Pick<Clock, 'monotonic' | 'now'>): TargetHealth => {
  const targets = new Map<string, Known>();
  const knownOf = (target: string): Known => {
    const known = targets.get(target) ?? { failures: 0, restsUntilMs: 0, latencyMs: undefined };
    targets.set(target, known);
    return known;
  };
  return {
    note: (target, { status, headers, ms }) => {
      const known = knownOf(target);
      const rest = (restMs: number): void => {
        known.restsUntilMs = clock.monotonic() + Math.min(restMs, MAX_REST_MS);
      };
      if (status === 429) {
        rest((headers && readWaitOfHeaders(headers, clock.now())) ?? LIMITED_MS);
      } else if (status === undefined || status >= 500) {
        rest(FIRST_REST_MS * 2 ** known.failures++);
      } else {
        known.failures = 0;
        known.restsUntilMs = 0;
        const before = known.latencyMs ?? ms;
        known.latencyMs = before + (ms - before) * LATEST_SHARE;
      }
    },
    restOf: (target) => Math.max(0, (targets.get(target)?.restsUntilMs ?? 0) - clock.monotonic()),
    latencyOf: (target) => targets.get(target)?.latencyMs,
  };
};
