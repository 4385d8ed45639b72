import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

const FILE_MODE = 0o600;

/**
 * Writes a file of the data folder whole or not at all, for its owner only. The draft alongside it has a name
 * that nobody can guess and must not exist, and the rename replaces a link instead of following it.
 * @throws the system's error; then the file is as it was
 */
export const replacePrivateFile = async (path: string, content: string | Uint8Array): Promise<void> => {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(draft, 'wx', FILE_MODE);
    try {
      await file.writeFile(content);
      // Whatever the umask is.
      await file.chmod(FILE_MODE);
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw cause;
  }
};
