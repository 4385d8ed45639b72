/** Time as the gateway reads it; tests hand in another one. */
export interface Clock {
  /** Wall time in milliseconds since the epoch: for what people read. */
  now(): number;
  /** Monotonic time in milliseconds, with fractions: for durations, since wall clocks jump. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
