import { latestLineMs, type SegmentName } from './segment-name.ts';

export interface LatestSegment {
  readonly segment: SegmentName;
  /** None of its exchanges began later, in milliseconds since the epoch. */
  readonly latestMs: number;
}

/** Names have whole seconds. */
const SECOND_MS = 1000;

const keyOf = ({ run, isErrors, sequence }: SegmentName): string => `${run} ${isErrors} ${sequence}`;

/** Segments by when their last line may have been written, the latest first. */
export const orderByLatest = (segments: readonly SegmentName[]): LatestSegment[] => {
  const byKey = new Map(segments.map((segment) => [keyOf(segment), segment]));
  return segments
    .map((segment) => {
      const next = byKey.get(keyOf({ ...segment, sequence: segment.sequence + 1 }));
      // A run goes on in its next segment, unless the clock was set back between them.
      const nextMs =
        next && next.startedAtMs >= segment.startedAtMs ? next.startedAtMs + SECOND_MS : undefined;
      return { segment, latestMs: Math.min(latestLineMs(segment), nextMs ?? Number.POSITIVE_INFINITY) };
    })
    .sort((one, other) => other.latestMs - one.latestMs);
};
