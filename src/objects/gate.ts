/** Lets some work run at once, and none while it is known to be in vain. */
export interface Gate {
  /** Why the last work failed; undefined where it did not. */
  readonly error: Error | undefined;
  /** @throws the error of `close` while that is recent, and what `work` throws */
  pass<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Work has failed: for a while, longer each time, all of it fails at once. */
  close(error: Error): void;
  open(): void;
}

const FIRST_CLOSED_MS = 500;

/** @param now milliseconds, monotonic */
export const createGate = (maxAtOnce: number, maxClosedMs: number, now: () => number): Gate => {
  const waiting: (() => void)[] = [];
  let running = 0;
  let failures = 0;
  let untilMs = 0;
  let last: Error | undefined;
  const refuse = (): void => {
    if (last && now() < untilMs) throw last;
  };
  return {
    get error() {
      return last;
    },
    pass: async (work) => {
      refuse();
      if (running >= maxAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
      else running++;
      try {
        // It may have failed for who was before.
        refuse();
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running--;
      }
    },
    close: (error) => {
      last = error;
      untilMs = now() + Math.min(maxClosedMs, FIRST_CLOSED_MS * 2 ** Math.min(failures, 16));
      failures++;
    },
    open: () => {
      last = undefined;
      failures = 0;
    },
  };
};
