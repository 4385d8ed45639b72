import type { SegmentName } from '../journal/segment-name.ts';
import { readSegmentState } from '../journal/segment-state.ts';

/**
 * Segments that may still be written, in the order in which they have to be read: those of dead processes first. A
 * living process writes how their exchanges ended into its own segment, and only then ends theirs. Read the other way
 * round, an exchange could be open in a segment that has ended, without the line that closes it.
 * @param segments whose end is not known yet
 */
export const orderUnended = async (
  folder: string,
  segments: readonly SegmentName[],
): Promise<SegmentName[]> => {
  const abandoned: SegmentName[] = [];
  const written: SegmentName[] = [];
  for (const segment of segments) {
    // One that is deleted meanwhile, or cannot be read, is missing; the others are there.
    const found = await readSegmentState(folder, segment).catch(() => undefined);
    if (found?.state === 'abandoned') abandoned.push(segment);
    if (found?.state === 'writing') written.push(segment);
  }
  return [...abandoned, ...written];
};
