import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSegmentName } from '../../journal/segment-name.ts';
import { INDEX_FILE_END } from './index-head.ts';

/** What a process left half-written when it was killed. */
const DRAFT = /\.index\.[0-9a-f]{12}\.tmp$/;
const STALE_DRAFT_MS = 3_600_000;

const isStaleDraft = async (path: string): Promise<boolean> => {
  if (!DRAFT.test(path)) return false;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_DRAFT_MS;
};

/**
 * Deletes the index files of segments that are gone, those of another form, and stale drafts.
 * @param names of the journal files that are there
 * @returns the names of all files that were in the folder
 */
export const tidyIndexFolder = async (folder: string, names: ReadonlySet<string>): Promise<Set<string>> => {
  const wanted = new Set([...names].map((name) => name + INDEX_FILE_END));
  const files = await readdir(folder).catch(() => []);
  for (const file of files) {
    const isOurs = parseSegmentName(file.replace(/(?:\.[0-9a-f]{8})?\.index$/, '')) !== undefined;
    const isUnwanted = (isOurs && !wanted.has(file)) || (await isStaleDraft(join(folder, file)));
    // Another process may be as quick; a file that cannot be deleted stays until the next time.
    if (isUnwanted) await rm(join(folder, file), { force: true }).catch(() => {});
  }
  return new Set(files);
};
