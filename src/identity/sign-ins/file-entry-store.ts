import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';
import { hasErrorCode } from '../../base/system-error.ts';
import type { EntryKind, EntryStore } from '../../guard/people/entry-store.ts';
import { withFileLock } from '../../state/file-lock.ts';
import { ensurePrivateFolder } from '../../state/private-files.ts';
import { readRegularFile } from '../../state/read-regular-file.ts';
import { replacePrivateFile } from '../../state/replace-private-file.ts';

const MAX_BYTES = 256 * 1024;
const SUFFIX = '.json';

/** Keeps each entry in a file of its own, below `sign-ins` of the data folder. @param now since the epoch, in ms */
export const openFileEntryStore = (dataDir: string, now: () => number): EntryStore => {
  const folder = join(dataDir, 'sign-ins');
  const pathOf = (kind: EntryKind, key: string): string => {
    if (!/^[0-9a-f]{1,64}$/.test(key)) throw new TypeError('a key is hex digits');
    return join(folder, `${kind}-${key}${SUFFIX}`);
  };
  const load = (path: string): JsonObject | undefined => {
    const found = readRegularFile(path, { maxBytes: MAX_BYTES, followLinks: false });
    if (found.kind !== 'file') return undefined;
    const entry = parseJson(found.bytes.toString('utf8'));
    const isLiving = isObject(entry) && typeof entry.expiresAtMs === 'number' && entry.expiresAtMs > now();
    return isLiving ? entry : undefined;
  };
  const list = async (): Promise<string[]> => {
    try {
      return (await readdir(folder)).filter((name) => name.endsWith(SUFFIX));
    } catch (cause) {
      if (hasErrorCode(cause, 'ENOENT')) return [];
      throw cause;
    }
  };
  return {
    read: async (kind, key) => load(pathOf(kind, key)),
    change: async (kind, key, change) => {
      const path = pathOf(kind, key);
      ensurePrivateFolder(folder);
      return withFileLock(`${path}.lock`, async () => {
        const current = load(path);
        const { keep, result } = change(current);
        if (keep) await replacePrivateFile(path, JSON.stringify(keep));
        else await rm(path, { force: true });
        return result;
      });
    },
    count: async (kind) => (await list()).filter((name) => name.startsWith(`${kind}-`)).length,
    sweep: async () => {
      for (const name of await list()) {
        const path = join(folder, name);
        if (load(path)) continue;
        // Looked at again while nobody else writes it.
        await withFileLock(`${path}.lock`, async () => {
          if (!load(path)) await rm(path, { force: true });
        });
      }
    },
  };
};
