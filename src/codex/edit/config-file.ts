import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import { readRegularFile } from '../../state/read-regular-file.ts';
import { decodeUtf8 } from './decode-utf8.ts';
import { explainFailure, unless } from './explain-failure.ts';

/** A configuration file as it was read, or the place where one may be written. */
export interface ConfigFile {
  /** Absolute; the folder without links in it, so that one file has one path. */
  readonly path: string;
  /** The file itself, behind symbolic links. */
  readonly target: string;
  readonly existed: boolean;
  /** Including its byte order mark and line breaks; empty if there is no file. */
  readonly text: string;
}

/** Codex writes every project that its user trusts into `config.toml`: even so, few have 100 KB. */
const MAX_CONFIG_BYTES = 256 * 1024;
/** The catalog of Codex 0.169.0 takes 745 KB. */
export const MAX_CATALOG_BYTES = 64 * 2 ** 20;

/**
 * Reads a configuration file; one that does not exist reads as empty.
 * @throws GatewayError command_failed where it cannot be read, is too large or is not a regular file;
 *   invalid_toml where it is not UTF-8
 */
export const loadConfigFile = (file: string, maxBytes = MAX_CONFIG_BYTES): Promise<ConfigFile> =>
  explainFailure('read', file, async () => {
    const folder = await realpath(dirname(file)).catch(() => resolve(dirname(file)));
    const path = join(folder, basename(file));
    const target = (await realpath(path).catch(unless('ENOENT'))) ?? (await followToNowhere(path));
    const bytes = readIfThere(target, maxBytes);
    return { path, target, existed: bytes !== undefined, text: decodeUtf8(bytes ?? Buffer.alloc(0), path) };
  });

/** @throws GatewayError command_failed where the file is not as it was loaded */
export const refuseIfChanged = async (file: ConfigFile): Promise<void> => {
  const bytes = readIfThere(file.target);
  if (file.existed ? bytes?.equals(Buffer.from(file.text)) : bytes === undefined) return;
  throw new GatewayError(
    'command_failed',
    `${file.path} was changed by another program just now. Nothing was written: run this again.`,
  );
};

/**
 * @returns undefined if there is no such file
 * @throws GatewayError command_failed where it cannot be read, is too large or is not a regular file
 */
export const readIfThere = (path: string, maxBytes = MAX_CATALOG_BYTES): Buffer | undefined => {
  const found = readRegularFile(path, { maxBytes });
  if (found.kind === 'file') return found.bytes;
  if (found.kind === 'absent') return undefined;
  throw new GatewayError('command_failed', `${path} ${found.problem}. Nothing was written.`);
};

/** Where a file would be created that a chain of links leads to. A circle was found before. */
const followToNowhere = async (path: string): Promise<string> => {
  const found = await lstat(path).catch(unless('ENOENT'));
  if (!found?.isSymbolicLink()) return path;
  const folder = await realpath(dirname(path));
  return followToNowhere(resolve(folder, await readlink(path)));
};
