import { randomBytes } from 'node:crypto';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { GatewayError } from '../base/errors.ts';
import { decodeUtf8 } from './decode-utf8.ts';
import { hashText } from './hash-text.ts';

/** A configuration file as it was read, or the place where one may be written. */
export interface ConfigFile {
  /** Absolute; the folder without links in it, so that one file has one path. */
  readonly path: string;
  /** The file itself, behind symbolic links. */
  readonly target: string;
  readonly existed: boolean;
  /** With its byte order mark and line breaks; empty where there is no file. */
  readonly text: string;
}

const MAX_LINKS = 40;
const PRIVATE_FILE = 0o600;
const PERMISSIONS = 0o7777;

/**
 * Reads a configuration file; one that does not exist reads as empty.
 * @throws GatewayError command_failed where it cannot be read, invalid_toml where it is not UTF-8
 */
export const loadConfigFile = (file: string): Promise<ConfigFile> =>
  explain('read', file, async () => {
    const folder = await realpath(dirname(file)).catch(() => resolve(dirname(file)));
    const path = join(folder, basename(file));
    const target = await followLinks(path);
    const bytes = await readIfThere(target);
    return { path, target, existed: bytes !== undefined, text: decodeUtf8(bytes ?? Buffer.alloc(0), path) };
  });

/**
 * Puts `text` in the file's place: whole or not at all, through links, with the mode and owner that it
 * had. Where that would break a hard link, change the owner or replace a mount point, the file is
 * written in place instead.
 * @throws GatewayError command_failed where it cannot be written, or was changed since it was loaded
 */
export const replaceConfigFile = (file: ConfigFile, text: string): Promise<void> =>
  explain('write', file.path, async () => {
    await mkdir(dirname(file.target), { recursive: true, mode: 0o700 });
    await refuseIfChanged(file);
    if (!(await replaceByRename(file, text))) await writeInPlace(file.target, text);
  });

/** Removes a file that this program created; a link that led to it stays. */
export const deleteConfigFile = (file: ConfigFile): Promise<void> =>
  explain('remove', file.path, async () => {
    await refuseIfChanged(file);
    await unlink(file.target);
    await syncFolder(dirname(file.target));
  });

/**
 * Copies the file as it was loaded to `NAME.STAMP.bak` beside it, with its mode.
 * @param nowMs milliseconds since the epoch
 * @returns the copy's path, or undefined where there was no file to copy
 */
export const backUpConfigFile = async (file: ConfigFile, nowMs: number): Promise<string | undefined> => {
  if (!file.existed) return undefined;
  return explain('back up', file.path, async () => {
    const { mode } = await stat(file.target);
    const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
    for (let count = 1; ; count++) {
      const copy = `${file.path}.${stamp}${count === 1 ? '' : `-${count}`}.bak`;
      const handle = await open(copy, 'wx', PRIVATE_FILE).catch(unless('EEXIST'));
      if (!handle) continue;
      await writeAndClose(handle, file.text, async () => handle.chmod(mode & PERMISSIONS));
      return copy;
    }
  });
};

/**
 * Removes a backup where its text has one of these hashes.
 * @returns whether it is gone
 */
export const dropBackup = async (copy: string, hashes: readonly string[]): Promise<boolean> => {
  const bytes = await readIfThere(copy);
  if (bytes && !hashes.includes(hashText(bytes))) return false;
  await rm(copy, { force: true });
  return true;
};

const replaceByRename = async (file: ConfigFile, text: string): Promise<boolean> => {
  const old = file.existed ? await stat(file.target) : undefined;
  if (old && old.nlink > 1) return false;
  const draft = join(dirname(file.target), `.${basename(file.target)}.${randomBytes(6).toString('hex')}.tmp`);
  const handle = await open(draft, 'wx', PRIVATE_FILE);
  try {
    await writeAndClose(handle, text, async () => {
      if (!old) return;
      const { uid, gid } = await handle.stat();
      if (uid !== old.uid || gid !== old.gid) await handle.chown(old.uid, old.gid);
      await handle.chmod(old.mode & PERMISSIONS);
    });
    await rename(draft, file.target);
  } catch (cause) {
    await rm(draft, { force: true });
    // EPERM: the owner cannot be kept. EBUSY: the file is a mount point, as in many containers.
    if (isErrno(cause, 'EPERM') || isErrno(cause, 'EBUSY')) return false;
    throw cause;
  }
  await syncFolder(dirname(file.target));
  return true;
};

const writeInPlace = async (target: string, text: string): Promise<void> => {
  const handle = await open(target, 'r+');
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

const refuseIfChanged = async (file: ConfigFile): Promise<void> => {
  const bytes = await readIfThere(file.target);
  if ((bytes !== undefined) === file.existed && (bytes ?? Buffer.alloc(0)).equals(Buffer.from(file.text)))
    return;
  throw new GatewayError(
    'command_failed',
    `${file.path} was changed by another program just now. Nothing was written: run this again.`,
  );
};

const followLinks = async (path: string): Promise<string> => {
  let current = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    const found = await lstat(current).catch(unless('ENOENT'));
    if (!found?.isSymbolicLink()) return current;
    current = resolve(dirname(current), await readlink(current));
  }
  throw new GatewayError('command_failed', `${path} is a symbolic link that leads back to itself.`);
};

const readIfThere = (path: string): Promise<Buffer | undefined> => readFile(path).catch(unless('ENOENT'));

const unless =
  (code: string) =>
  (cause: unknown): undefined => {
    if (!isErrno(cause, code)) throw cause;
  };

const isErrno = (cause: unknown, code: string): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === code;

const explain = async <Result>(deed: string, path: string, run: () => Promise<Result>): Promise<Result> => {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('command_failed', `Could not ${deed} ${path}: ${reason}. Nothing was changed.`, {
      cause,
    });
  }
};
