import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { openOwnFile } from '../../state/private-files.ts';
import { isAlive } from '../../state/process-identity.ts';
import { isEndLine, parseSegmentLine } from './parse-journal-line.ts';
import { journalFile, type SegmentName } from './segment-name.ts';

const EDGE_BYTES = 1024;

export interface SegmentState {
  /** `ended`: whole. `writing`: its process lives. `abandoned`: its process died without ending it. */
  readonly state: 'ended' | 'writing' | 'abandoned';
  /** When the file was last written or touched, milliseconds since the epoch. */
  readonly lastSeenMs: number;
}

const readEdge = async (file: FileHandle, position: number): Promise<string> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(EDGE_BYTES), 0, EDGE_BYTES, position);
  return buffer.toString('utf8', 0, bytesRead);
};

/** Whether anything can still be written to a segment, from its first and its last line. */
export const readSegmentState = async (folder: string, segment: SegmentName): Promise<SegmentState> => {
  const file = await openOwnFile(join(folder, journalFile(segment.base, segment.isErrors)), 'read');
  try {
    const { size, mtimeMs } = await file.stat();
    const tail = await readEdge(file, Math.max(0, size - EDGE_BYTES));
    const lastLine = tail.slice(tail.lastIndexOf('\n', tail.length - 2) + 1);
    if (segment.isErrors || (isEndLine(lastLine) && lastLine.endsWith('\n'))) {
      return { state: 'ended', lastSeenMs: mtimeMs };
    }
    const [firstLine = ''] = (await readEdge(file, 0)).split('\n', 1);
    // Without a readable first line nothing is known of the process but its id and its last write.
    const writer = parseSegmentLine(firstLine) ?? { pid: segment.pid, place: '' };
    return { state: isAlive(writer, mtimeMs, Date.now()) ? 'writing' : 'abandoned', lastSeenMs: mtimeMs };
  } finally {
    await file.close();
  }
};
