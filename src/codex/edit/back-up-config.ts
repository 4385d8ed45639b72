import { rm, stat } from 'node:fs/promises';
import { hasErrorCode } from '../../base/system-error.ts';
import { type ConfigFile, readIfThere } from './config-file.ts';
import { explainFailure } from './explain-failure.ts';
import { hashText } from './hash-text.ts';
import { writeNewFile } from './replace-file.ts';

/**
 * Copies the file as it was loaded to `NAME.STAMP.bak` beside it, with its mode.
 * @param nowMs milliseconds since the epoch
 * @returns the copy's path, or undefined if there was no file to copy
 * @throws GatewayError command_failed
 */
export const backUpConfigFile = async (file: ConfigFile, nowMs: number): Promise<string | undefined> => {
  if (!file.existed) return undefined;
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
  return explainFailure('back up', file.path, () => writeCopy(file, `${file.path}.${stamp}`, 1));
};

const writeCopy = async (file: ConfigFile, name: string, count: number): Promise<string> => {
  const copy = `${name}${count === 1 ? '' : `-${count}`}.bak`;
  try {
    await writeNewFile(copy, file.text, { mode: (await stat(file.target)).mode });
    return copy;
  } catch (cause) {
    if (hasErrorCode(cause, 'EEXIST')) return writeCopy(file, name, count + 1);
    throw cause;
  }
};

/**
 * Removes a backup where its text has one of these hashes.
 * @returns whether it is gone
 */
export const dropBackup = async (copy: string, hashes: readonly string[]): Promise<boolean> => {
  const bytes = readIfThere(copy);
  if (bytes && !hashes.includes(hashText(bytes))) return false;
  await rm(copy, { force: true });
  return true;
};
