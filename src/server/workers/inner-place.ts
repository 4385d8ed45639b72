import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, rmSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { hasErrorCode } from '../../base/system-error.ts';

/** Windows has names for pipes that are no files. */
const HAS_FILES = process.platform !== 'win32';
const SOCKET = 'inner';

/** The same for all gateways of a data folder, and short: the path of a socket has 103 bytes at most. */
const prefixOf = (dataDir: string): string =>
  `gomodel-ts-${createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 8)}-`;

/** Whether nobody listens there any more. One that nobody listens at yet may still be another's. */
const isLeft = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error) => resolve(hasErrorCode(error, 'ECONNREFUSED')));
  });

/** Anyone may write into the temporary folder: what is not this user's own is not touched. */
const isOwnFolder = (folder: string): boolean => {
  const stats = lstatSync(folder);
  return stats.isDirectory() && stats.uid === process.getuid?.();
};

/**
 * Removes the place of a socket. Does nothing where it is gone; what cannot be removed is left to the system,
 * which empties its temporary folder.
 */
export const removeInnerPlace = (path: string): void => {
  if (!HAS_FILES) return;
  try {
    rmSync(dirname(path), { recursive: true, force: true });
  } catch {
    // Several workers may remove it at once.
  }
};

/** What gateways of this data folder left that were killed together with all of their workers. */
const removeLeft = async (dataDir: string): Promise<void> => {
  const prefix = prefixOf(dataDir);
  for (const name of await readdir(tmpdir())) {
    const folder = join(tmpdir(), name);
    const path = join(folder, SOCKET);
    if (name.startsWith(prefix) && isOwnFolder(folder) && (await isLeft(path))) removeInnerPlace(path);
  }
};

/**
 * Makes a place for a socket, in a folder that this user alone may enter. Not in the data folder, whose path
 * could be too long, or on a disk that has no sockets.
 * @returns its path, or the name of a pipe
 */
export const createInnerPlace = async (dataDir: string): Promise<string> => {
  if (!HAS_FILES) return `\\\\.\\pipe\\gomodel-ts-${randomBytes(16).toString('hex')}`;
  // A courtesy to the user's disk: no reason not to start.
  await removeLeft(dataDir).catch(() => {});
  return join(await mkdtemp(join(tmpdir(), prefixOf(dataDir))), SOCKET);
};
