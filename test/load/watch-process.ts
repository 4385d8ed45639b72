import { readdirSync, readFileSync } from 'node:fs';

/** What a process holds, as Linux tells it; undefined elsewhere. */
export interface Holdings {
  readonly residentMb: number;
  readonly descriptors: number;
}

export const readHoldings = (pid: number): Holdings | undefined => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const residentMb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    return { residentMb, descriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
};

/** What it held, and when, in ms since the watch began. */
export interface Sample extends Holdings {
  readonly atMs: number;
}

export interface Watch {
  readonly samples: readonly Sample[];
  stop(): void;
}

/** Looks at a process every `everyMs`. */
export const watchProcess = (pid: number, everyMs: number): Watch => {
  const samples: Sample[] = [];
  const began = performance.now();
  const timer = setInterval(() => {
    const now = readHoldings(pid);
    if (now) samples.push({ ...now, atMs: performance.now() - began });
  }, everyMs);
  return { samples, stop: () => clearInterval(timer) };
};

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Growth from the second quarter of the samples to the last one: the first is warm-up. */
export const growthOf = (values: readonly number[]): number => {
  const quarter = Math.floor(values.length / 4);
  return median(values.slice(-quarter)) - median(values.slice(quarter, 2 * quarter));
};

/**
 * How fast a value grows after the warm-up, the first quarter of the samples: the least-squares slope.
 * @returns per hour; NaN where there are fewer than two samples
 */
export const slopePerHour = (samples: readonly Sample[], read: (sample: Sample) => number): number => {
  const rest = samples.slice(Math.floor(samples.length / 4));
  const mean = (of: (sample: Sample) => number): number =>
    rest.reduce((sum, sample) => sum + of(sample), 0) / rest.length;
  const [meanMs, meanValue] = [mean(({ atMs }) => atMs), mean(read)];
  const covariance = mean((sample) => (sample.atMs - meanMs) * (read(sample) - meanValue));
  return (covariance / mean(({ atMs }) => (atMs - meanMs) ** 2)) * 3_600_000;
};
