import { appendFileSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject, parseJson } from '../base/json-object.ts';
import { hasErrorCode } from '../base/system-error.ts';
import { createPrivateAppend, createPrivateFolder, openIfThere } from '../state/private-files.ts';

/** One change of who may use the gateway, and for what. Secrets and their hashes are never part of it. */
interface AdminEntry {
  readonly schemaVersion: 1;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `master_key`, `key:…`, `none` (no key was asked for) or `cli:` and the user of the machine. */
  readonly by: string;
  /** Such as `key.create`. */
  readonly action: string;
  /** The id or the name of what was changed. */
  readonly target: string;
  /** The members that changed, as they were; absent where there was nothing before. */
  readonly from?: JsonObject;
  /** The same, as they are now; absent where nothing is left. */
  readonly to?: JsonObject;
}

/** Who changed what, when: appended to, and never changed. */
export interface AdminLog {
  /**
   * Writes an entry at once, so that a change without one cannot happen. Within a change of the store that the log
   * belongs to, it is written with that change.
   * @throws the system's error, or rejects
   */
  append(entry: Omit<AdminEntry, 'schemaVersion'>): void | Promise<void>;
  /** The newest entries, the newest first. */
  latest(limit: number): Promise<readonly AdminEntry[]>;
}

const FILE = 'admin-log.jsonl';
/** Of a longer file, its end is read: some 10,000 changes. */
const MAX_READ_BYTES = 4 * 2 ** 20;

const isEntry = (value: unknown): value is AdminEntry =>
  isObject(value) &&
  [value.at, value.by, value.action, value.target].every((text) => typeof text === 'string');

const create = (path: string): void => {
  try {
    closeSync(createPrivateAppend(path));
  } catch (cause) {
    if (!hasErrorCode(cause, 'EEXIST')) throw cause;
  }
};

/** The admin log in `admin-log.jsonl` of the data folder, one JSON object a line. */
export const openAdminLog = (dataDir: string): AdminLog => {
  const path = join(dataDir, FILE);
  return {
    append: (entry) => {
      createPrivateFolder(dataDir);
      create(path);
      appendFileSync(path, `${JSON.stringify({ schemaVersion: 1, ...entry })}\n`);
    },
    latest: async (limit) => {
      const file = await openIfThere(path);
      if (!file) return [];
      try {
        const { size } = await file.stat();
        const length = Math.min(size, MAX_READ_BYTES);
        const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
        const entries = buffer.toString('utf8').split('\n').map(parseJson).filter(isEntry);
        return entries.slice(-limit).reverse();
      } finally {
        await file.close();
      }
    },
  };
};
