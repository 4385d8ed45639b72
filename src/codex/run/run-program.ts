import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import process from 'node:process';
import { GatewayError } from '../../base/errors.ts';
import { executableOf, type Program } from './find-program.ts';

const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** What a shell would report of a process that a signal ended. */
const exitCodeOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + (signal ? (constants.signals[signal] ?? 0) : 0);

/**
 * Runs a program with the terminal handed over, to its end.
 * @returns its exit code, as a shell would say it
 * @throws GatewayError command_failed where it cannot be started
 */
export const runProgram = (
  program: Program,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const [file, first] = executableOf(program);
    const child = spawn(file, [...first, ...args], { env, stdio: 'inherit' });
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    // An interrupt reaches the whole foreground group: what it means is the program's to decide.
    const ignore = (): void => {};
    const release = (): void => {
      for (const signal of FORWARDED) process.off(signal, forward);
      process.off('SIGINT', ignore);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    process.on('SIGINT', ignore);
    child.once('error', (cause) => {
      release();
      reject(
        new GatewayError('command_failed', `${program.path} could not be started: ${cause.message}.`, {
          cause,
        }),
      );
    });
    child.once('exit', (code, signal) => {
      release();
      resolve(exitCodeOf(code, signal));
    });
  });
