import cluster from 'node:cluster';
import type { Channel } from './link.ts';
import { channelOf } from './worker-channel.ts';

/** One process that serves traffic. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  readonly channel: Channel;
  /** In words, how it ended; settles once everything that it has said has come. */
  readonly ended: Promise<string>;
  kill(): void;
}

/** Starts this program once more, with the same arguments, as a worker of this process. */
export const forkWorker = (): WorkerProcess => {
  // They accept by themselves. A connection that the primary had handed to a worker in the moment in which
  // that died would never be answered and never be closed (Node 20.20), and the shares were no more even.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  // Maps and bytes pass as they are.
  cluster.setupPrimary({ serialization: 'advanced' });
  const worker = cluster.fork();
  const ended = new Promise<string>((resolve) => {
    let exit: string | undefined;
    const look = (): void => {
      if (exit !== undefined && !worker.isConnected()) resolve(exit);
    };
    worker.once('exit', (code, signal) => {
      exit = signal ? `was killed by ${signal}` : `ended with code ${code}`;
      look();
    });
    worker.once('disconnect', look);
    worker.on('error', ({ message }) => {
      if (worker.process.pid === undefined) resolve(`could not be started (${message})`);
    });
  });
  return {
    pid: worker.process.pid,
    channel: channelOf(worker),
    ended,
    kill: () => void worker.process.kill('SIGKILL'),
  };
};
