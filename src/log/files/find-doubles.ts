import { idTimeMs } from '../../base/ids.ts';
import type { IndexSegment } from './index/index-segment.ts';

export interface Doubles {
  /** Exchanges that have not ended anywhere, and the one segment that shows each. */
  readonly looseIn: Map<string, IndexSegment>;
  /** Ids whose row in a segment is not shown, since another segment says how the exchange ended. */
  readonly hiddenRows: Map<IndexSegment, ReadonlySet<string>>;
}

const byStart = (one: IndexSegment, other: IndexSegment): number =>
  one.segment.startedAtMs - other.segment.startedAtMs || (one.segment.base < other.segment.base ? -1 : 1);

/** Segments in which an exchange may have ended; only their columns are looked at. */
const mayHold = (segments: readonly IndexSegment[], id: string): IndexSegment[] => {
  const ms = idTimeMs(id) ?? Number.NaN;
  return segments.filter(({ minMs, maxMs }) => !(ms < minMs - 1) && !(ms > maxMs + 1));
};

/**
 * Finds exchanges that several segments tell of.
 * @param nextUse counts the uses of segments
 * @param afterEach called when columns may have been read
 */
export const findDoubles = async (
  segments: readonly IndexSegment[],
  nextUse: () => number,
  afterEach: () => void,
): Promise<Doubles> => {
  const ordered = [...segments].sort(byStart);
  const looseIn = new Map<string, IndexSegment>();
  for (const segment of ordered) for (const id of segment.loose.keys()) looseIn.set(id, segment);
  const hasEnded = async (id: string): Promise<boolean> => {
    const segments = mayHold(ordered, id);
    if (segments.some((segment) => (segment.knownEndOf(id) ?? 'none') !== 'none')) return true;
    for (const segment of segments) if ((await segment.endOf(id, nextUse())) !== 'none') return true;
    return false;
  };
  for (const id of looseIn.keys()) {
    if (await hasEnded(id)) looseIn.delete(id);
    afterEach();
  }
  const hiddenRows = new Map<IndexSegment, Set<string>>();
  const told = new Set<string>();
  for (const segment of ordered) {
    for (const id of segment.interruptedIds) {
      let isTold = told.has(id);
      for (const other of isTold ? [] : mayHold(ordered, id)) {
        if (other !== segment && (await other.endOf(id, nextUse())) === 'ended') isTold = true;
      }
      told.add(id);
      if (!isTold) continue;
      const hidden = hiddenRows.get(segment) ?? new Set<string>();
      hiddenRows.set(segment, hidden.add(id));
    }
    afterEach();
  }
  return { looseIn, hiddenRows };
};
