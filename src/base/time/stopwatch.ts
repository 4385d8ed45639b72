import type { Clock } from './clock.ts';

/** Adds up the stretches of time in which the gateway itself is at work. */
export interface Stopwatch {
  start(): void;
  stop(): void;
  /** Milliseconds, with fractions; a running stretch counts up to now. */
  readonly spentMs: number;
}

class RunningTime implements Stopwatch {
  readonly #clock: Clock;
  #spentMs = 0;
  #startedAtMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get spentMs(): number {
    return (
      this.#spentMs + (this.#startedAtMs === undefined ? 0 : this.#clock.monotonic() - this.#startedAtMs)
    );
  }

  start(): void {
    this.#startedAtMs ??= this.#clock.monotonic();
  }

  stop(): void {
    this.#spentMs = this.spentMs;
    this.#startedAtMs = undefined;
  }
}

export const createStopwatch = (clock: Clock): Stopwatch => new RunningTime(clock);
