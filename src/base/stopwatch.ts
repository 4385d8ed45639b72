import type { Clock } from './clock.ts';

/** Adds up the stretches of time in which the gateway itself is at work. */
export interface Stopwatch {
  start(): void;
  stop(): void;
  /** Milliseconds, with fractions; a running stretch counts up to now. */
  readonly spentMs: number;
}

export const createStopwatch = (clock: Clock): Stopwatch => {
  let spentMs = 0;
  let startedAtMs: number | undefined;
  return {
    start: () => {
      startedAtMs ??= clock.monotonic();
    },
    stop: () => {
      if (startedAtMs !== undefined) spentMs += clock.monotonic() - startedAtMs;
      startedAtMs = undefined;
    },
    get spentMs() {
      return startedAtMs === undefined ? spentMs : spentMs + clock.monotonic() - startedAtMs;
    },
  };
};
