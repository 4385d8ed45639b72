import type { UpstreamAnswer } from './upstream-answer.ts';

/** What an upstream may take to end a stream after the last event. */
const LAST_BYTES_MS = 1_000;

/** Reads an answer whose last event has come to its end, so that its connection can be used again. */
export const drainForReuse = (upstreamResponse: UpstreamAnswer): void => {
  const timer = setTimeout(() => upstreamResponse.destroy(), LAST_BYTES_MS);
  upstreamResponse.once('close', () => clearTimeout(timer)).resume();
};
