import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** What young objects may take, both halves together; V8 would go up to 32 MB, that of Node 24 to 128. */
const YOUNG_BYTES = 16 * 2 ** 20;

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;

/**
 * Lets the space of young objects grow up to a bound, and no further. V8 doubles it in the course of time,
 * though no more survives than before, and has no option for this that works once the engine runs. Measured
 * under load: 20 MB less of resident memory, at the same processor time; with half the bound it costs a tenth.
 */
const boundYoungSpace = (): void => {
  let mayGrow = true;
  const observer = new PerformanceObserver(() => {
    // It shrinks when nothing happens, and must be able to grow again.
    if (mayGrow === youngBytes() < YOUNG_BYTES) return;
    mayGrow = !mayGrow;
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
  });
  observer.observe({ entryTypes: ['gc'] });
};

/**
 * Tells the engine to make every object young. Of what it sees survive while the gateway starts, it would
 * make all later ones old from the beginning, and these keep alive what they lead to: measured under load, a
 * sixth of all memory instead of a fortieth outlives its request, at a fifth more processor time.
 */
const makeAllYoung = (): void => setFlagsFromString('--no-allocation-site-pretenuring');

/**
 * Lets the engine wait with its full collections until the heap is four times what was left of it. Decoded
 * bodies belong to the zstd library, which only a full collection tells that they are free, and they count
 * as part of a heap that is small otherwise: one followed after every 16 MB of them. Measured with zstd
 * bodies of 560 KB: 35% more requests a second, 40 MB more of resident memory while they come.
 */
const collectSeldom = (): void => setFlagsFromString('--heap-growing-percent=300');

/** Makes the engine fit for what lives as long as a request, and no longer. */
export const tuneEngine = (): void => {
  makeAllYoung();
  boundYoungSpace();
  collectSeldom();
};
