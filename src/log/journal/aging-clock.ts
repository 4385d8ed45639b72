import type { Clock } from '../../base/time/clock.ts';

const DAY_MS = 86_400_000;
/** How far wall clock and monotonic clock may drift apart before it counts as a jump. */
const MAX_DRIFT_MS = 3_600_000;

/**
 * The time by which the log's age is measured. A wrong clock must not delete the log, so what the clock says
 * counts at once only as far as the log itself confirms it: the log is at most a day older than its newest
 * segment that is not of the last day. Once the clock has run for a day without a jump, it is believed.
 * @returns given when the log's segments began, the time; milliseconds since the epoch
 */
export const createAgingClock = (clock: Clock): ((startedAtMs: readonly number[]) => number) => {
  let sinceMs = clock.monotonic();
  let aheadMs = clock.now() - sinceMs;
  return (startedAtMs) => {
    const nowMs = clock.now();
    const monotonicMs = clock.monotonic();
    if (Math.abs(nowMs - monotonicMs - aheadMs) > MAX_DRIFT_MS) sinceMs = monotonicMs;
    aheadMs = nowMs - monotonicMs;
    if (monotonicMs - sinceMs >= DAY_MS) return nowMs;
    const newestMs = startedAtMs.reduce(
      (newest, each) => (each <= nowMs - DAY_MS ? Math.max(newest, each) : newest),
      Number.NEGATIVE_INFINITY,
    );
    return Math.min(nowMs, newestMs + DAY_MS);
  };
};
