import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface Desk {
  readonly cwd: string;
  /** Has `PORT`; what is exported stays there. */
  readonly env: NodeJS.ProcessEnv;
  /** A gateway that runs already. */
  readonly gateway?: ChildProcess | undefined;
}

const isUp = (port: string): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/health`).then(
    ({ ok }) => ok,
    () => false,
  );

const running = new Set<ChildProcess>();

/** Ends what `serveUntilUp` has started and nobody has stopped. */
export const stopAll = (): void => {
  for (const child of running) if (child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGTERM');
  running.clear();
};

/** Starts a command that serves on `PORT`, and waits until it does. @throws where it ends instead */
export const serveUntilUp = async (line: string, { cwd, env }: Desk): Promise<ChildProcess> => {
  const command = `exec ${line.replace(/^((?:[A-Z_]+=\S+ )*)/, 'env $1')}`;
  const child = spawn('sh', ['-c', command], { cwd, env, detached: true, stdio: 'ignore' });
  running.add(child);
  while (!(await isUp(env.PORT ?? ''))) {
    if (child.exitCode !== null) throw new Error(`${line} ended with ${child.exitCode}`);
    await pause(50);
  }
  return child;
};

export const stopGateway = async (child: ChildProcess): Promise<void> => {
  running.delete(child);
  process.kill(-(child.pid ?? 0), 'SIGTERM');
  await once(child, 'exit');
};

/** What a reader typed, and what they saw. */
export interface TypedLines {
  /** By line, what it printed. */
  readonly outputs: ReadonlyMap<string, string>;
  /** What serves on, started by one of the lines or before. */
  readonly gateway: ChildProcess | undefined;
}

/** Types lines of a page into one shell, one after the other; a line that serves is left running. */
export const typeLines = async (lines: readonly string[], desk: Desk): Promise<TypedLines> => {
  const { cwd, env } = desk;
  let { gateway } = desk;
  const outputs = new Map<string, string>();
  for (const line of lines) {
    const variable = /^export (\w+)="?([^"]*)"?$/.exec(line);
    if (variable?.[1]) {
      env[variable[1]] = (variable[2] ?? '').replace(/^\$(\w+)$/, (_all, named: string) => env[named] ?? '');
    } else if (/gomodel-ts serve/.test(line)) {
      if (gateway) await stopGateway(gateway);
      gateway = await serveUntilUp(line, desk);
    } else {
      const typed = line.replaceAll('localhost:8080', `localhost:${env.PORT}`);
      const command = promisify(execFile)('sh', ['-c', typed], { cwd, env });
      // Codex waits for what more may come from an open standard input.
      command.child.stdin?.end();
      const { stdout } = await command;
      outputs.set(line, stdout);
    }
  }
  return { outputs, gateway };
};
