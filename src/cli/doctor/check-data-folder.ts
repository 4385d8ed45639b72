import { randomBytes } from 'node:crypto';
import { rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatByteSize } from '../../base/bytes.ts';
import { hasErrorCode } from '../../base/system-error.ts';
import type { Step } from '../../probe/step.ts';

/** With less than this the log, and the system, soon have no room. */
const MIN_FREE_BYTES = 200 * 2 ** 20;

/** The folder itself, or the one above it in which it would be made. */
const findExisting = async (folder: string): Promise<string> => {
  try {
    await stat(folder);
    return folder;
  } catch (cause) {
    const isMissing = hasErrorCode(cause, 'ENOENT');
    if (!isMissing || dirname(folder) === folder) throw cause;
    return findExisting(dirname(folder));
  }
};

const PRIVATE_MODE = 0o600;

/** As on drvfs of WSL, CIFS and exFAT, where every file is everybody's. Windows keeps its own lists instead. */
const keepsNoPermissions = (mode: number): boolean =>
  process.platform !== 'win32' && (mode & 0o777) !== PRIVATE_MODE;

/** A file can be written in the folder of the log, and there is room on its disk, which keeps others from reading it. Nothing is left there. */
export const checkDataFolder = async (dataDir: string, maxDiskBytes: number): Promise<Step> => {
  const name = 'Data folder';
  try {
    const folder = await findExisting(dataDir);
    const file = join(folder, `.gomodel-ts-${randomBytes(6).toString('hex')}`);
    await writeFile(file, '', { flag: 'wx', mode: PRIVATE_MODE });
    const { mode } = await stat(file);
    await rm(file);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const place = folder === dataDir ? dataDir : `${dataDir} (not there yet)`;
    const message = `${place} is writable, ${formatByteSize(free)} free`;
    const remedy = 'Make room on the disk, or choose another folder with --data-dir or GOMODEL_HOME.';
    if (free < MIN_FREE_BYTES) return { name, state: 'failed', message, remedy };
    if (keepsNoPermissions(mode)) {
      return {
        name,
        state: 'warning',
        message: `${message}, but its disk has no file permissions: other users of this machine may read the log`,
        remedy: 'Choose a folder on another disk with --data-dir or GOMODEL_HOME.',
      };
    }
    if (free >= maxDiskBytes) return { name, state: 'ok', message };
    return {
      name,
      state: 'warning',
      message: `${message}, less than the ${formatByteSize(maxDiskBytes)} that the log may use`,
      remedy: 'Free some disk space, or lower LOGGING_MAX_DISK.',
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return {
      name,
      state: 'failed',
      message: `${dataDir} cannot be written: ${reason}`,
      remedy: 'Fix its permissions, or choose another folder with --data-dir or GOMODEL_HOME.',
    };
  }
};
