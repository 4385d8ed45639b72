import type { FileHandle } from 'node:fs/promises';

const NEWLINE = 0x0a;
/** Taking in the lines of much more at a time would hold up the traffic for more than a few milliseconds. */
const CHUNK = 64 * 1024;
const LARGEST_CHUNK = 4 * CHUNK;
/** What is longer was not written as a line: a power cut may leave megabytes of zeros. It is passed over. */
const MAX_LINE_BYTES = 8 * 2 ** 20;

/** @param buffer is filled, or as far as the file goes */
const readInto = async (file: FileHandle, offset: number, buffer: Buffer): Promise<Buffer> => {
  const { length } = buffer;
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
};

const readAt = (file: FileHandle, offset: number, length: number): Promise<Buffer> =>
  readInto(file, offset, Buffer.allocUnsafe(length));

const splitLines = (bytes: Buffer): string[] => {
  const lines = bytes.toString().split('\n');
  lines.pop();
  return lines;
};

/** Lines that end with a newline, and where to read on. */
export interface LineBatch {
  readonly lines: readonly string[];
  readonly endOffset: number;
}

/**
 * Reads on from a line's beginning. What stands after the last newline is not finished, and is left. Of what is
 * longer than a line may be, a rest may be given as a line.
 * @param endOffset stops there; default: the end of the file
 */
export async function* readLinesForward(
  file: FileHandle,
  startOffset: number,
  endOffset = Number.POSITIVE_INFINITY,
): AsyncGenerator<LineBatch> {
  let offset = startOffset;
  // One for all: of a long journal, they would wait for the next collection by the hundred.
  let buffer = Buffer.allocUnsafeSlow(CHUNK);
  while (offset < endOffset) {
    const wanted = Math.min(buffer.length, endOffset - offset);
    const bytes = await readInto(file, offset, buffer.subarray(0, wanted));
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      offset += end;
      yield { lines: splitLines(bytes.subarray(0, end)), endOffset: offset };
    } else if (bytes.length < buffer.length) {
      return;
    } else if (buffer.length >= MAX_LINE_BYTES) {
      offset += bytes.length;
      yield { lines: [], endOffset: offset };
    } else {
      // A line longer than the chunk is read again as a whole.
      buffer = Buffer.allocUnsafeSlow(buffer.length * 2);
    }
  }
}

/** Reads from the end: batches of lines, the last line first. An unfinished last line is left out. */
export async function* readLinesBackward(file: FileHandle): AsyncGenerator<string[]> {
  let offset = (await file.stat()).size;
  let carry: Buffer = Buffer.alloc(0);
  let chunkBytes = CHUNK;
  let isEnd = true;
  while (offset > 0) {
    const length = Math.min(chunkBytes, offset);
    offset -= length;
    const bytes = Buffer.concat([await readAt(file, offset, length), carry]);
    // Before the first newline stands the end of a line that begins further up.
    const start = offset === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
    const end = isEnd ? bytes.lastIndexOf(NEWLINE) + 1 : bytes.length;
    if (start < end) {
      yield splitLines(bytes.subarray(start, end)).reverse();
      isEnd = false;
      carry = bytes.subarray(0, start);
    } else {
      carry = bytes.length < MAX_LINE_BYTES ? bytes : Buffer.alloc(0);
    }
    // As much as is carried, or a long line would be copied again and again.
    chunkBytes = Math.max(Math.min(chunkBytes * 2, LARGEST_CHUNK), carry.length);
  }
}

/**
 * Where the line begins in which an offset lies.
 * @returns 0 where no newline stands before it
 */
export const startOfLine = async (file: FileHandle, offset: number): Promise<number> => {
  let end = offset;
  while (end > 0) {
    const start = Math.max(0, end - CHUNK);
    const newline = (await readAt(file, start, end - start)).lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
};
