import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { endOfDayMs, type SegmentName } from '../segment-name.ts';
import { carryFailures } from './carry-failures.ts';
import { type DiskLimits, limitsOf } from './disk-limits.ts';
import { deleteSegment, isInUse, measureSegments, type StoredSegment } from './measure-segments.ts';

export interface RetentionPolicy {
  /** 0: for ever. Failures are kept twice as long. */
  readonly retentionDays: number;
  /** Journal and bodies of all processes together; 0: no bound. */
  readonly maxDiskBytes: number;
}

const DAY_MS = 86_400_000;
const FAILURES_KEPT_TIMES = 2;
/** What a process left half-written when it was killed while it carried failures over. */
const PARTIAL = /\.errors\.(?:jsonl|bodies)\.\d+\.tmp$/;
const STALE_PARTIAL_MS = 3_600_000;

const deleteStalePartials = async (folder: string): Promise<void> => {
  // By the clock of file times: that of the log's age may be far behind it.
  const nowMs = Date.now();
  for (const file of await readdir(folder).catch(() => [])) {
    if (!PARTIAL.test(file)) continue;
    const path = join(folder, file);
    const modifiedMs = await stat(path).then(
      (found) => found.mtimeMs,
      () => nowMs,
    );
    if (nowMs - modifiedMs > STALE_PARTIAL_MS) await rm(path, { force: true });
  }
};

const sum = (segments: readonly StoredSegment[]): number =>
  segments.reduce((total, { bytes }) => total + bytes, 0);

const isOlderThan = (segment: SegmentName, days: number, nowMs: number): boolean =>
  endOfDayMs(segment.startedAtMs) + days * DAY_MS <= nowMs;

/** Segments in the order in which size makes them go. */
const bySize = (segments: readonly StoredSegment[], limits: DiskLimits, maxBytes: number) => {
  const refused = segments.filter(({ isRefused }) => isRefused);
  if (sum(refused) > limits.refusedBytes - limits.refusedSegmentBytes) return refused;
  const errors = segments.filter(({ isErrors }) => isErrors);
  if (sum(errors) > limits.errorsBytes) return errors;
  if (sum(segments) <= maxBytes) return [];
  return [...segments.filter(({ isErrors }) => !isErrors), ...errors];
};

/** Segments that are too old. A failure's copy, and a segment whose failures are still to be copied, stay longer. */
const byAge = (segments: readonly StoredSegment[], days: number, nowMs: number): StoredSegment[] =>
  days === 0
    ? []
    : segments.filter((segment) =>
        isOlderThan(segment, segment.isErrors ? days * FAILURES_KEPT_TIMES : days, nowMs),
      );

interface Deletion {
  /** Given all segments, those that have to go, in this order. */
  readonly select: (segments: readonly StoredSegment[]) => readonly StoredSegment[];
  /** Whether the failures of a segment stay longer than the segment. */
  readonly carriesFor?: (segment: StoredSegment) => boolean;
  /** Whether a segment stays until the next time where its failures cannot be copied now. */
  readonly keepsUncarried: boolean;
}

export interface Retention {
  /** Deletes until another segment has room: refused requests first, then the oldest segments. */
  makeRoom(): Promise<void>;
  /**
   * Deletes until the log is as small and as young as the policy wants.
   * @param nowMs says what time it is, given when the segments began
   */
  tidy(nowMs: (startedAtMs: readonly number[]) => number): Promise<void>;
  /** Begins nothing more. */
  stop(): void;
}

/**
 * Deletes whole segments, the oldest first. What failed is carried over into errors segments, which go last.
 * Segments that a living process writes are left alone. Both methods reject with the system's error, and may
 * run at the same time, but neither twice.
 */
export const createRetention = (
  folder: string,
  { retentionDays, maxDiskBytes }: RetentionPolicy,
): Retention => {
  const limits = limitsOf(maxDiskBytes);
  /** Segments that one of the two methods is deleting. */
  const claimed = new Set<string>();
  let isStopped = false;

  /** Claims the first segment that may be deleted now. */
  const claimFirst = async (
    candidates: readonly StoredSegment[],
    tried: ReadonlySet<string>,
  ): Promise<StoredSegment | undefined> => {
    for (const each of candidates) {
      if (tried.has(each.key) || claimed.has(each.key) || (await isInUse(folder, each))) continue;
      // While this waited, the other method may have claimed it: two copies at once would spoil each other.
      if (claimed.has(each.key)) continue;
      claimed.add(each.key);
      return each;
    }
    return undefined;
  };

  const deleteWhile = async ({
    select,
    carriesFor = () => true,
    keepsUncarried,
  }: Deletion): Promise<void> => {
    const tried = new Set<string>();
    while (!isStopped) {
      const segments = await measureSegments(folder);
      const segment = await claimFirst(select(segments), tried);
      if (!segment) return;
      tried.add(segment.key);
      // The bound comes before the failures: where they cannot be carried over in time, they go too.
      const hasTime = sum(segments) <= limits.maxBytes;
      const carries = hasTime && !segment.isErrors && !segment.isRefused && carriesFor(segment);
      try {
        const isCarried =
          !carries ||
          (await carryFailures(folder, segment).then(
            () => true,
            () => false,
          ));
        if (isCarried || !keepsUncarried) await deleteSegment(folder, segment);
      } finally {
        claimed.delete(segment.key);
      }
    }
  };

  return {
    makeRoom: () =>
      deleteWhile({
        select: (segments) => bySize(segments, limits, limits.roomBytes),
        keepsUncarried: false,
      }),
    tidy: async (tellTime) => {
      const nowMs = tellTime((await measureSegments(folder)).map(({ startedAtMs }) => startedAtMs));
      await deleteStalePartials(folder);
      await deleteWhile({
        select: (segments) => bySize(segments, limits, limits.tidyBytes),
        keepsUncarried: true,
      });
      await deleteWhile({
        select: (segments) => byAge(segments, retentionDays, nowMs),
        carriesFor: (segment) => !isOlderThan(segment, retentionDays * FAILURES_KEPT_TIMES, nowMs),
        keepsUncarried: true,
      });
    },
    stop: () => {
      isStopped = true;
    },
  };
};
