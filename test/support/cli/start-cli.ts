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

type Output = 'stdout' | 'stderr';

export interface RunningCli {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has printed so far on stdout. */
  printed(): string;
  /** Settles when what it printed satisfies the condition; rejects where the process ends before. */
  until(condition: (text: string) => boolean, output?: Output): Promise<string>;
  readonly ended: Promise<CliEnd>;
}

/**
 * Starts the built command line without a terminal and without any key of the developer's shell.
 * @param within a command that runs the rest of its arguments somewhere else
 */
export const startCli = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = tmpdir(),
  within: readonly string[] = [],
): RunningCli => {
  const [program = '', ...rest] = [...within, process.execPath, CLI, ...args];
  const child = spawn(program, rest, {
    cwd,
    env: { PATH: process.env.PATH, HOME: tmpdir(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  const collect = (output: Output): void => {
    child[output].setEncoding('utf8').on('data', (chunk: string) => {
      text[output] += chunk;
      for (const look of watchers) look();
    });
  };
  collect('stdout');
  collect('stderr');
  const ended = once(child, 'close').then(([code]): CliEnd => ({ code, ...text }));
  return {
    child,
    printed: () => text.stdout,
    ended,
    until: (condition, output = 'stdout') =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!condition(text[output])) return;
          watchers.delete(look);
          resolve(text[output]);
        };
        watchers.add(look);
        look();
        void ended.then(() => reject(new Error(`ended before: ${text.stdout}${text.stderr}`)));
      }),
  };
};

/** Runs one command to its end. */
export const runCli = (
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<CliEnd> => startCli(args, env, cwd).ended;
