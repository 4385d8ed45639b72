import process from 'node:process';
import type { CommandContext } from './context.ts';
import { createProgress, type Progress } from './render/progress.ts';

/**
 * Does long work that only reads, with a line on the terminal that says how far it is. Ctrl-C ends the process,
 * with the line taken away.
 * @param unit what is counted, in the plural
 * @throws what the work throws
 */
export const withProgress = async <Result>(
  unit: string,
  context: CommandContext,
  work: (progress: Progress) => Promise<Result>,
): Promise<Result> => {
  const progress = createProgress({ context, unit });
  const interrupt = (): void => {
    progress.end();
    context.stderr.write('Interrupted.\n');
    process.exit(130);
  };
  process.once('SIGINT', interrupt);
  try {
    return await work(progress);
  } finally {
    progress.end();
    process.off('SIGINT', interrupt);
  }
};
