/** Lets so many pieces of work run at once. */
export interface ConcurrencyLimit {
  /** Starts the work when its turn comes, in the order of the calls; settles as the work does. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * A first come, first served limit. The queue has no bound itself: who waits already holds its body
 * in memory, and the number of those is for the server to bound.
 * @param count pieces of work that run at the same time
 */
export const createConcurrencyLimit = (count: number): ConcurrencyLimit => {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    run: async (work) => {
      if (free > 0) free--;
      else await new Promise<void>((start) => waiting.push(start));
      try {
        return await work();
      } finally {
        // A place that is handed on never becomes free in between, so that nobody overtakes.
        const next = waiting.shift();
        if (next) next();
        else free++;
      }
    },
  };
};
