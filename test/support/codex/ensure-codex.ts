import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** The oldest version that the gateway serves, and the newest that it was measured with. */
export const CODEX_VERSIONS = ['0.113.0', '0.169.0'] as const;

const LOCK_POLL_MS = 250;

const cacheFolder = (): string =>
  join(process.env.GOMODEL_TEST_CACHE ?? join(homedir(), '.cache', 'gomodel-ts'), 'codex');

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

/**
 * Installs a version of the Codex CLI from npm into the cache folder, once (130 to 400 MB).
 * @returns the path of its `codex` command
 * @throws where npm fails, with npm's own words
 */
export const ensureCodex = async (version: string): Promise<string> => {
  const folder = join(cacheFolder(), version);
  const binary = join(folder, 'node_modules', '.bin', 'codex');
  // npm links the command last, so that where it is the package is whole.
  if (existsSync(binary)) return binary;
  await mkdir(folder, { recursive: true });
  const release = await takeLock(`${folder}.lock`);
  try {
    if (!existsSync(binary)) {
      const packageName = `@openai/codex@${version}`;
      await promisify(execFile)(
        'npm',
        ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, packageName],
        { cwd: folder },
      );
    }
  } finally {
    await release();
  }
  return binary;
};
