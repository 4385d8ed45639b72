import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const LOCK_POLL_MS = 250;

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Takes a lock file, waiting for its holder; a lock whose holder died without removing it is broken. */
const takeLock = async (path: string): Promise<() => Promise<void>> => {
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (reason) {
      if ((reason as NodeJS.ErrnoException).code !== 'EEXIST') throw reason;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder > 0 && !isRunning(holder)) await rm(path, { force: true });
    else await pause(LOCK_POLL_MS);
  }
};

/** What tests drive and the project does not depend on. */
export interface FetchedPackage {
  readonly name: string;
  readonly version: string;
  /** The command that it brings. */
  readonly command: string;
  /** Below the cache folder (`GOMODEL_TEST_CACHE`, else `~/.cache/gomodel-ts`). */
  readonly folder: string;
}

/** Where a package is, once it is installed. */
const packageFolder = ({ folder, version }: FetchedPackage): string =>
  join(process.env.GOMODEL_TEST_CACHE ?? join(homedir(), '.cache', 'gomodel-ts'), folder, version);

/**
 * Installs a package from npm into the cache folder, once.
 * @returns the path of its command
 * @throws where npm fails, with npm's own words
 */
export const installPackage = async (wanted: FetchedPackage): Promise<string> => {
  const folder = packageFolder(wanted);
  const binary = join(folder, 'node_modules', '.bin', wanted.command);
  // npm links the command last, so that where it is the package is whole.
  if (existsSync(binary)) return binary;
  await mkdir(folder, { recursive: true });
  const release = await takeLock(`${folder}.lock`);
  try {
    if (!existsSync(binary)) {
      await promisify(execFile)(
        'npm',
        [
          'install',
          '--no-save',
          '--no-audit',
          '--no-fund',
          '--prefix',
          folder,
          `${wanted.name}@${wanted.version}`,
        ],
        { cwd: folder },
      );
    }
  } finally {
    await release();
  }
  return binary;
};
