import { GatewayError } from '../base/errors.ts';

export interface GuardedCallDeps {
  /** Such as `budgets`, for messages. */
  readonly what: string;
  readonly place: string;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
  /** Called when calls begin to be given up, with the reason, and when they work again. */
  readonly onChange: (problem: string | undefined) => void;
}

/** No request waits longer for the database. */
const DEADLINE_MS = 50;
/** After so many failures in a row nobody waits at all, for a while; then one tries. */
const FAILURES = 3;
const PAUSE_MS = 1_000;

/**
 * Runs calls that requests wait for: each within a deadline, and none while the database is known to be away.
 * @returns undefined where it was given up
 */
export type GuardedCall = <Answer>(
  call: () => Promise<Answer>,
  /** Given what arrives after the call was given up. */
  onLate: (answer: Answer) => void,
) => Promise<Answer | undefined>;

export const createGuardedCall = ({ what, place, now, onChange }: GuardedCallDeps): GuardedCall => {
  let failures = 0;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  let isGivenUp = false;
  const succeeded = (): void => {
    failures = 0;
    pausedUntilMs = Number.NEGATIVE_INFINITY;
    if (!isGivenUp) return;
    isGivenUp = false;
    onChange(undefined);
  };
  const failed = (why: string): undefined => {
    failures++;
    if (failures >= FAILURES) pausedUntilMs = now() + PAUSE_MS;
    if (isGivenUp) return undefined;
    isGivenUp = true;
    onChange(`PostgreSQL at ${place}, which keeps ${what}, ${why}`);
    return undefined;
  };
  return async (call, onLate) => {
    if (now() < pausedUntilMs) return undefined;
    // Who comes while one tries does not wait.
    if (failures >= FAILURES) pausedUntilMs = now() + PAUSE_MS;
    let timer: NodeJS.Timeout | undefined;
    let isLate = false;
    const late = new Promise<'late'>((resolve) => {
      // An answer that has arrived while this process was busy is not late.
      timer = setTimeout(() => setImmediate(resolve, 'late'), DEADLINE_MS);
    });
    const answer = call().then((value) => {
      if (isLate) onLate(value);
      return { value };
    });
    try {
      const first = await Promise.race([answer, late]);
      if (first === 'late') {
        isLate = true;
        answer.catch(() => {});
        return failed(`has not answered within ${DEADLINE_MS} ms`);
      }
      succeeded();
      return first.value;
    } catch (error) {
      const why = error instanceof GatewayError ? 'cannot be used' : String(error);
      return failed(why);
    } finally {
      clearTimeout(timer);
    }
  };
};
