import { hash, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { hasErrorCode } from '../base/system-error.ts';
import { createPrivateAppend, ensurePrivateFolder } from './private-files.ts';

/** Windows has none. */
const { O_RDONLY, O_NOFOLLOW = 0 } = constants;

/** How long a link may be used. */
export const ENTRY_LINK_MS = 60_000;

const folderOf = (dataDir: string): string => join(dataDir, 'entries');

/** By its digest: who reads the folder's listing learns no token. */
const fileOf = (dataDir: string, token: string): string =>
  join(folderOf(dataDir), hash('sha256', token, 'hex'));

const removeOld = (dataDir: string, nowMs: number): void => {
  for (const name of readdirSync(folderOf(dataDir))) {
    const path = join(folderOf(dataDir), name);
    try {
      if (Math.abs(nowMs - statSync(path).mtimeMs) > ENTRY_LINK_MS) unlinkSync(path);
    } catch (cause) {
      // The gateway may just have taken it.
      if (!hasErrorCode(cause, 'ENOENT')) throw cause;
    }
  }
};

/**
 * Leaves a token in the data folder that lets one browser in, once and soon. Who may write there may read the log
 * anyway: no key is needed for it, and none is told.
 * @throws the error of the file system
 */
export const writeEntryLink = (dataDir: string, nowMs: number): string => {
  ensurePrivateFolder(folderOf(dataDir));
  removeOld(dataDir, nowMs);
  const token = randomBytes(32).toString('base64url');
  const fd = createPrivateAppend(fileOf(dataDir, token));
  try {
    writeSync(fd, `${new Date(nowMs).toISOString()}\n`);
  } finally {
    closeSync(fd);
  }
  return token;
};

/** Whether a token was left here within the last minute; it is gone afterwards. */
export const takeEntryLink = (dataDir: string, token: string, nowMs: number): boolean => {
  const path = fileOf(dataDir, token);
  try {
    const fd = openSync(path, O_RDONLY | O_NOFOLLOW);
    const { mtimeMs } = fstatSync(fd);
    closeSync(fd);
    // Of two who come at once only one can remove it.
    unlinkSync(path);
    return Math.abs(nowMs - mtimeMs) <= ENTRY_LINK_MS;
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT', 'ELOOP')) return false;
    throw cause;
  }
};
