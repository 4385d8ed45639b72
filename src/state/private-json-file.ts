import type { Adapter } from 'lowdb';
import { readRegularFile } from './read-regular-file.ts';
import { replacePrivateFile } from './replace-private-file.ts';

const MAX_BYTES = 64 * 2 ** 20;

/**
 * Where lowdb keeps its data. Its own adapter writes to a name that can be foreseen, and follows a link of
 * that name to whatever file somebody chose.
 */
export const privateJsonFile = (path: string): Adapter<unknown> => ({
  read: async () => {
    const found = readRegularFile(path, { maxBytes: MAX_BYTES, followLinks: false });
    if (found.kind === 'absent') return null;
    if (found.kind === 'unusable') throw new Error(`${path} ${found.problem}. Move it away.`);
    return JSON.parse(found.bytes.toString('utf8'));
  },
  write: (data) => replacePrivateFile(path, JSON.stringify(data, null, 2)),
});
