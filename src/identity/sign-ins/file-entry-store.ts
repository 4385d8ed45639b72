import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';
import { hasErrorCode } from '../../base/system-error.ts';
import type { EntryKind, EntryStore, Expiring } from '../../guard/people/entry-store.ts';
import { withFileLock } from '../../state/file-lock.ts';
import { ensurePrivateFolder } from '../../state/private-files.ts';
import { readRegularFile } from '../../state/read-regular-file.ts';
import { replacePrivateFile } from '../../state/replace-private-file.ts';

const MAX_BYTES = 256 * 1024;
const SUFFIX = '.json';
const READ_AT_ONCE = 50;

/** @returns the key of an entry's file; undefined where it is one of another kind */
const keyIn = (kind: EntryKind, name: string): string | undefined => {
  const key = name.slice(kind.length + 1, -SUFFIX.length);
  return name.startsWith(`${kind}-`) && /^[0-9a-f]+$/.test(key) ? key : undefined;
};

/** Keeps each entry in a file of its own, below `sign-ins` of the data folder. @param now since the epoch, in ms */
export const openFileEntryStore = (dataDir: string, now: () => number): EntryStore => {
  const folder = join(dataDir, 'sign-ins');
  const pathOf = (kind: EntryKind, key: string): string => {
    if (!/^[0-9a-f]{1,64}$/.test(key)) throw new TypeError('a key is hex digits');
    return join(folder, `${kind}-${key}${SUFFIX}`);
  };
  const load = (path: string): (JsonObject & Expiring) | undefined => {
    const found = readRegularFile(path, { maxBytes: MAX_BYTES, followLinks: false });
    if (found.kind !== 'file') return undefined;
    const entry = parseJson(found.bytes.toString('utf8'));
    if (!isObject(entry) || typeof entry.expiresAtMs !== 'number') return undefined;
    return entry.expiresAtMs > now() ? { ...entry, expiresAtMs: entry.expiresAtMs } : undefined;
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
    list: async (kind, limit) => {
      const found: [string, JsonObject & Expiring][] = [];
      for (const [place, name] of (await list()).entries()) {
        // Each is read at once: others get their turn between.
        if (place % READ_AT_ONCE === 0) await setImmediate();
        const key = keyIn(kind, name);
        const entry = key === undefined ? undefined : load(join(folder, name));
        if (key !== undefined && entry) found.push([key, entry]);
      }
      const sorted = found.sort(([, one], [, other]) => other.expiresAtMs - one.expiresAtMs);
      return new Map(sorted.slice(0, limit));
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
