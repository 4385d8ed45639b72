import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../../config/data-dir.ts';

export interface InstalledCodex {
  /** The command's absolute path. */
  readonly path: string;
  /** Such as `0.169.0`. */
  readonly version: string;
}

const NAME = process.platform === 'win32' ? 'codex.exe' : 'codex';
const TIMEOUT_MS = 15_000;

/**
 * Finds the Codex command as a shell would: the first on `PATH` that can be run.
 * @returns undefined where there is none, or what is called so does not answer `--version` as Codex does
 */
export const findCodex = async (env: Environment): Promise<InstalledCodex | undefined> => {
  const path = await findOnPath(env.PATH ?? '');
  if (path === undefined) return undefined;
  const { stdout } = await promisify(execFile)(path, ['--version'], { env, timeout: TIMEOUT_MS }).catch(
    () => ({
      stdout: '',
    }),
  );
  const version = /^codex(?:-cli)? (\S+)/m.exec(stdout)?.[1];
  return version === undefined ? undefined : { path, version };
};

const findOnPath = async (searchPath: string): Promise<string | undefined> => {
  const candidates = searchPath
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, NAME));
  for (const candidate of candidates) {
    const isRunnable = await access(candidate, constants.X_OK)
      .then(() => stat(candidate))
      .then((found) => found.isFile())
      .catch(() => false);
    if (isRunnable) return candidate;
  }
  return undefined;
};
