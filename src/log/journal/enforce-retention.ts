import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { carryFailures } from './carry-failures.ts';
import { type DiskLimits, limitsOf } from './disk-limits.ts';
import { deleteSegment, isInUse, measureSegments, type StoredSegment } from './measure-segments.ts';
import { endOfDayMs, type SegmentName } from './segment-name.ts';

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

const deleteStalePartials = async (folder: string, nowMs: number): Promise<void> => {
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
  /** What one of the two is about to delete. */
  const taken = new Set<string>();
  let isStopped = false;

  const evict = async (segment: StoredSegment, carries: boolean): Promise<void> => {
    taken.add(segment.key);
    try {
      if (carries) await carryFailures(folder, segment).catch(() => {});
      await deleteSegment(folder, segment);
    } finally {
      taken.delete(segment.key);
    }
  };

  /** @returns the first that may be deleted now */
  const firstFree = async (
    candidates: readonly StoredSegment[],
    tried: ReadonlySet<string>,
  ): Promise<StoredSegment | undefined> => {
    for (const each of candidates) {
      if (!tried.has(each.key) && !taken.has(each.key) && !(await isInUse(folder, each))) return each;
    }
    return undefined;
  };

  const deleteWhile = async (
    select: (segments: readonly StoredSegment[]) => readonly StoredSegment[],
    carriesFor: (segment: StoredSegment) => boolean = () => true,
  ): Promise<void> => {
    const tried = new Set<string>();
    while (!isStopped) {
      const segments = await measureSegments(folder);
      const segment = await firstFree(select(segments), tried);
      if (!segment) return;
      tried.add(segment.key);
      // The bound comes before the failures: where they cannot be carried over in time, they go too.
      const hasTime = sum(segments) <= limits.maxBytes;
      await evict(segment, hasTime && !segment.isErrors && !segment.isRefused && carriesFor(segment));
    }
  };

  return {
    makeRoom: () => deleteWhile((segments) => bySize(segments, limits, limits.roomBytes)),
    tidy: async (tellTime) => {
      const nowMs = tellTime((await measureSegments(folder)).map(({ startedAtMs }) => startedAtMs));
      await deleteStalePartials(folder, nowMs);
      await deleteWhile((segments) => bySize(segments, limits, limits.tidyBytes));
      await deleteWhile(
        (segments) => byAge(segments, retentionDays, nowMs),
        (segment) => !isOlderThan(segment, retentionDays * FAILURES_KEPT_TIMES, nowMs),
      );
    },
    stop: () => {
      isStopped = true;
    },
  };
};
