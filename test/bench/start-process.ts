import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { get } from 'node:http';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Where the proxies run, and where load and upstream do: neither takes time from the other. */
export type Core = 'proxy' | 'load';

const NUMBER_OF: Readonly<Record<Core, string>> = { proxy: '0', load: '1' };

const POLL_MS = 2;
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 3_000;

export const hasCommand = (name: string): boolean => {
  try {
    execFileSync('which', [name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

export const hasNginx = hasCommand('nginx');

/** True where proxies and load are kept apart; their figures disturb each other elsewhere. */
export const isPinned = hasCommand('taskset') && cpus().length > 1;

/** A command line that stays on one core, where the system can do that. */
export const pin = (core: Core, command: readonly string[]): [string, string[]] => {
  const whole = isPinned ? ['taskset', '-c', NUMBER_OF[core], ...command] : [...command];
  return [whole[0] as string, whole.slice(1)];
};

/** Keeps this process, and all that it starts from now on, on one core, where the system can do that. */
export const pinSelf = (core: Core): void => {
  if (isPinned) execFileSync('taskset', ['-acp', NUMBER_OF[core], String(process.pid)], { stdio: 'ignore' });
};

export interface Started {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly port: number;
  /** From the command to the first answer on its port. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

export interface StartInput {
  readonly core: Core;
  readonly command: readonly string[];
  readonly port: number;
  /** Its output goes into a file here: a terminal or pipe that nobody reads would hold it up. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/health', agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    request.on('error', () => resolve(false));
  });

/**
 * Starts a server and waits until it answers.
 * @throws where it ends, or stays silent for a minute
 */
export const startProcess = async ({ core, command, port, folder, env }: StartInput): Promise<Started> => {
  const output = openSync(join(folder, `output-${port}.txt`), 'a');
  const began = performance.now();
  const child = spawn(...pin(core, command), {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...env },
    stdio: ['ignore', output, output, 'ipc'],
    // A group of its own, so that what it starts can be stopped with it.
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command[0]} cannot be started`);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    process.kill(-pid, 'SIGTERM');
    const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  };
  while (!(await answers(port))) {
    const isOver = performance.now() - began > READY_WITHIN_MS;
    if (child.exitCode !== null || isOver) {
      await stop();
      throw new Error(`${command.join(' ')} does not answer on port ${port}; its output is in ${folder}`);
    }
    await pause(POLL_MS);
  }
  return { process: child, pid, port, readyMs: performance.now() - began, stop };
};

/** The longest standstill of an event loop, and the longest that it was at work without a break. */
export interface Stall {
  readonly stallMs: number;
  readonly busyMs: number;
}

/** Asks a process that runs with the stall probe for what was longest since the last question. */
export const readStall = async ({ process: child }: Started): Promise<Stall> => {
  const reply = once(child, 'message');
  child.send('read');
  const [stall] = (await reply) as [Stall];
  return stall;
};
