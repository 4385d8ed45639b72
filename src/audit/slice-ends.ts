import type { JournaledExchange } from './journaled-exchange.ts';
import type { PendingBody } from './store-bodies.ts';

/** Exchanges that have ended, and those of their bodies that are not on disk yet. */
export interface EndSlice {
  readonly exchanges: JournaledExchange[];
  readonly bodies: PendingBody[];
}

export interface SliceLimits {
  readonly maxLines: number;
  /** A slice ends with the exchange that goes beyond. */
  readonly maxBytes: number;
}

/**
 * Puts the bodies that wait beside the ends that name them, so that both come into one segment and are
 * deleted together; in slices, since making many lines at once would hold up the traffic.
 * @returns `running`: bodies of exchanges that have not ended
 */
export const sliceEnds = (
  ends: readonly JournaledExchange[],
  bodies: readonly PendingBody[],
  { maxLines, maxBytes }: SliceLimits,
): { readonly slices: readonly EndSlice[]; readonly running: readonly PendingBody[] } => {
  const bodiesOf = new Map<string, PendingBody[]>(ends.map(({ record }) => [record.id, []]));
  const running: PendingBody[] = [];
  for (const body of bodies) (bodiesOf.get(body.id) ?? running).push(body);

  const slices: EndSlice[] = [];
  let bytes = 0;
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
    bytes += own.reduce((sum, { length }) => sum + length, 0);
  }
  return { slices, running };
};
