/** How the bound of the log's disk space is divided. Bytes; infinite where there is no bound. */
export interface DiskLimits {
  /** Journal and bodies of all processes together. */
  readonly maxBytes: number;
  /** A segment of one process; it may go beyond by one batch. */
  readonly segmentBytes: number;
  /** All segments together that are being written. */
  readonly openBytes: number;
  /** One body, whether it fits into a segment or not. */
  readonly bodyBytes: number;
  /** Before a new segment is filled, the log is at most this large. */
  readonly roomBytes: number;
  /** What deleting goes down to, so that nobody waits for it the next time. */
  readonly tidyBytes: number;
  /** Failures that were kept when their segments were deleted. */
  readonly errorsBytes: number;
  /** Requests that were refused before their client was authenticated. */
  readonly refusedBytes: number;
  readonly refusedSegmentBytes: number;
}

const MAX_SEGMENT_BYTES = 64 * 2 ** 20;
/** Retention deletes whole segments, so the disk bound must be many of them. */
const SEGMENTS_OF_MAXIMUM = 16;
/** What is being written, the segment that begins, what a batch may go beyond, and a copy of what has failed. */
const ROOM_SEGMENTS = 4;
const TIDY_OF_MAXIMUM = 0.7;
/** Failures go last, yet a long outage must not drive out everything that went well. */
const ERRORS_OF_MAXIMUM = 0.5;
const REFUSED_OF_MAXIMUM = 0.05;
const MIN_REFUSED_BYTES = 128 * 2 ** 10;
const MAX_REFUSED_BYTES = 64 * 2 ** 20;
const SEGMENTS_OF_REFUSED = 8;
const MIN_REFUSED_SEGMENT_BYTES = 8 * 2 ** 10;

/**
 * @param maxDiskBytes 0: no bound
 * @param writers processes that write at once: each begins new segments so much earlier
 */
export const limitsOf = (maxDiskBytes: number, writers = 1): DiskLimits => {
  const maxBytes = maxDiskBytes === 0 ? Number.POSITIVE_INFINITY : maxDiskBytes;
  const openBytes = Math.min(MAX_SEGMENT_BYTES * writers, Math.ceil(maxBytes / SEGMENTS_OF_MAXIMUM));
  const refusedBytes = Math.min(
    MAX_REFUSED_BYTES,
    Math.max(MIN_REFUSED_BYTES, Math.floor(maxBytes * REFUSED_OF_MAXIMUM)),
  );
  return {
    maxBytes,
    segmentBytes: Math.ceil(openBytes / writers),
    openBytes,
    bodyBytes: Math.ceil(maxBytes / SEGMENTS_OF_MAXIMUM),
    roomBytes: maxBytes - ROOM_SEGMENTS * openBytes,
    tidyBytes: maxBytes * TIDY_OF_MAXIMUM,
    errorsBytes: maxBytes * ERRORS_OF_MAXIMUM,
    refusedBytes,
    refusedSegmentBytes: Math.max(
      MIN_REFUSED_SEGMENT_BYTES,
      Math.floor(refusedBytes / SEGMENTS_OF_REFUSED / writers),
    ),
  };
};
