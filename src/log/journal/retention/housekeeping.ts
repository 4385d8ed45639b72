import type { Clock } from '../../../base/time/clock.ts';
import { HEARTBEAT_MS } from '../../../state/process-identity.ts';
import type { ExchangeRecord } from '../../record.ts';
import type { TroubleState } from '../../trouble.ts';
import { createAgingClock } from '../aging-clock.ts';
import type { Journal } from '../journal.ts';
import { findInterrupted } from '../recover-interrupted.ts';
import type { Refusals } from '../refusals.ts';
import type { WriteBehind } from '../write-behind.ts';
import { createRetention, type RetentionPolicy } from './enforce-retention.ts';

export interface HousekeepingDeps {
  readonly folder: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly refusals: Refusals;
  readonly writes: WriteBehind;
  readonly trouble: TroubleState;
  readonly policy: RetentionPolicy;
}

export interface Housekeeping {
  /**
   * Gives exchanges of dead gateways their close lines, then makes room. One run at a time.
   * @returns the exchanges that were found interrupted
   */
  run(): Promise<readonly ExchangeRecord[]>;
  /** Also finds what ended until this call, whatever a run has seen that is under way. */
  recover(): Promise<readonly ExchangeRecord[]>;
  /** Resolves when another segment has room; what else is too old or too much is deleted afterwards. */
  makeRoom(): Promise<void>;
  /** Waits for what runs, and starts nothing more. */
  stop(): Promise<void>;
}

const RUN_EVERY_BEATS = 3;
const LINES_AT_A_TIME = 1024;

const beat = (journal: Journal, refusals: Refusals, writes: WriteBehind): void => {
  journal.beat(writes.isIdle);
  refusals.beat();
};

const keepTime = (onBeat: () => void): (() => void) => {
  const timer = setInterval(onBeat, HEARTBEAT_MS);
  timer.unref();
  return () => clearInterval(timer);
};

/** For a process that runs alongside others, one of which does the rest. */
export const createHeartbeats = ({
  journal,
  refusals,
  writes,
  makeRoom,
}: Pick<HousekeepingDeps, 'journal' | 'refusals' | 'writes'> &
  Pick<Housekeeping, 'makeRoom'>): Housekeeping => {
  const stopTime = keepTime(() => void writes.enqueue(() => beat(journal, refusals, writes)));
  return { run: async () => [], recover: async () => [], makeRoom, stop: async () => stopTime() };
};

/** What the log needs besides being written: heartbeats, recovery, retention. */
export const createHousekeeping = (deps: HousekeepingDeps): Housekeeping => {
  const { folder, clock, journal, refusals, writes, trouble, policy } = deps;
  const knownEnded = new Set<string>();
  let running: Promise<readonly ExchangeRecord[]> | undefined;
  const retention = createRetention(folder, policy);
  const tellTime = createAgingClock(clock);
  let room: Promise<void> = Promise.resolve();
  let tidying: Promise<void> = Promise.resolve();
  let tidiesWaiting = 0;
  let isStopped = false;
  let beats = 0;

  const recover = async (): Promise<readonly ExchangeRecord[]> => {
    const { exchanges, settle } = await findInterrupted(folder, knownEnded);
    // Slice by slice: of what waits to be written at one time only so much is kept.
    for (let from = 0; from < exchanges.length; from += LINES_AT_A_TIME) {
      for (const exchange of exchanges.slice(from, from + LINES_AT_A_TIME)) writes.close(exchange);
      await writes.flush();
      if (trouble.current) break;
    }
    if (!trouble.current) await settle(journal.at());
    return exchanges.map(({ record }) => record);
  };

  /** One at a time. What cannot be read or deleted now is tried again at the next time. */
  const tidy = (): Promise<void> => {
    // One that waits does what all who ask meanwhile want.
    if (tidiesWaiting > 0) return tidying;
    tidiesWaiting++;
    tidying = tidying
      .then(() => {
        tidiesWaiting--;
        return retention.tidy(tellTime);
      })
      .catch(() => {});
    return tidying;
  };
  const makeRoom = (): Promise<void> => {
    room = room.then(() => retention.makeRoom()).catch(() => {});
    // Reading what has failed in old segments takes long: nobody waits for that.
    void room.then(tidy);
    return room;
  };

  const runOnce = async (): Promise<readonly ExchangeRecord[]> => {
    // Somebody else's file that cannot be read, or no descriptor left: the next run tries again, and
    // whether this process can write is told by its own writes.
    const recovered = await recover().catch(() => []);
    await tidy();
    return recovered;
  };

  const run = (): Promise<readonly ExchangeRecord[]> => {
    if (isStopped) return Promise.resolve([]);
    running ??= runOnce().finally(() => {
      running = undefined;
    });
    return running;
  };

  const stopTime = keepTime(() => {
    void writes.enqueue(() => beat(journal, refusals, writes));
    beats++;
    if (beats % RUN_EVERY_BEATS === 0) void run();
  });

  return {
    run,
    recover: async () => [...((await running) ?? []), ...(await run())],
    makeRoom,
    stop: async () => {
      isStopped = true;
      retention.stop();
      stopTime();
      await running;
      await room;
      await tidying;
    },
  };
};
