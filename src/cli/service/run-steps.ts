import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { CommandContext } from '../context.ts';
import { plainLine } from '../render/plain-text.ts';

const TIMEOUT_MS = 30_000;

const reasonOf = (cause: unknown): string => {
  const stderr = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
  return plainLine(
    (stderr || (cause instanceof Error ? cause.message : String(cause))).split('\n', 1)[0] ?? '',
  );
};

/**
 * Runs commands of the system one after the other.
 * @returns undefined where all have worked, else what failed and the commands that are left to be typed
 */
export const runSteps = async (
  steps: readonly (readonly [program: string, ...args: string[]])[],
  { env }: Pick<CommandContext, 'env'>,
): Promise<{ readonly reason: string; readonly left: readonly string[] } | undefined> => {
  for (const [index, [program, ...args]] of steps.entries()) {
    try {
      await promisify(execFile)(program, args, { env, timeout: TIMEOUT_MS });
    } catch (cause) {
      return { reason: reasonOf(cause), left: steps.slice(index).map((words) => words.join(' ')) };
    }
  }
  return undefined;
};
