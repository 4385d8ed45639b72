import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/**
 * The folder in which a command was started, as a place whose content somebody else may have written: a
 * repository that was cloned, an archive that was unpacked.
 */
export interface WorkingFolder {
  /** As the process names it. */
  readonly path: string;
  /** True where a path, or what its links lead to, lies in the working folder or in the repository around it. */
  contains(path: string): boolean;
}

/** Without links, also where the last parts of the path do not exist. */
const realPathOf = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPathOf(parent), basename(path));
  }
};

const isWithin = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
};

/** The nearest folder above that is a git repository, the home folder and what lies above it excepted. */
const findRepository = (folder: string, home: string): string | undefined => {
  if (isWithin(home, folder)) return undefined;
  if (existsSync(join(folder, '.git'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : findRepository(parent, home);
};

/**
 * @param homeDir where it lies in the working folder, that is no project but the user's own place, and
 *   `contains` is false for all of it
 */
export const createWorkingFolder = (cwd: string, homeDir: string): WorkingFolder => {
  const home = realPathOf(homeDir);
  const folder = realPathOf(cwd);
  const isPersonal = isWithin(home, folder);
  const project = findRepository(folder, home) ?? folder;
  return {
    path: cwd,
    contains: (path) => {
      if (isPersonal) return false;
      const full = resolve(cwd, path);
      return [full, realPathOf(full)].some((each) => isWithin(each, project) || isWithin(each, cwd));
    },
  };
};
