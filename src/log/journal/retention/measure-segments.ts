import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from '../../../base/system-error.ts';
import { journalFile, packFile, parseSegmentName, type SegmentName } from '../segment-name.ts';
import { readSegmentState } from '../segment-state.ts';

export interface StoredSegment extends SegmentName {
  /** The name of its journal, by which segments are told apart. */
  readonly key: string;
  readonly bytes: number;
}

/** @returns undefined for anything but a regular file, such as a folder of that name */
const sizeOf = (path: string): Promise<number | undefined> =>
  lstat(path).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );

/**
 * What lies in the folder, oldest first; a pack whose journal is lost counts as a segment too.
 * @throws the system's error
 */
export const measureSegments = async (folder: string): Promise<StoredSegment[]> => {
  const segments = new Map<string, SegmentName & { key: string; bytes: number }>();
  const files = await readdir(folder).catch((cause: unknown) => {
    if (hasErrorCode(cause, 'ENOENT')) return [];
    throw cause;
  });
  for (const file of files.sort()) {
    const name = parseSegmentName(file);
    const bytes = name && (await sizeOf(join(folder, file)));
    if (!name || bytes === undefined) continue;
    const key = journalFile(name.base, name.isErrors);
    const segment = segments.get(key) ?? { ...name, key, bytes: 0 };
    segment.bytes += bytes;
    segments.set(key, segment);
  }
  return [...segments.values()];
};

/** The journal first: without it nobody looks for the bodies. */
export const deleteSegment = async (folder: string, { base, isErrors }: SegmentName): Promise<void> => {
  await rm(join(folder, journalFile(base, isErrors)), { force: true });
  await rm(join(folder, packFile(base, isErrors)), { force: true });
};

/** True where a living process writes the segment. */
export const isInUse = async (folder: string, segment: SegmentName): Promise<boolean> => {
  if (segment.isErrors) return false;
  const found = await readSegmentState(folder, segment).catch((cause: unknown) => {
    if (hasErrorCode(cause, 'ENOENT')) return undefined;
    throw cause;
  });
  return found?.state === 'writing';
};
