import type { Clock } from '../base/clock.ts';
import { enforceRetention, type RetentionPolicy } from './enforce-retention.ts';
import type { Journal } from './journal.ts';
import { HEARTBEAT_MS } from './process-identity.ts';
import type { ExchangeRecord } from './record.ts';
import { findInterrupted } from './recover-interrupted.ts';
import type { TroubleState } from './trouble.ts';
import type { WriteBehind } from './write-behind.ts';

export interface HousekeepingDeps {
  readonly folder: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly writes: WriteBehind;
  readonly trouble: TroubleState;
  readonly policy: RetentionPolicy;
}

export interface Housekeeping {
  /**
   * Gives exchanges of dead gateways their close lines, then deletes what is too old or too much. One run
   * at a time; asked for during one, it runs once more.
   * @returns the exchanges that were found interrupted
   */
  run(): Promise<readonly ExchangeRecord[]>;
  /** Waits for what runs, and starts nothing more. */
  stop(): Promise<void>;
}

const RUN_EVERY_BEATS = 3;

/** What the log needs beside being written: heartbeats, recovery, retention. */
export const createHousekeeping = (deps: HousekeepingDeps): Housekeeping => {
  const { folder, clock, journal, writes, trouble, policy } = deps;
  const knownEnded = new Set<string>();
  let running: Promise<readonly ExchangeRecord[]> | undefined;
  let isWantedAgain = false;
  let isStopped = false;
  let beats = 0;

  const recover = async (): Promise<readonly ExchangeRecord[]> => {
    const { exchanges, settle } = await findInterrupted(folder, knownEnded);
    for (const exchange of exchanges) writes.close(exchange);
    await writes.flush();
    if (!trouble.current) await settle(journal.at());
    return exchanges.map(({ record }) => record);
  };

  const runOnce = async (): Promise<readonly ExchangeRecord[]> => {
    try {
      const recovered = await recover();
      await enforceRetention(folder, policy, clock.now());
      return recovered;
    } catch {
      // Somebody else's file that cannot be read, or no descriptor left: the next run tries again, and
      // whether this process can write is told by its own writes.
      return [];
    }
  };

  const run = (): Promise<readonly ExchangeRecord[]> => {
    if (isStopped) return Promise.resolve([]);
    if (running) {
      isWantedAgain = true;
      return running;
    }
    running = runOnce().finally(() => {
      running = undefined;
      if (isWantedAgain) {
        isWantedAgain = false;
        void run();
      }
    });
    return running;
  };

  const timer = setInterval(() => {
    void writes.enqueue(() => journal.beat(writes.isIdle));
    beats++;
    if (beats % RUN_EVERY_BEATS === 0) void run();
  }, HEARTBEAT_MS);
  timer.unref();

  return {
    run,
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await running;
    },
  };
};
