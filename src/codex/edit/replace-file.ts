import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasErrorCode } from '../../base/system-error.ts';
import { openOwnFile, tolerateNoPermissions } from '../../state/private-files.ts';
import { type ConfigFile, refuseIfChanged } from './config-file.ts';
import { explainFailure } from './explain-failure.ts';

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

interface Likeness {
  readonly mode: number;
  readonly owner?: Owner;
}

const PRIVATE_FILE = 0o600;
const PERMISSIONS = 0o7777;

/**
 * Puts `text` in the file's place: whole or not at all, through links, with the mode and owner that it
 * had. Where that would break a hard link, change the owner or replace a mount point, the file is
 * written in place instead.
 * @throws GatewayError command_failed where it cannot be written, or was changed since it was loaded
 */
export const replaceConfigFile = (file: ConfigFile, text: string): Promise<void> =>
  explainFailure('write', file.path, async () => {
    await mkdir(dirname(file.target), { recursive: true, mode: 0o700 });
    await refuseIfChanged(file);
    if (!(await replaceByRename(file, text))) await replaceInPlace(file, text);
  });

/** Removes a file that this program created; a link that led to it stays. */
export const deleteConfigFile = (file: ConfigFile): Promise<void> =>
  explainFailure('remove', file.path, async () => {
    await refuseIfChanged(file);
    await unlink(file.target);
    await syncFolder(dirname(file.target));
  });

/**
 * Writes a new file, for its owner alone or with the mode of another one.
 * @throws EEXIST where it is there already; a file that could not be written whole is removed
 */
export const writeNewFile = async (path: string, text: string, like?: Likeness): Promise<void> => {
  const handle = await open(path, 'wx', PRIVATE_FILE);
  try {
    await writeAndClose(handle, text, async () => {
      if (like?.owner) await takeOwner(handle, like.owner);
      if (like) {
        const mode = like.mode & PERMISSIONS;
        await handle.chmod(mode).catch((cause: unknown) => tolerateNoPermissions(cause, path));
      }
    });
  } catch (cause) {
    await rm(path, { force: true });
    throw cause;
  }
};

/** @returns false if the file cannot be replaced without losing what makes it this file */
const replaceByRename = async ({ target, existed }: ConfigFile, text: string): Promise<boolean> => {
  const old = existed ? await lstat(target) : undefined;
  if (old && !old.isFile()) throw new Error('it is not a regular file any more');
  if (old && old.nlink > 1) return false;
  const draft = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeNewFile(draft, text, old && { mode: old.mode, owner: old });
    await rename(draft, target);
  } catch (cause) {
    await rm(draft, { force: true });
    // EPERM: the owner cannot be kept. EBUSY: the file is a mount point, as in many containers.
    if (hasErrorCode(cause, 'EPERM', 'EBUSY')) return false;
    throw cause;
  }
  await syncFolder(dirname(target));
  return true;
};

const takeOwner = async (handle: FileHandle, owner: Owner): Promise<void> => {
  const { uid, gid } = await handle.stat();
  if (uid !== owner.uid || gid !== owner.gid) await handle.chown(owner.uid, owner.gid);
};

const replaceInPlace = async (file: ConfigFile, text: string): Promise<void> => {
  try {
    await overwrite(file.target, text);
  } catch (cause) {
    // A full disk: what was there before has its place on it.
    await overwrite(file.target, file.text);
    throw cause;
  }
};

/** Links were followed when the file was loaded: one that is there now was put there since. */
const overwrite = async (target: string, text: string): Promise<void> => {
  const handle = await openOwnFile(target, 'write');
  await writeAndClose(handle, text, () => handle.truncate(Buffer.byteLength(text)));
};

const writeAndClose = async (
  handle: FileHandle,
  text: string,
  finish: () => Promise<void>,
): Promise<void> => {
  try {
    await handle.writeFile(text);
    await finish();
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** A rename is on disk when its folder is; systems that cannot open a folder do without. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
};
