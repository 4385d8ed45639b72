import { openIfThere } from '../../state/private-files.ts';
import { isEndLine } from '../journal/parse-journal-line.ts';
import { readLinesForward } from '../journal/read-lines.ts';
import type { SegmentContents } from './segment-contents.ts';

export interface Gain {
  /** Up to here the journal was read: to the end of its last whole line. */
  readonly journalBytes: number;
  /** Whether the segment's own last line was among them. */
  readonly hasEnd: boolean;
}

/**
 * Takes in the lines of a journal from a place on.
 * @param onBatch called with the place up to which they were taken in
 * @throws the system's error; then `onBatch` has said how far it came
 */
export const readGain = async (
  path: string,
  begin: number,
  contents: SegmentContents,
  onBatch: (gain: Gain) => void,
): Promise<void> => {
  const file = await openIfThere(path).catch(() => undefined);
  if (!file) return;
  try {
    const { rows } = contents;
    const countBefore = rows?.count ?? 0;
    const { size } = await file.stat();
    let offset = begin;
    for await (const { lines, endOffset } of readLinesForward(file, begin)) {
      let hasEnd = false;
      for (const text of lines) {
        const length = Buffer.byteLength(text);
        if (isEndLine(text)) hasEnd = true;
        else contents.take(text, offset, length);
        offset += length + 1;
      }
      offset = endOffset;
      onBatch({ journalBytes: endOffset, hasEnd });
      const share = (endOffset - begin) / (size - begin);
      rows?.expect(countBefore + (rows.count - countBefore) / share);
    }
  } finally {
    await file.close();
  }
};
