import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/** How late an event loop was, beyond the time at which it was to look again. */
export interface LoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

const POLL_MS = 20;

/** What Node must be started with. @param probe the built probe; @param folder where its figures go */
export const delayProbe = (probe: string, folder: string): string[] => [
  '--import',
  `${pathToFileURL(probe).href}?to=${encodeURIComponent(folder)}`,
];

/**
 * Asks a process that runs with the delay probe how late it was since the last question; the first one begins.
 * @throws where it has ended
 */
export const readLoopDelay = async (pid: number, folder: string): Promise<LoopDelay> => {
  const file = join(folder, `delay-${pid}.json`);
  process.kill(pid, 'SIGUSR2');
  for (;;) {
    try {
      const delay = JSON.parse(readFileSync(file, 'utf8')) as LoopDelay;
      rmSync(file);
      return delay;
    } catch (reason) {
      if ((reason as NodeJS.ErrnoException).code !== 'ENOENT') throw reason;
      process.kill(pid, 0);
      await pause(POLL_MS);
    }
  }
};
