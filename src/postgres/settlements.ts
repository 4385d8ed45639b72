import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from './database.ts';

/** What an exchange has cost, in each of its budgets. */
export interface Settlement {
  readonly exchangeId: string;
  /** Empty: it cost nothing, and its reservation is freed. */
  readonly places: readonly { readonly key: string; readonly startMs: number; readonly spent: number }[];
  readonly tokens: number;
  readonly listNanoUsd: number;
}

export interface SettlementsDeps {
  readonly database: Database;
  readonly instance: string;
  /** As a timestamp; null: the clock of the database. */
  readonly leaseNow: () => string | null;
  /** What has to be done before the first. */
  readonly before: () => Promise<unknown>;
}

/** Settlements on their way to the database: in their order, and again until it has taken them. */
export interface Settlements {
  settle(settlement: Settlement): void;
  release(exchangeId: string): void;
  /** Resolves when what was settled until now is written, and after so long all the same. */
  flush(withinMs: number): Promise<void>;
  /** Tries once more to write what is left. */
  close(): Promise<void>;
}

const TRY_AGAIN_MS = 300;
const CLOSE_WITHIN_MS = 2_000;
/** A database that is away for longer than this lasts loses the costs of the oldest. */
const MAX_WAITING = 200_000;
/** Settlements of different exchanges may pass each other. */
const AT_ONCE = 3;

export const createSettlements = ({ database, instance, leaseNow, before }: SettlementsDeps): Settlements => {
  const waiting: Settlement[] = [];
  const underWay = new Set<Promise<void>>();
  let isClosed = false;

  const write = async ({ exchangeId, places, tokens, listNanoUsd }: Settlement): Promise<void> => {
    await before();
    await database.query(
      'SELECT gomodel.settle_budgets($1, $2, $3, $4, $5, coalesce($6::timestamptz, clock_timestamp()))',
      [exchangeId, instance, JSON.stringify(places), tokens, listNanoUsd, leaseNow()],
    );
  };
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      try {
        await write(next);
      } catch {
        // The database knows which of them it has: none counts twice.
        waiting.unshift(next);
        if (isClosed) return;
        await pause(TRY_AGAIN_MS, undefined, { ref: false });
      }
    }
  };
  const start = (): void => {
    if (underWay.size >= AT_ONCE || isClosed) return;
    const worker: Promise<void> = work().finally(() => underWay.delete(worker));
    underWay.add(worker);
  };
  const add = (settlement: Settlement): void => {
    if (waiting.length >= MAX_WAITING) waiting.shift();
    waiting.push(settlement);
    start();
  };
  const flush = async (withinMs: number): Promise<void> => {
    const all = Promise.all([...underWay]).then(() => {});
    if (!Number.isFinite(withinMs)) return all;
    await Promise.race([all, pause(withinMs, undefined, { ref: false })]);
  };
  return {
    settle: add,
    release: (exchangeId) => add({ exchangeId, places: [], tokens: 0, listNanoUsd: 0 }),
    flush,
    close: async () => {
      isClosed = true;
      await flush(CLOSE_WITHIN_MS);
    },
  };
};
