import type { Clock } from '../../../src/base/time/clock.ts';

export interface WrongClock extends Clock {
  /** Time passes: both clocks go on. */
  advance(ms: number): void;
  /** Sets the wall clock alone; ahead or, below zero, back. */
  jump(ms: number): void;
}

/** A clock whose wall time can be set, as a user, NTP or an empty battery does it. */
export const createWrongClock = (iso: string): WrongClock => {
  let nowMs = Date.parse(iso);
  let monotonicMs = 1000;
  return {
    now: () => nowMs,
    monotonic: () => monotonicMs,
    advance: (ms) => {
      nowMs += ms;
      monotonicMs += ms;
    },
    jump: (ms) => {
      nowMs += ms;
    },
  };
};
