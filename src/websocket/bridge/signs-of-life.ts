import type { Clock } from '../../base/time/clock.ts';

/** The event that OpenAI's own API sends in such a case. Codex waits on after any frame with data. */
export const KEEP_ALIVE = Buffer.from('{"type":"keepalive"}');

/** One sign in so many milliseconds is more than enough for a client that gives up after minutes. */
const EVERY_MS = 2_000;
/** A provider may queue a request for ten minutes and think for longer. Beyond this it is dead. */
const MAX_SILENCE_MS = 20 * 60_000;

/**
 * Decides when the gateway sends a frame of its own in place of an upstream's SSE comment, which no frame can carry:
 * not too often, and not for ever, since comments must not keep a client waiting for a dead upstream.
 */
export const createSignsOfLife = (clock: Pick<Clock, 'monotonic'>) => {
  let lastEventAtMs = clock.monotonic();
  let lastSignAtMs = Number.NEGATIVE_INFINITY;
  return {
    /** An event has been sent. */
    note: (): void => {
      lastEventAtMs = clock.monotonic();
    },
    isWanted: (): boolean => {
      const nowMs = clock.monotonic();
      const isSoon = nowMs - Math.max(lastSignAtMs, lastEventAtMs) < EVERY_MS;
      if (isSoon || nowMs - lastEventAtMs >= MAX_SILENCE_MS) return false;
      lastSignAtMs = nowMs;
      return true;
    },
  };
};
