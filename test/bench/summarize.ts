/** One measurement: a candidate under load for some seconds. */
export interface Sample {
  readonly caseName: string;
  readonly connections: number;
  readonly candidate: string;
  readonly round: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the proxy alone, all its threads. */
  readonly cpuMsPerRequest: number;
  /** Answers that were no 2xx, and connections that broke. */
  readonly errors: number;
}

/** What the rounds of one candidate come to. */
export interface Row {
  readonly caseName: string;
  readonly connections: number;
  readonly candidate: string;
  /** Relative to the bare proxy in the same round. */
  readonly throughput: number;
  readonly cpu: number;
  /** Beyond the upstream asked without a proxy. */
  readonly addedP50Ms: number;
  readonly p99Ms: number;
  readonly requestsPerSecond: number;
  readonly cpuMsPerRequest: number;
  readonly errors: number;
}

export const BARE = 'bare node:http';
export const DIRECT = 'no proxy';

/** @returns NaN where there are no values */
export const median = (values: readonly number[]): number => {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
};

/** @param part such as 0.99 @returns the value that so large a part of them does not exceed; NaN where there are none */
export const percentile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(Math.ceil(sorted.length * part) - 1, 0)] ?? Number.NaN;
};

const rowKey = ({ caseName, connections, candidate }: Sample): string =>
  `${caseName} ${connections} ${candidate}`;

/**
 * Brings rounds together. Ratios are taken within a round, where both ran under the same conditions, and
 * then their median: a busy minute of the machine moves both sides of a ratio.
 * @returns a row for each case, number of connections and candidate, in the order of the samples
 */
export const summarize = (samples: readonly Sample[]): Row[] => {
  const peer = (sample: Sample, candidate: string): Sample | undefined =>
    samples.find(
      (other) =>
        other.candidate === candidate &&
        other.round === sample.round &&
        other.caseName === sample.caseName &&
        other.connections === sample.connections,
    );
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    if (sample.candidate === DIRECT) continue;
    const key = rowKey(sample);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return [...groups.values()].map((rounds) => {
    const { caseName, connections, candidate } = rounds[0] as Sample;
    const over = (read: (sample: Sample) => number): number => median(rounds.map(read));
    const ratio = (key: 'requestsPerSecond' | 'cpuMsPerRequest'): number =>
      over((sample) => sample[key] / (peer(sample, BARE)?.[key] ?? Number.NaN));
    return {
      caseName,
      connections,
      candidate,
      throughput: ratio('requestsPerSecond'),
      cpu: ratio('cpuMsPerRequest'),
      addedP50Ms: over((sample) => sample.p50Ms - (peer(sample, DIRECT)?.p50Ms ?? Number.NaN)),
      p99Ms: over((sample) => sample.p99Ms),
      requestsPerSecond: over((sample) => sample.requestsPerSecond),
      cpuMsPerRequest: over((sample) => sample.cpuMsPerRequest),
      errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
    };
  });
};
