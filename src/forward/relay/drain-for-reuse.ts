import type { UpstreamAnswer } from './upstream-answer.ts';

/** What an upstream may take to end a stream after the last event. */
const LAST_BYTES_MS = 1_000;

/** Reads the rest of an answer after its last event, so that the connection can be reused. */
export const drainForReuse = (upstreamResponse: UpstreamAnswer): void => {
  const timer = setTimeout(() => upstreamResponse.destroy(), LAST_BYTES_MS);
  upstreamResponse.once('close', () => clearTimeout(timer)).resume();
};
