import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { hasErrorCode } from '../../base/system-error.ts';
import { createTemporaryFolder, RANDOM_SUFFIX, temporaryPlaces } from '../../state/temporary-folder.ts';

/** Windows has names for pipes that are no files. */
const HAS_FILES = process.platform !== 'win32';
const SOCKET = 'inner';
/** Longer paths of sockets are cut off without a word, and lead elsewhere. */
const MAX_PATH_BYTES = 103;

/** The same for all gateways of a data folder. */
const prefixOf = (dataDir: string): string =>
  `gomodel-ts-${createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 8)}-`;

/**
 * Where the folder of a socket may be made, best first. The data folder is the last: its disk may have no
 * sockets.
 */
const placesFor = (prefix: string, dataDir: string): readonly string[] =>
  [...temporaryPlaces(), resolve(dataDir)].filter(
    (place) => Buffer.byteLength(join(place, prefix + RANDOM_SUFFIX, SOCKET)) <= MAX_PATH_BYTES,
  );

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

/** What gateways left that were killed together with all of their workers. */
const removeLeft = async (base: string, prefix: string): Promise<void> => {
  for (const name of await readdir(base)) {
    const folder = join(base, name);
    const path = join(folder, SOCKET);
    if (name.startsWith(prefix) && isOwnFolder(folder) && (await isLeft(path))) removeInnerPlace(path);
  }
};

/**
 * Makes a place for a socket, in a folder that this user alone may enter.
 * @returns its path, or the name of a pipe
 * @throws GatewayError command_failed where no folder can be made
 */
export const createInnerPlace = async (dataDir: string): Promise<string> => {
  if (!HAS_FILES) return `\\\\.\\pipe\\gomodel-ts-${randomBytes(16).toString('hex')}`;
  const prefix = prefixOf(dataDir);
  const places = placesFor(prefix, dataDir);
  // A courtesy to the user's disk: no reason not to start.
  for (const place of places) await removeLeft(place, prefix).catch(() => {});
  return join(await createTemporaryFolder(prefix, places), SOCKET);
};
