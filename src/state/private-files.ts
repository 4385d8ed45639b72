import {
  chmodSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasErrorCode } from '../base/system-error.ts';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const PERMISSIONS = 0o777;

/** What a file system answers that keeps no permissions: drvfs of WSL, CIFS, exFAT. */
const NO_PERMISSIONS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'] as const;

let unprotected: string | undefined;

/**
 * The first path whose permissions could not be narrowed: other users of the machine may read it.
 * @returns undefined if all could
 */
export const findUnprotected = (): string | undefined => unprotected;

/** Takes the refusal of a file system without permissions for an answer. @throws any other error */
export const tolerateNoPermissions = (cause: unknown, path: string): void => {
  if (!hasErrorCode(cause, ...NO_PERMISSIONS)) throw cause;
  unprotected ??= path;
};

/**
 * Makes a folder, and those above it, where they are missing, so that only their owner can enter, whatever
 * the umask is. What exists is left as it is, since it may be shared (`/tmp`).
 */
export const createPrivateFolder = (folder: string): void => {
  if (existsSync(folder)) return;
  createPrivateFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: FOLDER_MODE });
  } catch (cause) {
    if (!hasErrorCode(cause, 'EEXIST')) throw cause;
  }
  narrow(folder);
};

/** The same for a folder that is nobody else's: one that exists is closed to others. */
export const ensurePrivateFolder = (folder: string): void => {
  createPrivateFolder(folder);
  narrow(folder);
};

const narrow = (folder: string): void => {
  if ((statSync(folder).mode & PERMISSIONS) === FOLDER_MODE) return;
  try {
    chmodSync(folder, FOLDER_MODE);
  } catch (cause) {
    tolerateNoPermissions(cause, folder);
  }
};

/**
 * Creates a file to append to, readable for its owner only, whatever the umask is.
 * @throws EEXIST if there is a file, or a link, of that name
 */
export const createPrivateAppend = (path: string): number => {
  const { O_WRONLY, O_CREAT, O_APPEND, O_EXCL } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_EXCL, FILE_MODE);
  if ((fstatSync(fd).mode & PERMISSIONS) === FILE_MODE) return fd;
  try {
    fchmodSync(fd, FILE_MODE);
  } catch (cause) {
    tolerateNoPermissions(cause, path);
  }
  return fd;
};

/** Windows has neither flag. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * Opens a file that the gateway wrote itself: never through a link, and without waiting for a FIFO.
 * @throws ELOOP if it is a link
 */
export const openOwnFile = (path: string, access: 'read' | 'write'): Promise<FileHandle> =>
  open(path, (access === 'read' ? constants.O_RDONLY : constants.O_RDWR) | O_NOFOLLOW | O_NONBLOCK);

/** @returns undefined if there is no such file, which retention may just have deleted, or a link in its place */
export const openIfThere = async (path: string): Promise<FileHandle | undefined> => {
  try {
    return await openOwnFile(path, 'read');
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT', 'ELOOP')) return undefined;
    throw cause;
  }
};
