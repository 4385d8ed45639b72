import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { formatByteSize } from '../base/bytes.ts';
import { errorCodeOf, hasErrorCode } from '../base/system-error.ts';

export type RegularFile =
  | { readonly kind: 'file'; readonly bytes: Buffer; readonly uid: number }
  | { readonly kind: 'absent' }
  /** `problem` completes "the file …", such as "is not a regular file". */
  | { readonly kind: 'unusable'; readonly problem: string };

export interface ReadLimits {
  readonly maxBytes: number;
  /** False refuses a symbolic link in the last part of the path. */
  readonly followLinks?: boolean;
}

/** Opening a FIFO must not wait for its writer. Windows has neither flag. */
const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;

const CHUNK_BYTES = 64 * 1024;

/** Reads one byte more than allowed at most: the size that a file states may be wrong, as in `/proc`. */
const readUpTo = (fd: number, maxBytes: number): Buffer | undefined => {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, maxBytes + 1 - total));
    const bytes = readSync(fd, chunk);
    if (bytes === 0) return Buffer.concat(chunks);
    total += bytes;
    if (total > maxBytes) return undefined;
    chunks.push(chunk.subarray(0, bytes));
  }
};

const explain = (cause: unknown, followLinks: boolean): RegularFile => {
  if (hasErrorCode(cause, 'ENOENT', 'ENOTDIR')) return { kind: 'absent' };
  // A socket, or a device without a driver.
  if (hasErrorCode(cause, 'ENXIO', 'ENODEV')) return { kind: 'unusable', problem: 'is not a regular file' };
  if (hasErrorCode(cause, 'ELOOP')) {
    return { kind: 'unusable', problem: followLinks ? 'is a circle of links' : 'is a symbolic link' };
  }
  const reason = errorCodeOf(cause) || (cause instanceof Error ? cause.message : String(cause));
  return { kind: 'unusable', problem: `cannot be read (${reason})` };
};

/**
 * Reads a regular file of a limited size, and nothing else: a directory, a device, a FIFO or a socket is
 * refused without waiting for it. What is checked is what was opened, so nobody can swap it in between.
 */
export const readRegularFile = (path: string, { maxBytes, followLinks = true }: ReadLimits): RegularFile => {
  let fd: number | undefined;
  try {
    fd = openSync(path, O_RDONLY | O_NONBLOCK | (followLinks ? 0 : O_NOFOLLOW));
    const stat = fstatSync(fd);
    if (!stat.isFile()) return { kind: 'unusable', problem: 'is not a regular file' };
    const bytes = stat.size > maxBytes ? undefined : readUpTo(fd, maxBytes);
    if (bytes) return { kind: 'file', bytes, uid: stat.uid };
    return { kind: 'unusable', problem: `is larger than ${formatByteSize(maxBytes)}` };
  } catch (cause) {
    return explain(cause, followLinks);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
};
