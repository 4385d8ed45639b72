import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listSegments } from '../journal/list-segments.ts';
import { journalFile } from '../journal/segment-name.ts';
import { INDEX_FILE_END } from './index/index-head.ts';

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** Bytes of the segments that have no index file, and are not followed. @param isFollowed by the name of a journal */
export const measureMissing = async (
  folder: string,
  indexFolder: string,
  isFollowed: (name: string) => boolean,
): Promise<number> => {
  const files = new Set(await readdir(indexFolder).catch(() => []));
  const missing = (await listSegments(folder))
    .map(({ base, isErrors }) => journalFile(base, isErrors))
    .filter((name) => !isFollowed(name) && !files.has(name + INDEX_FILE_END));
  const sizes = await Promise.all(missing.map((name) => sizeOf(join(folder, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
};
