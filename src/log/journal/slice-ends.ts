import type { PendingBody } from '../bodies/store-bodies.ts';
import type { JournaledExchange } from './journaled-exchange.ts';

/** Exchanges that have ended, those of their bodies that are not on disk yet, and bodies of others. */
export interface EndSlice {
  readonly exchanges: JournaledExchange[];
  readonly bodies: PendingBody[];
}

/** Making more lines at a time would hold up the traffic. */
const MIN_LINES = 64;
const MAX_LINES = 512;
/**
 * Each slice waits for a turn of the event loop, and these are long under load: so many slices bring all that
 * waits to the disk, or it would come faster than it leaves.
 */
const SLICES_PER_PASS = 2;

export interface SliceLimits {
  readonly maxLines: number;
  /** A slice ends with the exchange that goes beyond. */
  readonly maxBytes: number;
}

/**
 * How much goes to the disk at a time where so much waits.
 * @param leastBytes bodies up to which a slice may always go
 */
export const shareOfPass = (lines: number, bodyBytes: number, leastBytes: number): SliceLimits => ({
  maxLines: Math.min(MAX_LINES, Math.max(MIN_LINES, Math.ceil(lines / SLICES_PER_PASS))),
  maxBytes: Math.max(leastBytes, bodyBytes / SLICES_PER_PASS),
});

const sumLengths = (bodies: readonly PendingBody[]): number =>
  bodies.reduce((sum, { length }) => sum + length, 0);

/**
 * Puts the bodies that wait alongside the ends that name them, so that both come into one segment and are
 * deleted together; in slices, since making many lines at once would hold up the traffic. Bodies of exchanges
 * that have not ended go first: a slice more would be a turn more for all that waits.
 */
export const sliceEnds = (
  ends: readonly JournaledExchange[],
  bodies: readonly PendingBody[],
  { maxLines, maxBytes }: SliceLimits,
): readonly EndSlice[] => {
  const bodiesOf = new Map<string, PendingBody[]>(ends.map(({ record }) => [record.id, []]));
  const running: PendingBody[] = [];
  for (const body of bodies) (bodiesOf.get(body.id) ?? running).push(body);

  const slices: EndSlice[] = [];
  let bytes = sumLengths(running);
  if (running.length > 0) slices.push({ exchanges: [], bodies: running });
  for (const exchange of ends) {
    let slice = slices.at(-1);
    if (!slice || slice.exchanges.length === maxLines || bytes >= maxBytes) {
      slice = { exchanges: [], bodies: [] };
      slices.push(slice);
      bytes = 0;
    }
    const own = bodiesOf.get(exchange.record.id) ?? [];
    slice.exchanges.push(exchange);
    slice.bodies.push(...own);
    bytes += sumLengths(own);
  }
  return slices;
};
