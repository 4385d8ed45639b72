import type { Clock } from '../../../src/base/time/clock.ts';

/** A clock whose wall time can be set, as an administrator or NTP does, without any time passing. */
export interface JumpingClock extends Clock {
  pass(ms: number): void;
  jump(ms: number): void;
}

export const createJumpingClock = (iso: string): JumpingClock => {
  let wallMs = Date.parse(iso);
  let passedMs = 0;
  return {
    now: () => wallMs,
    monotonic: () => passedMs,
    pass: (ms) => {
      wallMs += ms;
      passedMs += ms;
    },
    jump: (ms) => {
      wallMs += ms;
    },
  };
};
