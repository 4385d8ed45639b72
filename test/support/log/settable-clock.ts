import type { Clock } from '../../../src/base/time/clock.ts';

export interface SettableClock extends Clock {
  set(iso: string): void;
  advance(ms: number): void;
}

export const createSettableClock = (iso: string): SettableClock => {
  let nowMs = Date.parse(iso);
  return {
    now: () => nowMs,
    monotonic: () => nowMs,
    set: (next) => {
      nowMs = Date.parse(next);
    },
    advance: (ms) => {
      nowMs += ms;
    },
  };
};
