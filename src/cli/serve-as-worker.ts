import process from 'node:process';
import { runWorker } from '../server/workers/run-worker.ts';

/**
 * One of the processes that `serve --workers` starts: the primary tells it when to end. A terminal sends its
 * interrupt to all of them, and each would end by itself.
 */
export const serveAsWorker = async (): Promise<void> => {
  const ignore = (): void => {};
  process.on('SIGINT', ignore).on('SIGTERM', ignore).on('SIGHUP', ignore);
  await runWorker();
  process.exit(0);
};
