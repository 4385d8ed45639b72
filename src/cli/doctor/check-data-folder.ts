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

/** A file can be written in the folder of the log, and there is room on its disk. Nothing is left there. */
export const checkDataFolder = async (dataDir: string, maxDiskBytes: number): Promise<Step> => {
  const name = 'Data folder';
  try {
    const folder = await findExisting(dataDir);
    const file = join(folder, `.gomodel-ts-${randomBytes(6).toString('hex')}`);
    await writeFile(file, '', { flag: 'wx', mode: 0o600 });
    await rm(file);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const place = folder === dataDir ? dataDir : `${dataDir} (not there yet)`;
    const message = `${place} is writable, ${formatByteSize(free)} free`;
    const remedy = 'Make room on the disk, or choose another folder with --data-dir or GOMODEL_HOME.';
    if (free < MIN_FREE_BYTES) return { name, state: 'failed', message, remedy };
    if (free >= maxDiskBytes) return { name, state: 'ok', message };
    return {
      name,
      state: 'warning',
      message: `${message}, less than the ${formatByteSize(maxDiskBytes)} that the log may take`,
      remedy: 'Make room on the disk, or set LOGGING_MAX_DISK to less.',
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return {
      name,
      state: 'failed',
      message: `${dataDir} cannot be written: ${reason}`,
      remedy: 'Mend its rights, or choose another folder with --data-dir or GOMODEL_HOME.',
    };
  }
};
