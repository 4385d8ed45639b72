import { inTime } from './in-time.ts';

/** A worker that does not answer in time keeps what it has, and nobody waits for it. */
const LENT_WITHIN_MS = 500;

export interface SharedBoundDeps<Worker> {
  /** Of all workers together. */
  readonly most: number;
  /** What a worker begins with, where that is free. */
  readonly first: number;
  /** Asks a worker to give away of what it does not use. @returns how much it has given */
  readonly lend: (worker: Worker) => Promise<number>;
}

/** A bound of all workers together, of which each has a share: they add up to it, and never to more. */
export interface SharedBound<Worker> {
  /** @returns the worker's first share */
  join(worker: Worker): number;
  /** @returns by how much the share of that worker is larger now; 0 where no other one has room */
  borrow(worker: Worker, wanted: number): Promise<number>;
  /** It has died: its share is free. */
  leave(worker: Worker): void;
}

export const createSharedBound = <Worker>(deps: SharedBoundDeps<Worker>): SharedBound<Worker> => {
  const { most, first, lend } = deps;
  const shares = new Map<Worker, number>();
  const free = (): number => most - [...shares.values()].reduce((sum, share) => sum + share, 0);
  const add = (worker: Worker, count: number): void => {
    const share = shares.get(worker);
    // Of one that has died meanwhile, everything is free already.
    if (share !== undefined) shares.set(worker, share + count);
  };
  /** Those that have not answered yet: they are not asked again until they have. */
  const asked = new Set<Worker>();
  const collect = async (from: Worker): Promise<void> => {
    asked.add(from);
    const given = await lend(from).catch(() => 0);
    asked.delete(from);
    add(from, -given);
  };
  const borrow = async (worker: Worker, wanted: number): Promise<number> => {
    if (free() < wanted) {
      const others = [...shares.keys()].filter((other) => other !== worker && !asked.has(other));
      await inTime(Promise.all(others.map(collect)), LENT_WITHIN_MS);
    }
    if (!shares.has(worker)) return 0;
    // More than it needs now, so that it need not ask for each.
    const granted = Math.min(free(), Math.max(wanted, Math.ceil(free() / 2)));
    add(worker, granted);
    return granted;
  };
  let last: Promise<unknown> = Promise.resolve();

  return {
    join: (worker) => {
      const share = Math.min(first, free());
      shares.set(worker, share);
      return share;
    },
    // One after another: of what one was granted beyond its need, the next one is given.
    borrow: (worker, wanted) => {
      const borrowed = last.then(() => borrow(worker, wanted));
      last = borrowed;
      return borrowed;
    },
    leave: (worker) => void shares.delete(worker),
  };
};
