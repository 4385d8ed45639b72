/** Processor time of this process, in milliseconds; the best of several runs, since others use the machine too. */
const cpuMs = (run: () => void, runs = 1): number => {
  let best = Number.POSITIVE_INFINITY;
  for (let count = 0; count < runs; count++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
};

/** Below this many milliseconds a run says nothing: the collector and the compiler take as much. */
const FLOOR_MS = 40;

/** What hostile input may cost, as a multiple of harmless input of the same size. */
const MAX_RATIO = 20;

/** How much more hostile input costs than allowed: at most 1 where it is harmless. */
export const excessOf = (hostile: () => void, harmless: () => void): number => {
  const first = cpuMs(hostile);
  if (first <= FLOOR_MS) return 0;
  const allowedMs = Math.max(FLOOR_MS, MAX_RATIO * cpuMs(harmless, 3));
  return Math.min(first, first > allowedMs ? cpuMs(hostile) : first) / allowedMs;
};
