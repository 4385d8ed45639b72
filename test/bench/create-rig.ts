import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candidate } from './candidate.ts';
import { findFreePort } from './find-free-port.ts';
import { type Started, startProcess } from './start-process.ts';

/** A folder, and the processes that run in it for as long as a measurement takes. */
export interface Rig {
  readonly folder: string;
  /** Starts a proxy on the core of the proxies, on a free port, in a folder of its own. */
  start(candidate: Candidate): Promise<Started>;
  /** Stops this one as well, at the end. */
  keep<Process extends Started>(process: Process): Process;
  /** Stops whatever still runs, and removes the folder. */
  close(): Promise<void>;
}

export const createRig = (): Rig => {
  const folder = mkdtempSync(join(tmpdir(), 'gomodel-bench-'));
  const running: Started[] = [];
  const keep = <Process extends Started>(process: Process): Process => {
    running.push(process);
    return process;
  };
  return {
    folder,
    keep,
    start: async (candidate) => {
      const port = await findFreePort();
      const home = join(folder, `home-${port}`);
      mkdirSync(home);
      const env = candidate.env?.(home, port);
      const command = candidate.command(port, home);
      return keep(await startProcess({ core: 'proxy', command, port, folder: home, ...(env && { env }) }));
    },
    close: async () => {
      for (const process of running) await process.stop().catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
