import { setTimeout as pause } from 'node:timers/promises';
import type { WorkersState } from '../../http/health.ts';
import type { WorkerProcess } from './fork-worker.ts';

export interface KeepWorkersDeps {
  readonly wanted: number;
  readonly fork: () => WorkerProcess;
  /** Makes a process serve. @throws GatewayError where it cannot; then it is killed */
  readonly begin: (worker: WorkerProcess) => Promise<void>;
  /** A worker that served has died; settles when all is said of what ran in it. */
  readonly onDeath: (worker: WorkerProcess, how: string) => Promise<void>;
  /** One that should take a dead one's place could not begin. */
  readonly onFailure: (error: unknown, nextInMs: number) => void;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** As many workers as are wanted, at all times. */
export interface Workers {
  readonly state: WorkersState;
  /** @throws GatewayError where one of them cannot begin; then none is left */
  start(): Promise<void>;
  /**
   * Replaces none any more, and waits for all to end, and for what is said of them.
   * @param ask asks one to end
   * @param limitMs after so long they are killed
   */
  stop(ask: (worker: WorkerProcess) => void, limitMs: number): Promise<void>;
}

/** The first one that dies is replaced at once; one that does not live long makes the next one wait. */
const LONG_LIFE_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;

const pauseMs = (shortLives: number): number =>
  shortLives === 0 ? 0 : Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (shortLives - 1));

export const createWorkers = (deps: KeepWorkersDeps): Workers => {
  const { wanted, fork, begin, onDeath, onFailure, now } = deps;
  const alive = new Set<WorkerProcess>();
  const serving = new Set<WorkerProcess>();
  const kept: Array<Promise<void>> = [];
  const stopping = new AbortController();
  let died = 0;

  const beginOne = async (): Promise<WorkerProcess> => {
    const worker = fork();
    alive.add(worker);
    void worker.ended.then(() => alive.delete(worker));
    try {
      await begin(worker);
      serving.add(worker);
      return worker;
    } catch (error) {
      worker.kill();
      throw error;
    }
  };

  /** @returns a worker that serves; undefined where none is wanted any more */
  const replace = async (shortLives: number): Promise<WorkerProcess | undefined> => {
    for (let failures = shortLives; !stopping.signal.aborted; failures++) {
      await pause(pauseMs(failures), undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) break;
      try {
        return await beginOne();
      } catch (error) {
        if (!stopping.signal.aborted) onFailure(error, pauseMs(failures + 1));
      }
    }
    return undefined;
  };

  const keep = async (first: WorkerProcess): Promise<void> => {
    let shortLives = 0;
    let worker: WorkerProcess | undefined = first;
    while (worker) {
      const beganAtMs = now();
      const how = await worker.ended;
      serving.delete(worker);
      if (!stopping.signal.aborted) died++;
      await onDeath(worker, how);
      const wasLong = now() - beganAtMs >= LONG_LIFE_MS;
      worker = await replace(wasLong ? 0 : shortLives);
      shortLives = wasLong ? 1 : shortLives + 1;
    }
  };

  return {
    get state() {
      return { wanted, running: serving.size, died };
    },
    start: async () => {
      // The first one finds out whether any of them can begin.
      const first = await beginOne();
      const others = await Promise.allSettled(Array.from({ length: wanted - 1 }, beginOne));
      const failed = others.find((other) => other.status === 'rejected');
      if (failed) {
        for (const worker of alive) worker.kill();
        throw failed.reason;
      }
      const all = others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : []));
      kept.push(...[first, ...all].map(keep));
    },
    stop: async (ask, limitMs) => {
      stopping.abort();
      for (const worker of alive) ask(worker);
      const timer = setTimeout(() => {
        for (const worker of alive) worker.kill();
      }, limitMs);
      await Promise.all(kept);
      clearTimeout(timer);
    },
  };
};
