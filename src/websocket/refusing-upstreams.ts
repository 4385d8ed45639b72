import type { Clock } from '../base/clock.ts';

/** So long an upstream that does not speak WebSocket is not asked again. */
const REMEMBERED_MS = 10 * 60_000;
/** What may be better in a moment (too many requests, a failure) is remembered for a moment. */
const BRIEFLY_REMEMBERED_MS = 60_000;

/** Which upstreams have refused to speak WebSocket, so that clients need not wait for that to be found again. */
export interface RefusingUpstreams {
  has(address: URL): boolean;
  /** @param status of the answer; absent where there was none that could be understood */
  add(address: URL, status: number | undefined): void;
}

export const createRefusingUpstreams = (clock: Clock): RefusingUpstreams => {
  const until = new Map<string, number>();
  return {
    has: ({ href }) => clock.monotonic() < (until.get(href) ?? Number.NEGATIVE_INFINITY),
    add: ({ href }, status) => {
      const isBrief = status === undefined || status === 429 || status >= 500;
      until.set(href, clock.monotonic() + (isBrief ? BRIEFLY_REMEMBERED_MS : REMEMBERED_MS));
    },
  };
};
