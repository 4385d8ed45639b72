import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export const CLI = join(import.meta.dirname, '../../../bin/gomodel-ts.js');

export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has printed so far on stdout. */
  printed(): string;
  /** Settles when stdout satisfies the condition; rejects where the process ends before. */
  until(condition: (stdout: string) => boolean): Promise<string>;
  readonly ended: Promise<CliEnd>;
}

/** Starts the built command line without a terminal and without any key of the developer's shell. */
export const startCli = (args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCli => {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, HOME: tmpdir(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of watchers) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code]): CliEnd => ({ code, stdout, stderr }));
  return {
    child,
    printed: () => stdout,
    ended,
    until: (condition) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!condition(stdout)) return;
          watchers.delete(look);
          resolve(stdout);
        };
        watchers.add(look);
        look();
        void ended.then(() => reject(new Error(`ended before: ${stdout}${stderr}`)));
      }),
  };
};

/** Runs one command to its end. */
export const runCli = (args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliEnd> =>
  startCli(args, env).ended;
