import type { BodyQueue } from '../bodies/body-queue.ts';
import { type PendingBody, storeBodies } from '../bodies/store-bodies.ts';
import { packFile } from './segment-name.ts';
import type { SegmentWriter } from './segment-writer.ts';

export interface StoreDeps {
  /** Where the bodies waited: how much still does, and what later bodies may share with earlier ones. */
  readonly queue: BodyQueue;
  readonly maxBlockBytes: number;
  /** Why there is no segment, if there is none. */
  readonly noSegment: () => unknown;
  /** Called for bodies that could not be stored. */
  readonly onLost: (cause: unknown, count: number) => void;
}

/** Where more than this waits, compression cannot keep up, and bodies are stored as they are. */
const COMPRESS_BELOW_BYTES = 8 * 1024 * 1024;

/** Appends bodies to a segment's pack. Never rejects: where there is no segment, the bodies are lost. */
export const storeInSegment = (
  segment: SegmentWriter | undefined,
  bodies: readonly PendingBody[],
  { queue, maxBlockBytes, noSegment, onLost }: StoreDeps,
): Promise<void> => {
  const append = async (parts: readonly Buffer[]) => {
    if (!segment) throw noSegment();
    return segment.appendBlock(parts);
  };
  const options = {
    maxBlockBytes,
    shouldCompress: () => segment !== undefined && queue.bytes < COMPRESS_BELOW_BYTES,
    ...(segment && { sharing: { bases: queue.bases, pack: packFile(segment.base) } }),
  };
  return storeBodies(bodies, append, options, onLost);
};
