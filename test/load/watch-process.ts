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

export interface Watch {
  readonly samples: readonly Holdings[];
  stop(): void;
}

/** Looks at a process every `everyMs`. */
export const watchProcess = (pid: number, everyMs: number): Watch => {
  const samples: Holdings[] = [];
  const timer = setInterval(() => {
    const now = readHoldings(pid);
    if (now) samples.push(now);
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
