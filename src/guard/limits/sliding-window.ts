/** A window is counted in so many parts: what was counted in one leaves with it. */
export const PARTS = 60;

/** What was counted within a time that slides. Never less than what truly lies in it, and a sixtieth of it late at most. */
export interface SlidingWindow {
  used(nowMs: number): number;
  /** @returns when it was counted, for `correct` */
  add(amount: number, nowMs: number): number;
  /** Changes what was counted at a time, if that has not left yet. */
  correct(amount: number, atMs: number, nowMs: number): void;
  /** Puts other counts in place of its own. @param parts the number of each part since the epoch, ascending, and its count */
  replace(parts: readonly (readonly [part: number, count: number])[]): void;
  /** Milliseconds until no more than this is left. */
  waitMs(most: number, nowMs: number): number;
}

/** @param windowMs its length */
export const createSlidingWindow = (windowMs: number): SlidingWindow => {
  const partMs = windowMs / PARTS;
  const counts = new Map<number, number>();
  let sum = 0;
  const partOf = (ms: number): number => Math.floor(ms / partMs);
  /** A part counts until its last moment is a whole window ago. */
  const forget = (nowMs: number): void => {
    const oldest = partOf(nowMs) - PARTS;
    for (const [part, count] of counts) {
      if (part >= oldest) return;
      counts.delete(part);
      sum -= count;
    }
  };
  return {
    used: (nowMs) => {
      forget(nowMs);
      return sum;
    },
    add: (amount, nowMs) => {
      const part = partOf(nowMs);
      counts.set(part, (counts.get(part) ?? 0) + amount);
      sum += amount;
      return nowMs;
    },
    correct: (amount, atMs, nowMs) => {
      forget(nowMs);
      const part = partOf(atMs);
      const count = counts.get(part);
      if (count === undefined) return;
      counts.set(part, count + amount);
      sum += amount;
    },
    replace: (parts) => {
      counts.clear();
      sum = 0;
      for (const [part, count] of parts) {
        counts.set(part, count);
        sum += count;
      }
    },
    waitMs: (most, nowMs) => {
      forget(nowMs);
      let left = sum;
      if (left <= most) return 0;
      for (const [part, count] of counts) {
        left -= count;
        if (left <= most) return Math.max(1, Math.ceil((part + PARTS + 1) * partMs - nowMs));
      }
      return windowMs;
    },
  };
};
