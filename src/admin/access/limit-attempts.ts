import { GatewayError } from '../../base/errors.ts';

/** Counts wrong keys, so that none can be found by trying. */
export interface AttemptLimit {
  /** @throws GatewayError too_many_attempts */
  check(address: string): void;
  noteWrong(address: string): void;
  noteRight(address: string): void;
}

const MAX_WRONG = 5;
const WINDOW_MS = 60_000;
/** All addresses together: one machine can have many. */
const MAX_WRONG_IN_ALL = 50;
const EVERYONE = '';

/** @param now milliseconds, monotonic */
export const createAttemptLimit = (now: () => number): AttemptLimit => {
  const wrong = new Map<string, number[]>();
  const recent = (address: string): number[] =>
    (wrong.get(address) ?? []).filter((atMs) => atMs > now() - WINDOW_MS);
  const note = (address: string): void => {
    wrong.set(address, [...recent(address), now()]);
  };
  const refuseAbove = (address: string, most: number): void => {
    const times = recent(address);
    const first = times[times.length - most];
    if (first === undefined) return;
    const seconds = Math.max(1, Math.ceil((first + WINDOW_MS - now()) / 1000));
    throw new GatewayError(
      'too_many_attempts',
      `too many wrong keys came in the last minute. Try again in ${seconds} s.`,
      { headers: { 'retry-after': String(seconds) } },
    );
  };
  return {
    check: (address) => {
      refuseAbove(address, MAX_WRONG);
      refuseAbove(EVERYONE, MAX_WRONG_IN_ALL);
    },
    noteWrong: (address) => {
      for (const known of wrong.keys()) if (recent(known).length === 0) wrong.delete(known);
      note(address);
      note(EVERYONE);
    },
    noteRight: (address) => {
      wrong.delete(address);
    },
  };
};
