import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from '../../base/system-error.ts';
import { carryFailures } from './carry-failures.ts';
import { endOfDayMs, journalFile, packFile, parseSegmentName, type SegmentName } from './segment-name.ts';
import { readSegmentState } from './segment-state.ts';

export interface RetentionPolicy {
  /** 0: for ever. Failures are kept twice as long. */
  readonly retentionDays: number;
  /** Journal and bodies of all processes together; 0: no bound. */
  readonly maxDiskBytes: number;
}

const DAY_MS = 86_400_000;
const FAILURES_KEPT_TIMES = 2;
/** Deleting goes below the bound, so that the segments being written have room until the next time. */
const LEAVE_OF_MAXIMUM = 0.75;
/** Failures go last, yet a long outage must not drive out everything that went well. */
const FAILURES_OF_MAXIMUM = 0.5;
/** What a process left half-written when it was killed while it carried failures over. */
const PARTIAL = /\.errors\.(?:jsonl|bodies)\.\d+\.tmp$/;
const STALE_PARTIAL_MS = 3_600_000;

interface StoredSegment extends SegmentName {
  readonly bytes: number;
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    (found) => found.size,
    () => 0,
  );

/** What lies in the folder, oldest first; a pack whose journal is lost counts as a segment too. */
const measureSegments = async (folder: string): Promise<StoredSegment[]> => {
  const segments = new Map<string, SegmentName & { bytes: number }>();
  const files = await readdir(folder).catch((cause: unknown) => {
    if (hasErrorCode(cause, 'ENOENT')) return [];
    throw cause;
  });
  for (const file of files.sort()) {
    const name = parseSegmentName(file);
    if (!name) continue;
    const key = journalFile(name.base, name.isErrors);
    const segment = segments.get(key) ?? { ...name, bytes: 0 };
    segment.bytes += await sizeOf(join(folder, file));
    segments.set(key, segment);
  }
  return [...segments.values()];
};

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

/** The journal first: without it nobody looks for the bodies. */
const deleteSegment = async (folder: string, { base, isErrors }: SegmentName): Promise<void> => {
  await rm(join(folder, journalFile(base, isErrors)), { force: true });
  await rm(join(folder, packFile(base, isErrors)), { force: true });
};

const isInUse = async (folder: string, segment: SegmentName): Promise<boolean> => {
  if (segment.isErrors) return false;
  const found = await readSegmentState(folder, segment).catch((cause: unknown) => {
    if (hasErrorCode(cause, 'ENOENT')) return undefined;
    throw cause;
  });
  return found?.state === 'writing';
};

const isOlderThan = (segment: SegmentName, days: number, nowMs: number): boolean =>
  endOfDayMs(segment.startedAtMs) + days * DAY_MS <= nowMs;

/**
 * Deletes whole segments, the oldest first, until the log is as young and as small as the policy wants.
 * What failed is carried over into errors segments, which go last. Segments that a living process writes
 * are left alone.
 * @throws the system's error
 */
export const enforceRetention = async (
  folder: string,
  { retentionDays, maxDiskBytes }: RetentionPolicy,
  nowMs: number,
): Promise<void> => {
  await deleteStalePartials(folder, nowMs);
  let segments = await measureSegments(folder);
  const total = (): number => segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const errorsTotal = (): number =>
    segments.reduce((sum, segment) => sum + (segment.isErrors ? segment.bytes : 0), 0);

  const remove = async (segment: StoredSegment): Promise<void> => {
    await deleteSegment(folder, segment);
    segments = segments.filter((other) => other.base !== segment.base || other.isErrors !== segment.isErrors);
  };
  const evict = async (segment: StoredSegment): Promise<void> => {
    // The bound comes before the failures: where they cannot be carried over in time, they go too.
    const mayCarry = maxDiskBytes === 0 || total() <= maxDiskBytes;
    if (mayCarry) await carryFailures(folder, segment).catch(() => {});
    await deleteSegment(folder, segment);
    segments = await measureSegments(folder);
  };

  if (retentionDays > 0) {
    for (const segment of segments) {
      if (!isOlderThan(segment, retentionDays, nowMs) || (await isInUse(folder, segment))) continue;
      if (isOlderThan(segment, retentionDays * FAILURES_KEPT_TIMES, nowMs)) await remove(segment);
      else if (!segment.isErrors) await evict(segment);
    }
  }
  if (maxDiskBytes === 0) return;

  const wanted = maxDiskBytes * LEAVE_OF_MAXIMUM;
  for (const segment of segments.filter(({ isErrors }) => !isErrors)) {
    if (total() <= wanted) break;
    if (await isInUse(folder, segment)) continue;
    await evict(segment);
    for (const errors of segments.filter(({ isErrors }) => isErrors)) {
      if (errorsTotal() <= maxDiskBytes * FAILURES_OF_MAXIMUM) break;
      await remove(errors);
    }
  }
  for (const segment of segments.filter(({ isErrors }) => isErrors)) {
    if (total() <= wanted) break;
    await remove(segment);
  }
};
